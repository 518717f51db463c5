"""A run is judged by what it saw, and a fault that did not hit is no success."""

from tests.matrix.catalogue import Fault
from tests.matrix.judge import Findings
from tests.matrix.playing import NOT_INJECTED, SURVIVED, Outcome, play
from tests.matrix.running import catalogue
from tests.matrix.stage import Stage
from tests.together.faultline.faults import Frames, Reset, sockets
from tests.together.faultline.frames import Duplicate

NAMED = Fault(0, "any", apart="a test's own")


async def nothing(_: Stage) -> None:
    """No fault at all."""


async def doubled(stage: Stage) -> None:
    stage.line.impose(Frames(Duplicate(5, stage.chance)), sockets)
    await stage.talk(4)
    stage.bit(stage.line.bitten[Frames])


async def nobody_there(stage: Stage) -> None:
    stage.line.shut_door()
    stage.bit(stage.line.strike(Reset()))
    stage.answers(words="this cannot arrive")
    raise AssertionError("the scenario saw something wrong")


async def test_a_fault_that_did_not_hit_is_a_failure() -> None:
    outcome = await play(Fault(0, "none", play=nothing), seed=1)
    assert (outcome.verdict, outcome.findings) == (NOT_INJECTED, Findings())


async def test_a_fault_that_hit_and_cost_nothing_is_survived() -> None:
    outcome = await play(Fault(0, "doubled", play=doubled), seed=1)
    assert outcome.verdict == SURVIVED, f"{outcome.trouble}\n{outcome.findings.words()}"
    assert outcome.bites >= 1


async def test_what_a_scenario_finds_wrong_is_the_verdict() -> None:
    outcome = await play(Fault(0, "nobody", play=nobody_there), seed=1)
    assert outcome.verdict == "failed: AssertionError: the scenario saw something wrong"


def test_each_figure_beyond_its_limit_fails() -> None:
    good = Outcome(NAMED, 1, bites=1)
    assert good.verdict == SURVIVED
    bad = [
        Outcome(NAMED, 1, Findings(lost=("x",)), bites=1),
        Outcome(NAMED, 1, Findings(duplicated=("x",)), bites=1),
        Outcome(NAMED, 1, Findings(misordered=("x",)), bites=1),
        Outcome(NAMED, 1, Findings(unexpected=("x",)), bites=1),
        Outcome(NAMED, 1, bites=1, lied=3.1),
        Outcome(NAMED, 1, bites=1, recovered=31),
        Outcome(NAMED, 1, bites=1, freeze=0.6),
    ]
    assert [one.verdict for one in bad] == [
        "failed: 1 lost",
        "failed: 1 duplicated",
        "failed: 1 misordered",
        "failed: 1 unexpected",
        "failed: Live for 3.1 s when it was not so",
        "failed: recovered after 31 s",
        "failed: stood still for 0.60 s",
    ]


def test_only_what_failed_by_the_clock_is_played_again() -> None:
    assert Outcome(NAMED, 1, bites=1, lied=3.1).is_only_late
    assert Outcome(NAMED, 1, trouble="not within 10 s").is_only_late
    assert not Outcome(NAMED, 1, Findings(lost=("x",)), bites=1, lied=3.1).is_only_late
    assert Outcome(NAMED, 1).is_only_late, "a fault that came too late to hit"
    assert not Outcome(NAMED, 1, bites=1).is_only_late


def test_each_fault_is_played_tested_or_set_apart() -> None:
    for fault in catalogue():
        assert sum(map(bool, (fault.play, fault.tests, fault.apart))) == 1, fault.name
