"""How entries look at several widths, and that nothing in a message can look like something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.ui.paint.scene import ANA, EVA, JONAS, NOON, SYSTEM, message, pending
from tms_tui import wording
from tms_tui.domain.entries import Delivery, Entry, GapMark
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.model import Author
from tms_tui.ui.paint.entry import columns, entry_rows
from tms_tui.ui.paint.look import ASCII, Look

LOOK = Look(signs=ASCII)
CLOCK = wording.clock(NOON + 60, NOON + 60)


def texts(
    entry: Entry, width: int, delivery: Delivery | None = None, *, mine: bool = False, selected: bool = False
) -> list[str]:
    return [row.text.rstrip() for row in entry_rows(entry, delivery, width, LOOK, mine=mine, selected=selected)]


def test_a_customer_message_stands_behind_a_gutter_with_their_role() -> None:
    assert texts(message(1, "my card was refused, and it was refused again when I tried"), 60) == [
        f" {CLOCK} customer     | my card was refused, and it was",
        "                    | refused again when I tried",
    ]


def test_a_wide_row_names_the_customer() -> None:
    assert texts(message(1, "hello"), 100) == [f" {CLOCK} customer Jonas       | hello"]


def test_a_note_is_set_apart_by_a_word_and_a_gutter() -> None:
    assert texts(message(1, "known outage\nsince noon", EVA, private=True), 60) == [
        f" {CLOCK} agent Eva    # (note) known outage",
        "                    # since noon",
    ]


def test_an_own_message_ends_in_its_state() -> None:
    row = f" {CLOCK} you          | sorry to hear that"
    assert texts(message(1, "sorry to hear that", ANA), 60, Delivery.SENT, mine=True) == [f"{row:<56}sent"]


def test_a_state_without_room_has_a_row_of_its_own() -> None:
    text = "x" * columns(60).text
    assert texts(message(1, text, ANA), 60, Delivery.SEEN, mine=True) == [
        f" {CLOCK} you          | {text}",
        f"{'                    *':<56}seen",
    ]


def test_a_refused_send_says_why_and_what_to_do() -> None:
    send = pending("hello", Delivery.REFUSED)
    refused = type(send)(send.draft, send.delivery, send.since, failure=Failure(FailureKind.ENDED))
    said = " ".join(row.split("*")[1].strip() for row in texts(refused, 40, Delivery.REFUSED)[1:])
    assert said == wording.delivery(Delivery.REFUSED, Failure(FailureKind.ENDED))


def test_tampered_text_says_so_left_of_every_gutter() -> None:
    assert texts(message(1, "hi", tampered=2), 80)[1].strip() == (
        "* contains 2 hidden or control characters, made harmless"
    )


def test_the_selected_entry_is_marked_by_a_sign() -> None:
    assert [row[0] for row in texts(message(1, "one\ntwo"), 60, selected=True)] == [">", " "]
    assert texts(GapMark(3, NOON, NOON + 60), 60, selected=True)[0][0] == ">"


def test_a_gap_tells_whether_the_history_is_whole() -> None:
    assert "history not confirmed" in texts(GapMark(3, NOON, NOON), 60)[0]
    assert "2 recovered" in texts(GapMark(3, NOON, NOON + 60, 2, confirmed=True), 60)[0]


@pytest.mark.parametrize(
    ("text", "rows", "last"),
    [
        ("word " * 2_000, None, "... 8000 more characters"),
        ("x\n" * 5_000, 201, "... 4801 more lines"),
        ("字" * 8_000, None, "... 6000 more characters"),
        ("a\n" * 300, 201, "... 101 more lines"),
    ],
    ids=["one line", "many lines", "wide characters", "short lines"],
)
def test_a_long_message_is_cut_and_says_so(text: str, rows: int | None, last: str) -> None:
    shown = texts(message(1, text), 100)
    assert shown[-1].strip() == f"* {last}"
    assert len(shown) == rows or rows is None


AUTHORS = st.sampled_from([JONAS, EVA, ANA, SYSTEM, Author(JONAS.type, None, message(1, "-- Sunday --\n|").text)])


@given(
    st.text(max_size=300),
    AUTHORS,
    st.integers(1, 120),
    st.sampled_from([None, *Delivery]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
def test_every_row_is_exactly_as_wide_as_asked(
    text: str, author: Author, width: int, delivery: Delivery | None, private: bool, selected: bool, tampered: int
) -> None:
    entry = message(1, text, author, private=private, tampered=tampered)
    rows = entry_rows(entry, delivery, width, LOOK, mine=author is ANA, selected=selected)
    assert rows
    for row in rows:
        assert cell_len(row.text) == width
        assert row.cell_length == width
        assert "\n" not in row.text


@given(st.text(max_size=300), st.integers(30, 120))
def test_text_stands_only_behind_its_gutter(text: str, width: int) -> None:
    space = columns(width)
    gutter_at = 1 + space.time + space.author
    for number, row in enumerate(entry_rows(message(1, text), None, width, LOOK)):
        assert row.text[gutter_at] in "|*"
        assert number == 0 or not row.text[:gutter_at].strip()


# Narrower than that nothing fits beside the gutter.
@given(st.text(min_size=1, max_size=200), st.integers(5, 100))
def test_nothing_printable_is_lost(text: str, width: int) -> None:
    entry = message(1, text)
    space = columns(width)
    rows = entry_rows(entry, None, width, LOOK)
    shown = "".join(row.text[3 + space.time + space.author :] for row in rows)
    assert "".join(shown.split()) == "".join(entry.text.split())
