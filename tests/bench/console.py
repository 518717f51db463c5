"""The product as a program to measure: everything the benchmark must know about the console stands here."""

from typing import Final

from tests.bench.programs import CHAT, Place, Program, Step
from tests.bench.tms_desk import AGENT, customer_name

# Signed in without typing: the password's line comes from a file on standard input, the keys from /dev/tty.
# The shell only redirects; `exec` makes the console itself the terminal's session leader.
_SIGN_IN: Final = 'printf "%s\\n" "not a secret" >"$HOME/password" && exec "$@" <"$HOME/password"'

NEXT_CONVERSATION: Final = "\x1b[1;3B"  # Alt+Down
PREVIOUS_CONVERSATION: Final = "\x1b[1;3A"  # Alt+Up


def _argv(place: Place) -> list[str]:
    server = f"http://127.0.0.1:{place.port}"
    console = ["tms-chat", "--server", server, "--email", AGENT.email, "--password-stdin"]
    return ["sh", "-c", _SIGN_IN, "sh", *console]


CONSOLE: Final = Program(
    name="console",
    title="tms-chat",
    argv=_argv,
    ready=("Live", customer_name(1)),
    groups=((*CHAT[:1], "idle", *CHAT[1:], "burst_echo"), ("enter",), ("held",)),
    feeder="tests.bench.tms_feeder",
    seat=(Step("\r", "opening line 3"),),
)
