"""The hand-wound clock itself: a test instrument that lies would make every test lie."""

from tests.engine.hand_clock import HandClock


def test_alarms_ring_in_order_each_at_its_own_time() -> None:
    clock, rung = HandClock(0.0), list[tuple[str, float]]()
    clock.call_at(2.0, lambda: rung.append(("second", clock.now())))
    clock.call_at(1.0, lambda: rung.append(("first", clock.now())))
    clock.call_at(9.0, lambda: rung.append(("late", clock.now())))
    clock.advance(5.0)
    assert rung == [("first", 1.0), ("second", 2.0)]
    assert clock.now() == 5.0
    assert clock.next_alarm() == 9.0


def test_an_alarm_set_by_an_alarm_rings_in_the_same_advance() -> None:
    clock, rung = HandClock(0.0), list[float]()

    def ring() -> None:
        clock.call_at(2.0, lambda: rung.append(clock.now()))

    clock.call_at(1.0, ring)
    clock.advance(3.0)
    assert rung == [2.0]


def test_a_cancelled_alarm_does_not_ring() -> None:
    clock, rung = HandClock(0.0), list[float]()
    clock.call_at(1.0, lambda: rung.append(clock.now())).cancel()
    clock.advance(3.0)
    assert rung == []
    assert clock.next_alarm() is None
