"""What a simulated customer says, and how long they take over it: settled by character, seed and what they hear."""

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tms_tui.server.customer_scripts import Character, Cue

REMINDER_GROWTH: Final = 1.8
LONGEST_PATIENCE: Final = 600.0

HEARD: Final = tuple(
    (cue, re.compile(pattern, re.IGNORECASE))
    for cue, pattern in (
        (Cue.GOODBYE, r"\bbye\b|nice day|take care"),
        (Cue.SOLVED, r"\bfixed\b|solved|works? now|try (it )?again|\bdone\b"),
        (Cue.REFUND, r"refund|money back"),
        (Cue.NUMBER, r"\bnumber\b|which order"),
        (Cue.SORRY, r"\bsorry\b|apolog"),
        (Cue.WAIT, r"\bmoment\b|\bseconds?\b|\bminutes?\b|\bwait\b|look(ing)? into|\bcheck"),
        (Cue.GREETING, r"\b(hello|hi|hey|good (morning|afternoon|evening))\b"),
        (Cue.QUESTION, r"\?"),
    )
)
"""The first that fits decides, so a farewell that says thanks, or a greeting that asks, is what it mainly is."""


def cue(text: str) -> Cue:
    """What an agent's words amount to, for a customer who reads no further than a few words."""
    return next((kind for kind, pattern in HEARD if pattern.search(text)), Cue.OTHER)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a customer says to an agent's words, and what they do after it."""

    line: str
    leaves: bool = False
    waits: bool = False
    """They were asked for patience, so the next word is still the agent's."""


class Mind:
    """What a customer says and in which order: settled by the character, the seed and what they hear."""

    def __init__(self, character: Character, seed: int) -> None:
        key = f"{seed}/{character.email}"
        self._answers = {kind: _endless(lines, f"{key}/{kind}") for kind, lines in character.answers.items()}
        self._nudges = _endless(character.nudges, f"{key}/nudge")
        self._back = _endless(character.back, f"{key}/back")
        self._topics = itertools.cycle(character.topics)

    def topic(self) -> tuple[str, ...]:
        """The lines of the next matter they come with, in the character's order."""
        return next(self._topics)

    def reply(self, heard: str) -> Reply:
        kind = cue(heard)
        lines = self._answers.get(kind) or self._answers[Cue.OTHER]
        return Reply(next(lines), leaves=kind is Cue.GOODBYE, waits=kind is Cue.WAIT)

    def nudge(self) -> str:
        return next(self._nudges)

    def back(self) -> str | None:
        """What they say after an absence in the middle of a topic; None for those who stay."""
        return next(self._back, None)


def _endless(lines: tuple[str, ...], key: str) -> Iterator[str]:
    """Every line once, in the order that `key` settles, then again; none twice in a row if there are two."""
    chance = random.Random(key)  # noqa: S311 - a play, not a secret
    last = None
    while lines:
        deck = chance.sample(lines, len(lines))
        if len(deck) > 1 and deck[0] == last:
            deck.append(deck.pop(0))
        yield from deck
        last = deck[-1]


class Pace:
    """How long things take a customer, in seconds; its own chance, so that haste changes no words."""

    def __init__(self, character: Character, seed: int) -> None:
        self._chance = random.Random(f"{seed}/{character.email}/pace")  # noqa: S311 - a play, not a secret
        self._character = character

    def arrival(self) -> float:
        return self._chance.uniform(0.0, 0.8)

    def first_words(self) -> float:
        """The first line is nearly written when the desk opens: it is lively at once."""
        return self._chance.uniform(0.4, 1.6)

    def typing(self, line: str) -> float:
        return min(8.0, max(0.8, len(line) / self._character.speed)) * self._chance.uniform(0.8, 1.2)

    def breath(self) -> float:
        """Between two lines of one topic, and between reading and writing."""
        return self._chance.uniform(0.3, 1.5)

    def reading(self, text: str) -> float:
        return min(6.0, 0.8 + len(text) / 40) * self._chance.uniform(0.8, 1.3)

    def patience(self, reminders: int) -> float:
        """How long nobody may answer; grows with each reminder, so that a desk left alone grows calm."""
        grown = self._character.patience * REMINDER_GROWTH ** min(reminders, 20)
        return min(LONGEST_PATIENCE, grown) * self._chance.uniform(0.8, 1.3)

    def contentment(self) -> float:
        """How long they stay, once answered, before they go about other things."""
        return self._chance.uniform(120.0, 300.0)

    def interruption(self) -> float:
        return self._chance.uniform(12.0, 25.0)

    def absence(self) -> float:
        return self._chance.uniform(90.0, 300.0)
