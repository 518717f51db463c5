"""A text that must not be seen: a password, a token."""

from typing import NoReturn


class Secret:
    """Holds a secret text. Printing, formatting and `repr` give `***`; pickling and copying are refused."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that has to send it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is neither copied nor written down")
