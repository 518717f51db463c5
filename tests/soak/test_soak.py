"""A few minutes of the soak, and that it would see a leak."""

from pathlib import Path

from tests.soak.soaking import Pace, Soaked, at_work

SHORT = Pace(minutes=2, faster=50)


def soaked(home: Path, how: str) -> Soaked:
    with at_work(home, SHORT, how) as soak:
        for _ in soak.run():
            continue
        return soak.seen


def test_a_short_day_leaves_nothing_behind(tmp_path: Path) -> None:
    seen = soaked(tmp_path, "sound")
    assert (seen.said, seen.drops) == (100, 2)
    assert seen.faults() == []


def test_a_leak_is_seen(tmp_path: Path) -> None:
    faults = soaked(tmp_path, "leaking").faults()
    for what in ("resident memory", "files", "tasks"):
        assert any(what in fault for fault in faults), what
