"""A stranger's text: what holds for every string there can be, lone surrogates included."""

import re
import unicodedata
from itertools import pairwise
from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from tms_tui.domain.links import links
from tms_tui.domain.text import EMPTY, CleanText, clean, clean_line, for_clipboard, tampering

TRICKS = [
    *"\x1b\x00\x07\r\n\t\x7f\x9b\x85\u2028\u202e\u2066\u200f\u200b\u00ad\ufeff\u2060\u200c\u200d\ufe0e\ufe0f\ufe00",
    *"\ud800\udc00\ufffe\u0301\u20e3\u064e\u093e\u094d\u11a8\u3164\u2800\u0645\u0915\u1820\u180b\u2764#1a ",
    *("\U0001f468", "\U0001f3fd", "\U000e0061", "\U000e0100", "\r\n", "\u0301" * 5, "\U0001f468\u200d" * 9),
]
SURROGATES = st.characters(categories=["Cs"])
STRANGE = st.lists(st.sampled_from(TRICKS) | st.characters() | SURROGATES, max_size=40).map("".join)
ADDRESSES = st.lists(
    st.sampled_from(
        [
            "https://",
            "http://",
            "mailto:",
            "xn--",
            "p\u0430y",
            "example",
            ".",
            "@",
            "/",
            "\\",
            "?",
            "#",
            ":",
            "8",
            ")",
            "(",
            "[::1]",
            "%",
        ]
    )
    | st.characters(),
    max_size=12,
).map("".join)
FILLERS_AND_HANGUL_IN_PIECES = [
    *map(chr, range(0x115F, 0x1200)),
    *map(chr, range(0xD7B0, 0xD800)),
    *"\u3164\uffa0\u2800",
]
DRAWN = st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="".join(FILLERS_AND_HANGUL_IN_PIECES))

LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
UNSAFE_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
VISIBLE_FORMATS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
JOINERS = set("\u200c\u200d")


def is_safe(character: str) -> bool:
    category = unicodedata.category(character)
    if character == "\n":
        return True
    if category == "Cf":
        return character in VISIBLE_FORMATS | JOINERS
    return (
        category not in UNSAFE_CATEGORIES
        and ord(character) & 0xFFFE != 0xFFFE
        and not 0xE0000 <= ord(character) < 0xE1000
    )


@given(STRANGE)
@example("\u0628\u064e\u064e\u064e\u064e\u0301\u200d")
@example("\u200d\u0301")
@example(" \u0301")
@example("\U0001f468\u200d" * 8 + "\x1b\u200d\U0001f468\u202e\U0001f468\u200d")
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)
    assert clean_line(clean_line(raw)) == clean_line(raw)
    assert tampering(clean(raw)) == 0


@given(STRANGE)
def test_only_safe_characters_come_out(raw: str) -> None:
    assert all(map(is_safe, clean(raw)))
    assert all(map(is_safe, clean_line(raw)))
    clean(raw).encode("utf-8")


@given(STRANGE)
def test_something_is_always_to_be_seen(raw: str) -> None:
    assert clean(raw).strip()
    assert (clean_line(raw) == "") == (clean(raw) == EMPTY and raw != EMPTY)


@given(STRANGE)
def test_the_number_of_lines_stays(raw: str) -> None:
    if clean(raw) != EMPTY:
        assert clean(raw).count("\n") == len(LINE_END.findall(raw))


@given(STRANGE, st.integers(1, 50))
def test_a_line_is_one_and_short(raw: str, limit: int) -> None:
    line = clean_line(raw, limit)
    assert "\n" not in line
    assert len(line) <= limit


@given(STRANGE)
def test_no_stack_is_higher_than_four_marks(raw: str) -> None:
    stack = 0
    for before, character in pairwise("\n" + clean(raw)):
        category = unicodedata.category(character)
        if category in {"Mn", "Me"} and not 0xFE00 <= ord(character) <= 0xFE0F:
            assert before != "\n"
            stack += 1
        elif category not in {"Mn", "Cf"}:
            stack = 0
        assert stack <= 4


@given(STRANGE)
def test_joiners_never_stand_in_a_row(raw: str) -> None:
    assert not any(pair[0] in JOINERS and pair[1] in JOINERS for pair in pairwise(clean(raw)))


@given(st.text(DRAWN, min_size=1).filter(str.strip))
def test_letters_digits_and_signs_are_never_touched(raw: str) -> None:
    assert clean(raw) == raw
    assert tampering(raw) == 0


@given(st.lists(st.sampled_from(["a", "\u00fc", "\u6f22", "\n"]) | st.sampled_from("\x00\x1b\x9b\u202e\u200b\udc00")))
def test_each_neutralised_character_counts_once(pieces: list[str]) -> None:
    assert tampering("".join(pieces)) == sum(piece in "\x00\x1b\x9b\u202e\u200b\udc00" for piece in pieces)


@given(STRANGE)
def test_the_clipboard_loses_line_ends_only(raw: str) -> None:
    copied = for_clipboard(clean(raw))
    assert not copied.endswith("\n")
    assert clean(raw).startswith(copied)
    assert set(clean(raw)[len(copied) :]) <= {"\n"}


@given(ADDRESSES)
@example("HTTP\u017f://a.example mailto:\u212a@b.example")
@example("(https://p\u0430y.example:8/@x\\\x1b) mailto:a@example")
@example("https://example@xn--example/ https://example\\@example/ http://8.example")
def test_a_link_is_ascii_and_stands_where_it_says(raw: str) -> None:
    text = clean(raw)
    end_of_last = 0
    for link in links(text):
        assert end_of_last <= link.start < link.end <= len(text)
        end_of_last = link.end
        assert re.fullmatch("(https?://|mailto:)[!-~]+", link.url)
        assert re.fullmatch(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]", link.host)
        assert link.host in link.url
        if not link.url.startswith("mailto:"):
            assert urlsplit(link.url).hostname == link.host.strip("[]")
            assert urlsplit(link.url).username is None


@given(st.text("0123456789abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=20))
def test_whatever_punycode_hides_is_shown_clean_or_not_linked(label: str) -> None:
    for link in links(CleanText(f"https://xn--{label}.example/")):
        assert link.looks_like is not None
        assert clean_line(link.looks_like) == link.looks_like
        assert not link.looks_like.isascii()
