"""A computer whose clock is wrong: the line face and the verbs go by the server's."""

from typing import Final

import pytest

from tests.core.desk import ANA, TALK, conversation
from tests.engine.fakes import Stand, empty, running, stand
from tms_tui.domain.effects import ReadSessions, Request, SetStatus
from tms_tui.domain.events import Answer, SessionAnswered, SessionsRead, SignedIn
from tms_tui.domain.ids import Cursor
from tms_tui.domain.model import SessionStatus
from tms_tui.domain.value import replace
from tms_tui.plain import deciding
from tms_tui.plain.linear import LineFace
from tms_tui.plain.verbs import NotDone

each_wrong_clock: Final = pytest.mark.parametrize("wrong", [11 * 60.0, -2 * 3600.0, 0.0])
TARGET: Final = 300.0
"""Seconds until a waiting customer is due."""


def wrong_by(seconds: float, waited: float = 60.0) -> Stand:
    """An engine at a wrong clock; one customer has waited for so long."""

    def reply(request: Request) -> Answer:
        match request:
            case ReadSessions(query):
                true = at.clock.true()
                one = replace(conversation(waiting_since=true - waited), started_at=true - 720)
                is_active = query.status is SessionStatus.ACTIVE
                return SessionsRead(query, (one,) if is_active else (), None, Cursor("0"))
            case SetStatus(session, status, until):
                return SessionAnswered(
                    replace(conversation(session, version=2, status=status), pending_until=until), request
                )
            case _:
                return empty(request)

    at = stand(reply)
    at.clock.ahead = seconds
    return at


async def face_of(at: Stand) -> tuple[LineFace, list[str]]:
    said: list[str] = []
    face = LineFace(at.engine, said.append, lambda: False, (), TARGET)
    at.engine.subscribe(face.changed)
    at.engine.take(SignedIn(ANA, 900.0))
    await at.engine.settled()
    at.link.welcome(ANA.id)
    await at.engine.settled()
    said.clear()
    return face, said


@each_wrong_clock
@pytest.mark.parametrize(("waited", "due"), [(60.0, False), (600.0, True)])
async def test_who_waits_and_who_is_due_is_counted_by_the_servers_clock(wrong: float, waited: float, due: bool) -> None:
    at = wrong_by(wrong, waited)
    async with running(at.engine):
        face, said = await face_of(at)
        face.obey("list")
        await at.engine.settled()
        row = next(line for line in said if line.startswith("1. "))
        assert f"waits {waited / 60:.0f}m" in row
        assert (", due, " in row) is due


@each_wrong_clock
async def test_an_hour_from_now_is_the_servers_hour_in_the_line_face(wrong: float) -> None:
    at = wrong_by(wrong)
    async with running(at.engine):
        face, _ = await face_of(at)
        for line in ("open 1", "/pending 1h"):
            face.obey(line)
            await at.engine.settled()
        wanted = SetStatus(TALK, SessionStatus.PENDING, at.clock.true() + 3600)
        assert at.rest.asked_for(SetStatus) == [wanted]


@each_wrong_clock
async def test_an_hour_from_now_is_the_servers_hour_for_a_verb_that_saw_no_welcome(wrong: float) -> None:
    at = wrong_by(wrong)
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0, server_time=at.clock.true()))
        assert await deciding.put(TALK, SessionStatus.PENDING, "1h").do(at.engine) == 0
        wanted = SetStatus(TALK, SessionStatus.PENDING, at.clock.true() + 3600)
        assert at.rest.asked_for(SetStatus) == [wanted]


async def test_a_moment_that_is_past_at_the_server_is_refused_before_it_is_asked_for() -> None:
    at = wrong_by(-2 * 3600.0)
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0, server_time=at.clock.true()))
        with pytest.raises(NotDone):
            await deciding.put(TALK, SessionStatus.PENDING, "2027-01-15T07:00:00Z").do(at.engine)
        assert at.rest.asked_for(SetStatus) == []
