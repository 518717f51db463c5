"""The reference server in a process of its own, with settings no option gives: killed, stopped and started again.

`python -m tests.matrix.serving SETTINGS` serves until a signal; SETTINGS are fields of ServerSettings as JSON.
"""

import asyncio
import contextlib
import json
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx

from tests.server.crashing import MuteBus
from tests.server.running import PASSWORD, QUICK, UNHURRIED
from tms_tui.server import admin
from tms_tui.server.run import Running
from tms_tui.server.settings import Rate, ServerSettings
from tms_tui.server.signals import end_asked

START_WITHIN: Final = 60.0
PAGE: Final = 200
_ON_ITS_OWN_DISK: Final = """
size=$1 data=$2; shift 2
mount -t tmpfs -o size="$size" tmpfs /mnt && cp -a "$data/." /mnt && mount --move /mnt "$data" && exec "$@"
"""


class Serving:
    """A server whose process may end and begin again; data and port stay. `settings` are fields of ServerSettings.

    `mute`: stores and answers, and never announces. `limit_files`: how many it may have open. `disk`: the size of
    the disk that it alone sees in the place of `data`.
    """

    def __init__(
        self, data: Path, *, mute: bool = False, limit_files: int = 0, disk: str = "", **settings: Any
    ) -> None:
        self.data = data
        self._disk = disk
        self.port = 0
        self._about = settings | {"mute": mute, "limit_files": limit_files}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns once it answers."""
        about = json.dumps(self._about | {"data": str(self.data), "port": self.port})
        alone = ("unshare", "-rm", "sh", "-c", _ON_ITS_OWN_DISK, "sh", self._disk, str(self.data)) if self._disk else ()
        self._process = await asyncio.create_subprocess_exec(
            *alone,
            sys.executable,
            "-m",
            "tests.matrix.serving",
            about,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), START_WITHIN)
        self.port = int(line)

    async def kill(self, number: int = signal.SIGKILL) -> int:
        """End it by a signal; its exit code."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):  # it ended already
            self._process.send_signal(number)
        return await self._process.wait()

    def freeze(self) -> None:
        """Stop it as it stands."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def add_agent(self, name: str = "Dana") -> None:
        """An agent in the store."""
        settings = ServerSettings(data=self.data, password_cost=QUICK)
        await admin.add_agent(settings, email=f"{name.lower()}@example.com", name=name, password=PASSWORD)

    async def rows(self, sessions: list[str], email: str = "dana@example.com") -> list[dict[str, Any]]:
        """All messages of these conversations as an agent reads them, private ones too, in the server's order."""
        async with self.agent(email) as http:
            return [row for session in sessions for row in await _messages(http, session)]

    async def answer(self, email: str, session: str, words: str) -> None:
        """An agent answers a customer."""
        body = {"content": words, "client_message_id": str(uuid.uuid4())}
        async with self.agent(email) as http:
            (await http.post(f"/v1/chat/sessions/{session}/messages", json=body)).raise_for_status()

    @contextlib.asynccontextmanager
    async def agent(self, email: str) -> AsyncIterator[httpx.AsyncClient]:
        """Calls as an agent who signs in for this alone."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=20) as http:
            body = {"email": email, "password": PASSWORD}
            tokens = (await http.post("/v1/auth/login", json=body)).raise_for_status().json()
            http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
            yield http
            (await http.post("/v1/auth/logout")).raise_for_status()


async def _messages(http: httpx.AsyncClient, session: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    has_more = True
    while has_more:
        after = rows[-1]["seq"] if rows else 0
        where = {"after": after, "limit": PAGE}
        page = (await http.get(f"/v1/chat/sessions/{session}/messages", params=where)).raise_for_status().json()
        rows += page["messages"]
        has_more = page["has_more"]
    return rows


@contextlib.asynccontextmanager
async def serving(data: Path, **about: Any) -> AsyncIterator[Serving]:
    """One that answers, with the agent Dana; `about` as for `Serving`."""
    server = Serving(data, **about)
    await server.add_agent()
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


def _limited(limit_files: int) -> None:
    import resource

    if limit_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit_files, limit_files))


async def main(about: dict[str, Any]) -> None:
    """Serve until a signal."""
    mute = about.pop("mute")
    _limited(about.pop("limit_files"))
    rates = {name: Rate(*value) for name, value in about.items() if name.endswith("_rate")}
    data = {"data": Path(about.pop("data"))}
    settings = ServerSettings(password_cost=QUICK, **(UNHURRIED | about | rates | data))
    with end_asked() as asked:
        async with Running(settings, bus=MuteBus() if mute else None) as running:
            sys.stdout.write(f"{running.port}\n")
            sys.stdout.flush()
            await running.until(asked)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
