"""A row of bars that shows how a figure went."""

from collections.abc import Sequence
from typing import Final

_BLOCKS: Final = "".join(chr(code) for code in range(0x2581, 0x2589))
_PLAIN: Final = "_.-:=+*#"


def sparkline(values: Sequence[float], width: int, *, ascii_only: bool = False) -> str:
    """The last `width` values, the newest at the right, as bars between nothing and the longest of them."""
    bars = _PLAIN if ascii_only else _BLOCKS
    shown = list(values)[-width:]
    top = max(shown, default=0.0) or 1.0
    return "".join(bars[min(len(bars) - 1, int(max(0.0, value) / top * len(bars)))] for value in shown)
