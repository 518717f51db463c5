"""The table shows the worst of several seeds, and every word of a failure."""

from tests.matrix.catalogue import Fault
from tests.matrix.judge import Findings
from tests.matrix.playing import Outcome
from tests.matrix.stage import Stage
from tests.matrix.table import table
from tests.matrix.typist import Echo


async def _play(_: Stage) -> None:
    """Never played."""


PLAYED = Fault(2, "a reset", starred=True, play=_play)
TESTED = Fault(81, "a signal", tests=("tests/test_one.py",))
APART = Fault(65, "elsewhere", apart="this server has no such path.")


def rows(*outcomes: Outcome) -> list[str]:
    return [
        line
        for line in table(outcomes, [PLAYED, TESTED, APART]).splitlines()
        if line.startswith(("| 2", "| 8", "- 6", "- 2"))
    ]


def test_the_worst_of_all_seeds_makes_the_row() -> None:
    good = Outcome(PLAYED, 1, bites=3, lied=0.5, recovered=2.0, freeze=0.02, echo=Echo([4.0, 6.0]))
    worse = Outcome(PLAYED, 2, bites=1, lied=1.5, recovered=1.0, freeze=0.01)
    assert rows(good, worse)[0] == ("| 2★ | a reset | 2 | 0 | 0 | 0 | 1.5 s | 2.0 s | 20 ms | 6, 6 ms | survived |")


def test_a_failure_in_one_seed_is_the_verdict() -> None:
    good, bad = Outcome(PLAYED, 1, bites=1), Outcome(PLAYED, 2, Findings(lost=("x",)), bites=1)
    assert rows(good, bad)[0].startswith("| 2★ | a reset | 2 | 1 | 0 | 0 |")
    assert rows(good, bad)[0].endswith("| failed: 1 lost |")


def test_tests_are_named_and_what_cannot_happen_says_why() -> None:
    assert rows(Outcome(TESTED, 1, bites=1)) == [
        "| 81 | a signal | 1 | - | - | - | - | - | - | - | survived: `tests/test_one.py` |",
        "- 65 elsewhere: this server has no such path.",
        "- 2 a reset",
    ]
