"""One folding: case and composition make no difference, wherever texts are compared."""

import sys
import unicodedata
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tms_tui.domain.folding import folded, holds, places, rest_after

ALIKE: Final = [
    ("ÄRGER", "ärger"),
    ("ПОСЫЛКА", "посылка"),
    ("ΟΔΟΣ", "οδος"),
    ("STRASSE", "Straße"),
    ("Jose\u0301", "JOS\u00c9"),
    ("\u1112\u1161\u11ab\u1100\u1173\u11af", "\ud55c\uae00"),
]
TRICKY: Final = "aAeEsS\u00df\u00e9\u00c9\u0301\u0323\u0130\u03a3\u1112\u1161\u11ab \u0345\u1f80"
SPELLINGS: Final = st.text(st.sampled_from(TRICKY))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_spellings_are_one_text(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    assert holds(f"before {one} after", f" {other} ")
    assert rest_after(f"{one}, look", other) == ", look"
    assert [f"<{one}>"[start:end] for start, end in places(f"<{one}>", other)] == [one]


def test_another_letter_is_another_letter() -> None:
    assert not holds("Jose\u0301", "Jose"), "an accent is not left out"
    assert rest_after("Jose\u0301", "Jose") is None
    assert rest_after("Strasse", "Straß") == "e"
    assert rest_after("Straße", "Stras") is None, "half a letter was not written"


def test_of_every_character_both_compositions_and_the_folded_one_are_one() -> None:
    for number in range(sys.maxunicode + 1):
        one = chr(number)
        if unicodedata.category(one) in ("Cs", "Cn", "Co"):
            continue
        assert folded(folded(one)) == folded(one), hex(number)
        assert folded(unicodedata.normalize("NFD", one)) == folded(unicodedata.normalize("NFC", one)), hex(number)


@given(SPELLINGS, SPELLINGS, SPELLINGS)
def test_whatever_holds_words_shows_where(before: str, words: str, after: str) -> None:
    text = before + words + after
    found = list(places(text, words))
    assert bool(found) == (holds(text, words) and bool(words.strip()))
    assert all(holds(text[start:end], words) for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
