"""The keys that words name: what they are unless the agent has chosen others."""

from typing import Final

from tms_tui.domain.value import Value


class Ways(Value):
    """How people call the key of each action that words speak of; the names are those of the table of actions."""

    reconnect: str = "F5"
    retry: str = "R"
    to_draft: str = "D"
    undo: str = "u"
    take: str = "t"
    open: str = "Enter"
    next_waiting: str = "n"
    filter_all: str = "3"
    earlier: str = "Enter"
    first: str = "g"
    last: str = "End"
    outward: str = "Esc"


USUAL: Final = Ways()
