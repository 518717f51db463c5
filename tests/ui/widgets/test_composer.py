"""The composer: what is sent, what stays, and what never gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tests.ui.widgets.stage import Seen, staged
from tms_tui.domain.ids import SessionId
from tms_tui.domain.policy import MESSAGE_LONGEST
from tms_tui.domain.text import clean
from tms_tui.ui.keyboard import Keyboard
from tms_tui.ui.keys import NEVER
from tms_tui.ui.pasting import pasted
from tms_tui.ui.widgets.composer import Composer

TALK = SessionId("talk")


async def paste(seen: Seen, text: str) -> None:
    seen.widget.post_message(events.Paste(text))
    await seen.pilot.pause()


def opened(composer: Composer, text: str = "", *, private: bool = False) -> None:
    composer.open(text, TALK, private=private, title="Reply to [b]Jonas: the customer sees this")


async def test_enter_submits_once_and_the_text_stays_until_taken() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press(*"hello", "enter", "enter")
        await seen.pilot.pause()
        assert [(event.text, event.session, event.private) for event in seen.of(Composer.Submitted)] == [
            ("hello", TALK, False)
        ]
        assert composer.text == "hello"
        composer.taken()
        assert composer.text == ""


async def test_what_was_typed_after_enter_is_kept() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press(*"hello", "enter", *"more")
        composer.taken()
        assert composer.text == "more"


async def test_two_texts_sent_in_one_breath_are_two_texts() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press(*"one", "enter", *"two", "enter", *"three")
        await seen.pilot.pause()
        assert [event.text for event in seen.of(Composer.Submitted)] == ["one", "two"]
        composer.taken()
        assert composer.text == "twothree"
        composer.taken()
        assert composer.text == "three"


async def test_a_text_that_was_not_taken_can_be_submitted_again() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer, "hello")
        await seen.pilot.press("enter")
        composer.released()
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert len(seen.of(Composer.Submitted)) == 2
        assert composer.text == "hello"


async def test_blank_text_is_not_sent() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press("enter", "space", "ctrl+j", "enter")
        await seen.pilot.pause()
        assert not seen.of(Composer.Submitted)


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter"])
async def test_a_new_line_makes_it_higher_up_to_six_rows(key: str) -> None:
    composer = Composer()
    async with staged(composer, height=14) as seen:
        opened(composer)
        heights = [composer.content_size.height]
        for _ in range(7):
            await seen.pilot.press(key)
            await seen.pilot.pause()
            heights.append(composer.content_size.height)
        assert heights == [1, 2, 3, 4, 5, 6, 6, 6]
        composer.put("")
        await seen.pilot.pause()
        assert composer.content_size.height == 1


async def test_enter_may_break_lines_instead() -> None:
    composer = Composer(enter_sends=False)
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press("a", "enter", "b", "ctrl+j")
        await seen.pilot.pause()
        assert [event.text for event in seen.of(Composer.Submitted)] == ["a\nb"]


async def test_it_is_laid_out_only_when_its_height_changes() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.pause()
        before = composer.screen._layout_updates
        await seen.pilot.press(*"a few words")
        await seen.pilot.pause()
        assert composer.screen._layout_updates == before
        await seen.pilot.press("ctrl+j")
        await seen.pilot.pause()
        assert composer.screen._layout_updates > before


async def test_a_paste_never_sends_and_is_cleaned() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await paste(seen, "one\r\ntwo\rthree\x1b[31m\x07\u202e\x9b!")
        assert composer.text == "one\ntwo\nthree[31m!"
        assert not seen.of(Composer.Submitted)


async def test_too_much_is_refused_whole_and_said() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer, "x" * MESSAGE_LONGEST)
        await seen.pilot.press("y")
        await paste(seen, "word " * 5)
        assert composer.text == "x" * MESSAGE_LONGEST
        assert [event.characters for event in seen.of(Composer.TooLong)] == [MESSAGE_LONGEST + 1, MESSAGE_LONGEST + 25]
        await seen.pilot.press("backspace")
        assert len(composer.text) == MESSAGE_LONGEST - 1


async def test_a_draft_that_is_too_long_is_not_sent() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer, "x" * (MESSAGE_LONGEST + 1))
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert not seen.of(Composer.Submitted)
        assert len(seen.of(Composer.TooLong)) == 1


async def test_an_empty_composer_recalls_and_offers_canned_texts() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press("up", "slash")
        await seen.pilot.pause()
        assert len(seen.of(Composer.RecallAsked)) == len(seen.of(Composer.CannedAsked)) == 1
        assert composer.text == ""
        await seen.pilot.press("a", "slash", "up")
        await seen.pilot.pause()
        assert composer.text == "a/"
        assert len(seen.of(Composer.RecallAsked)) == 1


async def test_reply_and_note_differ_and_titles_are_never_markup() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer, "a draft", private=True)
        assert (composer.private, composer.has_class("-note"), composer.text) == (True, True, "a draft")
        assert "[b]Jonas" in seen.rows()[0]
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert [event.private for event in seen.of(Composer.Submitted)] == [True]


async def test_only_the_agents_own_changes_are_told() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer, "a draft")
        await seen.pilot.pause()
        assert not seen.of(Composer.Changed)
        await seen.pilot.press("!")
        await seen.pilot.pause()
        assert [event.text for event in seen.of(Composer.Changed)] == ["a draft!"]


async def test_leaving_is_told_and_keeps_the_text() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer, "a draft")
        seen.pilot.app.set_focus(None)
        await seen.pilot.pause()
        assert len(seen.of(Composer.Left)) == 1
        assert composer.text == "a draft"


async def test_the_cursor_does_not_blink() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        await seen.pilot.press("a")
        assert not composer.cursor_blink
        assert not composer.blink_timer._active.is_set()


@given(st.text(max_size=60))
def test_pasted_text_is_clean(raw: str) -> None:
    text = pasted(raw)
    assert not text.strip() or clean(text, keeps_private=True) == text
    assert not any(character < " " and character != "\n" for character in text)


def test_a_private_character_is_sent_as_it_was_pasted() -> None:
    assert pasted("a\ue0b0b \U000f0000\u0301") == "a\ue0b0b \U000f0000\u0301"


async def test_arrows_that_come_at_once_recall_nothing_and_one_does() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        for message in Keyboard().feed(b"\x1b[A\x1b[A\x1b[A", 0.0):
            seen.pilot.app.post_message(message)
        await seen.pilot.pause()
        assert not seen.of(Composer.RecallAsked)
        for message in Keyboard().feed(b"\x1b[A", 0.0):
            seen.pilot.app.post_message(message)
        await seen.pilot.pause()
        assert len(seen.of(Composer.RecallAsked)) == 1


@pytest.mark.parametrize("key", [b"\x1b\x7f", b"\x1b[127;3u", b"\x17"], ids=repr)
async def test_the_word_before_is_deleted(key: bytes) -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        for message in Keyboard().feed(b"one two three" + key, 0.0):
            seen.pilot.app.post_message(message)
        await seen.pilot.pause()
        assert composer.text == "one two "


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (b"abc\x7fd", "abd"),
        (b"abc\x1b[D!", "ab!c"),
        (b"one two\x1b\x7fx", "one x"),
        (b"ab\x1b[Hx\x1b[3~", "xb"),
    ],
    ids=repr,
)
async def test_keys_that_come_at_once_take_effect_in_their_order(keys: bytes, text: str) -> None:
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        for message in Keyboard().feed(keys, 0.0):
            seen.pilot.app.post_message(message)
        await seen.pilot.pause()
        assert composer.text == text


async def test_what_is_typed_is_kept_and_a_direction_is_not_drawn() -> None:
    text = "a\u00a0b\u202f\u200d\u200cc\U0001fae9\ue0b0\u202ed"
    composer = Composer()
    async with staged(composer) as seen:
        opened(composer)
        for message in Keyboard().feed(text.encode(), 0.0):
            seen.pilot.app.post_message(message)
        await seen.pilot.pause()
        assert composer.text == text
        assert "\u202e" not in composer.get_line(0).plain


async def test_keys_that_belong_to_multiplexers_and_shells_do_nothing_and_undo_is_where_shells_have_it() -> None:
    composer = Composer()
    async with staged(composer) as seen:
        await seen.pilot.press(*"abc", "ctrl+a", "d", "ctrl+z", "e")
        assert composer.text == "abcde"
        await seen.pilot.press("ctrl+underscore")
        assert composer.text != "abcde"
        assert not set(NEVER) & set(composer._bindings.key_to_bindings)
