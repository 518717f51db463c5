"""The simulated customers' words: settled by the seed, in the character's voice, never twice in a row."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tms_tui.server.customer_minds import Mind, Pace, cue
from tms_tui.server.customer_scripts import Character, Cue, cast

CAST = cast()
seeds = st.integers(min_value=0, max_value=2**32)
characters = st.sampled_from(CAST.customers)
agents_words = st.lists(
    st.one_of(st.sampled_from([canned.content for canned in CAST.canned]), st.text(max_size=40)), max_size=12
)


def named(name: str) -> Character:
    return next(one for one in CAST.customers if one.name.startswith(name))


def spoken_lines(one: Character) -> list[str]:
    """Everything a customer can ever say."""
    answers = [line for lines in one.answers.values() for line in lines]
    return [*(line for topic in one.topics for line in topic), *answers, *one.nudges, *one.back]


def spoken(one: Character) -> str:
    return "\n".join(spoken_lines(one))


@given(characters, seeds, agents_words)
def test_the_same_seed_and_the_same_words_heard_give_the_same_talk(one: Character, seed: int, heard: list[str]) -> None:
    first, second = Mind(one, seed), Mind(one, seed)
    assert [first.topic(), *map(first.reply, heard)] == [second.topic(), *map(second.reply, heard)]


@given(characters, seeds, agents_words, st.lists(st.booleans(), min_size=12, max_size=12))
def test_how_often_they_had_to_remind_does_not_change_what_they_answer(
    one: Character, seed: int, heard: list[str], reminded: list[bool]
) -> None:
    calm, pressed = Mind(one, seed), Mind(one, seed)
    replies = []
    for words, first_remind in zip(heard, reminded, strict=False):
        if first_remind:
            assert pressed.nudge() in one.nudges
        replies.append(pressed.reply(words))
    assert replies == [calm.reply(words) for words in heard]


def test_another_seed_gives_another_talk() -> None:
    jonas = named("Jonas")
    assert {Mind(jonas, seed).nudge() for seed in range(60)} == set(jonas.nudges)


@given(characters, seeds)
def test_no_reminder_comes_twice_in_a_row(one: Character, seed: int) -> None:
    mind = Mind(one, seed)
    said = [mind.nudge() for _ in range(30)]
    assert all(a != b for a, b in itertools.pairwise(said))
    assert set(said) == set(one.nudges)


@pytest.mark.parametrize(
    ("shortcut", "kind"),
    [
        ("hello", Cue.GREETING),
        ("number", Cue.NUMBER),
        ("wait", Cue.WAIT),
        ("sorry", Cue.SORRY),
        ("refund", Cue.REFUND),
        ("fixed", Cue.SOLVED),
        ("bye", Cue.GOODBYE),
    ],
)
def test_each_canned_response_is_understood(shortcut: str, kind: Cue) -> None:
    content = next(canned.content for canned in CAST.canned if canned.shortcut == shortcut)
    assert cue(content) is kind


def test_what_is_not_understood_is_still_answered() -> None:
    assert cue("Ja, das passt.") is Cue.OTHER
    assert cue("Which colour?") is Cue.QUESTION
    for one in CAST.customers:
        assert Mind(one, 1).reply("Ja, das passt.").line in one.answers[Cue.OTHER]


def test_only_a_farewell_makes_them_leave_and_only_a_promise_makes_them_wait() -> None:
    for one in CAST.customers:
        mind = Mind(one, 3)
        assert mind.reply("Good-bye!").leaves
        assert not mind.reply("How can I help?").leaves
        assert mind.reply("One moment, please.").waits
        assert not mind.reply("It is on its way.").waits


def test_the_cast_is_as_various_as_real_customers() -> None:
    assert len(CAST.customers) == 8
    assert any(unicodedata.bidirectional(char) == "AL" for char in spoken(named("ليلى")))
    assert any(unicodedata.east_asian_width(char) == "W" for char in spoken(named("李伟")))
    assert "\N{ZERO WIDTH JOINER}" in spoken(named("Sunny"))
    assert {"\x1b", "\x07", "\x9b", "\x7f", "\u202e"} <= set(spoken(named("Mallory")))
    assert max(line.count("\n") for topic in named("Edith").topics for line in topic) >= 5
    assert named("Jonas").patience == min(one.patience for one in CAST.customers)
    assert [one.name for one in CAST.customers if one.back] == ["Mia Roth"]
    peter = spoken(named("Peter")).casefold().splitlines()
    assert all("thank" in line for line in peter)


@given(characters, seeds)
def test_the_first_five_seconds_are_lively_and_then_it_grows_calm(one: Character, seed: int) -> None:
    pace = Pace(one, seed)
    assert pace.arrival() + pace.first_words() < 2.5
    assert pace.patience(0) < 200
    assert 400 < pace.patience(30) < 800
