"""The judge of raw output lets pass what the program says, and names everything else."""

import json
from pathlib import Path

import pytest

from tests.terminal.escapes import foreign

OURS = (
    b"\x1b[?1049h\x1b[2J\x1b[H\x1b[1;38;2;1;2;3;48;2;4;5;6mhello\x1b[0m\x1b[3;4H\xe2\x94\x82\r\n\x1b]2;(3) tms-chat\x07"
)
CONTROLS = [
    row
    for row in json.loads((Path(__file__).parents[1] / "hostile-text.json").read_text())
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in row["text"].replace("\r\n", ""))
]
ALIKE = {"cursor-absolute", "sync-output-stuck"}
"""What the program also says when it draws: that these were shown as text has to be seen on the screen."""


def test_what_the_program_says_passes() -> None:
    assert list(foreign(OURS)) == []


@pytest.mark.parametrize(
    "raw",
    [b"\x1b]52;c;cHduZWQ=\x07", b"\x1b[31m", b"\x1b[5n", b"\x1bc", b"\xc2\x9b31m", b"\x07", b"\t", b"\n", b"\x7f"],
    ids=repr,
)
def test_what_it_does_not_say_is_named(raw: bytes) -> None:
    assert list(foreign(OURS + raw + OURS))


@pytest.mark.parametrize("row", [row for row in CONTROLS if row["name"] not in ALIKE], ids=lambda row: row["name"])
def test_no_hostile_string_passes_unnamed(row: dict[str, str]) -> None:
    assert list(foreign(row["text"].encode(errors="replace"), drawing=True))
