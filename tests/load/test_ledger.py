"""The judge sees each wrong it is there for, and calls nothing wrong that is right."""

import pytest

from tests.load.ledger import Hearing, Ledger, Sent, peak

ANA, BEN = "session of Ana", "session of Ben"


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.agents = [Hearing(ledger, "dana"), Hearing(ledger, "bo")]
    ledger.customers = [Hearing(ledger, "Ana", ANA)]
    return ledger


def sent(ledger: Ledger, words: str, session: str = ANA, *, private: bool = False, due: float = 0) -> Sent:
    message = ledger.write(session, words, due, private=private)
    message.answered_at = due + 0.1
    return message


def heard(listener: Hearing, *spoken: tuple[str, int], session: str = ANA, at: float = 1) -> None:
    for words, seq in spoken:
        listener.heard(session, seq, words, at)


def everybody(ledger: Ledger) -> list[Hearing]:
    return [*ledger.agents, *ledger.customers]


def test_what_everybody_heard_once_and_in_order_is_clean(ledger: Ledger) -> None:
    for words in ("one", "two"):
        sent(ledger, words)
    for listener in everybody(ledger):
        heard(listener, ("one", 1), ("two", 2), at=0.5)
    verdict = ledger.judge()
    assert (verdict.clean, verdict.messages, verdict.deliveries) == (True, 2, 6)
    assert verdict.delays == [0.5] * 4, "of each agent"


def test_a_message_that_one_agent_misses_is_lost(ledger: Ledger) -> None:
    sent(ledger, "one")
    heard(ledger.agents[0], ("one", 1))
    heard(ledger.customers[0], ("one", 1))
    assert ledger.judge().lost == 1


def test_a_message_that_its_customer_misses_is_lost(ledger: Ledger) -> None:
    sent(ledger, "one")
    for agent in ledger.agents:
        heard(agent, ("one", 1))
    assert ledger.judge().lost == 1


def test_what_was_never_answered_may_be_missing(ledger: Ledger) -> None:
    ledger.write(ANA, "one", 0)
    assert ledger.judge().clean


def test_a_message_heard_twice_is_doubled(ledger: Ledger) -> None:
    sent(ledger, "one")
    for listener in everybody(ledger):
        heard(listener, ("one", 1))
    heard(ledger.agents[1], ("one", 1))
    assert (ledger.judge().doubled, ledger.judge().lost) == (1, 0)


def test_a_message_after_a_later_one_is_out_of_order(ledger: Ledger) -> None:
    sent(ledger, "one")
    sent(ledger, "two")
    for listener in everybody(ledger):
        heard(listener, ("two", 2), ("one", 1))
    assert (ledger.judge().misordered, ledger.judge().lost) == (3, 0)


def test_conversations_have_each_their_own_order(ledger: Ledger) -> None:
    sent(ledger, "one")
    sent(ledger, "of ben", BEN)
    for agent in ledger.agents:
        heard(agent, ("one", 7))
        heard(agent, ("of ben", 1), session=BEN)
    heard(ledger.customers[0], ("one", 7))
    assert ledger.judge().clean


def test_a_customer_must_not_hear_notes_nor_others(ledger: Ledger) -> None:
    sent(ledger, "note", private=True)
    sent(ledger, "of ben", BEN)
    for agent in ledger.agents:
        heard(agent, ("note", 1))
        heard(agent, ("of ben", 1), session=BEN)
    assert ledger.judge().clean, "nor do they miss them"
    heard(ledger.customers[0], ("note", 1), ("of ben", 1))
    assert ledger.customers[0].foreign == 2


def test_each_stretch_is_judged_by_what_was_due_in_it(ledger: Ledger) -> None:
    sent(ledger, "early", due=1)
    sent(ledger, "late", due=5)
    for agent in ledger.agents:
        heard(agent, ("late", 2), at=5.2)
    heard(ledger.customers[0], ("late", 2))
    assert (ledger.judge(0, 3).lost, ledger.judge(3, 9).lost) == (3, 0)


def test_recovery_lasts_until_the_last_late_delivery_and_the_last_return(ledger: Ledger) -> None:
    sent(ledger, "held up", due=10)
    heard(ledger.agents[0], ("held up", 1), at=13)
    assert ledger.recovered_after(10, 20) == 3
    ledger.agents[1].outages.append((11, 16))
    assert ledger.recovered_after(10, 20) == 6
    assert ledger.recovered_after(16, 20) == 0
    assert ledger.recovered_after(5, 10.5) == 0, "the next fault held it up"


def test_the_peak_is_counted_over_any_window() -> None:
    assert peak([]) == 0
    assert peak([0.0, 0.06, 0.12, 0.15, 0.16, 5.0]) == 4
