"""Every command by its name: where it is built, and whether it opens the desk. Needs nothing but the interpreter."""


class Command:
    """A command, built from `attribute` of `module` when it is called or the help is asked for.

    `desk`: it opens the desk where the terminal can show one. `extra`: its line in the help when its module belongs
    to the server extra, which may be missing.
    """

    __slots__ = ("attribute", "desk", "extra", "module")

    def __init__(self, module: str, attribute: str, *, desk: bool = False, extra: str = "") -> None:
        self.module = module
        self.attribute = attribute
        self.desk = desk
        self.extra = extra


_VERBS = (
    *(
        "ls",
        "next",
        "search",
        "show",
        "canned",
        "send",
        "note",
        "assign",
        "resolve",
        "reopen",
        "pending",
        "block",
        "unblock",
    ),
    *("availability", "follow"),
)
_OPERATORS = "tms_tui.server.commands"

COMMANDS: dict[str, Command] = {
    "demo": Command("tms_tui.cli", "demo_command", desk=True),
    "plain": Command("tms_tui.cli", "plain_command"),
    "keys": Command("tms_tui.keys_command", "keys"),
    "config": Command("tms_tui.config_commands", "config"),
    **{name: Command("tms_tui.verb_commands", name) for name in _VERBS},
    "serve": Command(_OPERATORS, "serve", extra="Run the reference server."),
    "server": Command(_OPERATORS, "server_group", extra="Manage the server's agents and texts."),
}
"""The one list: the first frame, the command line and its help read it, and tests go through it."""
