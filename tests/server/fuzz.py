"""Generated calls, good and bad, against a real server by its OpenAPI document: `python -m tests.server.fuzz`."""

import argparse
import asyncio
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.server.promises import DOCUMENT
from tests.server.running import RunningServer, running_server

_COUNTED: Final = re.compile(r'^tms_chat_http_requests_total\{method="\w+",status="(\d+)"\} (\d+)', re.MULTILINE)
_COMMAND: Final = "from schemathesis.cli import schemathesis; schemathesis()"
# Of several blocks that fit the first holds. Left out: what ends the sign-in of the run, and sockets, which answer
# nothing to a plain call. What is in order by the schema may be refused where the schema cannot tell all, as of a
# moment that is past.
_CONFIG: Final = """
[[operations]]
include-path-regex = "^/v1/auth/logout$|/ws$"
enabled = false

[[operations]]
include-path = "/v1/chat/events"
headers = {{ Authorization = "Bearer {agent}" }}
parameters = {{ "query.after" = "0" }}

[[operations]]
include-path-regex = "/(block|unblock|revoke)$"
headers = {{ Authorization = "Bearer {agent}" }}
parameters = {{ "path.session_id" = "{other}" }}
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path = {beyond_schema}
headers = {{ Authorization = "Bearer {agent}" }}
parameters = {{ "path.session_id" = "{session}" }}
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "^/v1/(auth|agents|chat)"
headers = {{ Authorization = "Bearer {agent}" }}
parameters = {{ "path.session_id" = "{session}" }}

[[operations]]
include-path-regex = "^/v1/visitor"
headers = {{ Authorization = "Bearer {visitor}" }}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What schemathesis found, and how the server itself counted its answers by status."""

    passed: bool
    words: str
    answers: Counter[int]

    def __str__(self) -> str:
        by_status = ", ".join(f"{status}: {count}" for status, count in sorted(self.answers.items()))
        return f"{self.words}\nThe server answered {self.answers.total()} calls; by status {by_status}"


async def fuzz(server: RunningServer, home: Path, calls: int, *options: str, seed: int = 1) -> Outcome:
    """At least so many calls, spread over all operations; `options` are schemathesis' own."""
    # Twice as many: what takes no parameters is soon asked in every way there is.
    each = -(-2 * calls // sum(len(methods) for methods in DOCUMENT["paths"].values()))
    config = await _configured(server, home)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _COMMAND, "--config-file", str(config), "run", f"{server.url}/openapi.json"),
        *("--max-examples", str(each), "--seed", str(seed), "--generation-database", "none"),
        *("--continue-on-failure", "--no-color", *options),
        cwd=home,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    words, _ = await process.communicate()
    page = (await server.client().get("/metrics")).text
    answers: Counter[int] = Counter()
    for status, count in _COUNTED.findall(page):
        answers[int(status)] += int(count)
    return Outcome(process.returncode == 0, words.decode(), answers)


async def _configured(server: RunningServer, home: Path) -> Path:
    """In a file, for what stands in a command line can be read by others."""
    agent, visitor = await server.sign_in(), await server.visitor()
    await visitor.says("hello")
    # Of a customer elsewhere: the visitor whose calls are made is not to be kept out.
    other = await server.visitor(address="127.0.0.9")
    file = home / "schemathesis.toml"
    named = {
        "agent": agent.access_token,
        "visitor": visitor.token,
        "session": visitor.session_id,
        "other": other.session_id,
    }
    file.write_text(_CONFIG.format(beyond_schema=_beyond_schema(), **named))
    return file


def _beyond_schema() -> list[str]:
    """Page tokens, agents' ids, two places of which one may be named, times of odd years; 1.0 for a whole number."""
    within = ("assign", "messages", "status")
    told = {"/v1/chat/sessions", *(f"/v1/chat/sessions/{{session_id}}/{what}" for what in within)}
    return sorted(told | {path for path, methods in DOCUMENT["paths"].items() if any(map(_counts, methods.values()))})


def _counts(operation: dict[str, Any]) -> bool:
    """Whether its body holds a whole number."""
    if "requestBody" not in operation:
        return False
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return "'integer'" in str(DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]])


async def run(calls: int, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory() as home:
        async with running_server(Path(home) / "data") as server:
            return await fuzz(server, Path(home), calls, seed=seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcome = asyncio.run(run(asked.calls, asked.seed))
    sys.stdout.write(f"{outcome}\n")
    return 0 if outcome.passed and outcome.answers.total() >= asked.calls and not outcome.answers[500] else 1


if __name__ == "__main__":
    sys.exit(main())
