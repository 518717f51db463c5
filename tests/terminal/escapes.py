"""A judge of raw terminal output: whatever is not text and not one of the program's own sequences is named."""

import re
from collections.abc import Iterator
from typing import Final

_COLOUR: Final = r"[34]8;2;\d{1,3};\d{1,3};\d{1,3}"
_DRAWING: Final = (
    rf"\x1b\[(?:(?:0|1|2|3|4|7|{_COLOUR})(?:;(?:1|2|3|4|7|{_COLOUR})){{0,5}})m"
    r"|\x1b\[\d+;\d+H"
    r"|\x1b\[\?2026[hl]"
    r"|\x1b\]22;(?:default|pointer|text)\x07"
    r"|\x1b\]2;(?:\(\d+\) )?tms-chat\x07"
    r"|\r\n"
)
_FRAMING: Final = (
    r"|\x1b\[2[23];2t|\x1b\[2J|\x1b\[H|\x1b\[\?(?:7|25|1004|1007|1049|2004)[hl]|\x1b\[\?1007[sr]"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>25u|\x1b\[<u"
)
_TEXT: Final = r"[^\x00-\x1f\x7f-\x9f]+"
# Many at a time: there are a million of them.
_WHILE_DRAWING: Final = re.compile(rf"(?:{_TEXT}|{_DRAWING}){{1,200}}")
_EVER: Final = re.compile(rf"(?:{_TEXT}|{_DRAWING}{_FRAMING}){{1,200}}")


def foreign(output: bytes, *, drawing: bool = False) -> Iterator[str]:
    """What in the output the program does not say by itself, each with what stands around it.

    `drawing`: it neither begins nor ends, so that it sets no mode. Raises UnicodeDecodeError for what is no UTF-8.
    """
    ours = _WHILE_DRAWING if drawing else _EVER
    text = output.decode()
    place = 0
    while place < len(text):
        if found := ours.match(text, place):
            place = found.end()
        else:
            yield repr(text[max(0, place - 30) : place + 30])
            place += 1
