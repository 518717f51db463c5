"""Where plain characters are asked for, what was shortened ends in one too."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ELLIPSIS = "\u2026"
_PLAIN = "~"


class PlainCut(LineFilter):
    """Draws each ellipsis, Textual's own too, as one plain character: the row keeps its width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        return [
            Segment(text.replace(_ELLIPSIS, _PLAIN), style, control)
            if _ELLIPSIS in text
            else Segment(text, style, control)
            for text, style, control in segments
        ]
