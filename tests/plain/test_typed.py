"""One line being typed: what is kept of it, and what is echoed."""

from hypothesis import given
from hypothesis import strategies as st

from tms_tui.plain.typed import LineEditor


def typed(keys: str) -> tuple[list[str], str, str]:
    """The whole lines, what is left unfinished, and everything echoed."""
    editor, lines, echo = LineEditor(), list[str](), ""
    for key in keys:
        echoed, line = editor.take(key)
        echo += echoed
        if line is not None:
            lines.append(line)
    return lines, editor.text, echo


def test_enter_makes_a_line() -> None:
    assert typed("hello\rbye") == (["hello"], "bye", "hello\nbye")


def test_backspace_takes_one_character_and_wide_ones_two_columns() -> None:
    assert typed("ab\x7f") == ([], "a", "ab\b \b")
    assert typed("a\u6f22\x7f") == ([], "a", "a\u6f22\b \b\b \b")
    assert typed("\x7f") == ([], "", "")


def test_words_and_lines_are_erased() -> None:
    assert typed("one two \x17")[1] == "one "
    assert typed("one two\x15")[1] == ""


def test_keys_that_send_sequences_do_nothing() -> None:
    assert typed("a\x1b[Ab\x1bOPc\x1b[1;5Dd\x1bxe\r") == (["abcde"], "", "abcde\n")


@given(st.text())
def test_nothing_typed_is_echoed_as_an_escape(keys: str) -> None:
    _, _, echo = typed(keys)
    assert "\x1b" not in echo
    assert all(character.isprintable() or character in "\n\b" or ord(character) > 0x7F for character in echo)
