"""Section D: sign-in, tokens, limits. Played at the machine's own pace: the server's clock is no faster."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.matrix.catalogue import by_tests, played
from tests.matrix.stage import Stage
from tests.together.faultline.faults import BlackHole, Impostor, On, Reset, requests, sends
from tests.transport.scripted import http
from tms_tui.domain.effects import SessionQuery
from tms_tui.domain.entries import Delivery
from tms_tui.domain.events import ListingAsked

REFRESH: Final = "/v1/auth/refresh"
LOGIN: Final = "/v1/auth/login"
REFUSED: Final = http(401, b'{"error": "The sign-in was ended.", "code": "token_revoked"}', Connection="close")


def renewals(request_line: str) -> bool:
    return REFRESH in request_line


def all_but_renewals(request_line: str) -> bool:
    return REFRESH not in request_line and LOGIN not in request_line


def about(session: str) -> On:
    """All that names this conversation."""
    return lambda request_line: session in request_line


async def _asked_to_sign_in(stage: Stage) -> None:
    await stage.until(lambda: stage.desk.state.sign_in_needed is not None, what="asked to sign in")


@played(
    49,
    "the token ends while idle and mid-send",
    starred=True,
    speed=1.0,
    types=False,
    settings={"access_seconds": 4, "leeway": 0},
)
async def expired_token(stage: Stage) -> None:
    stage.line.impose(Impostor(http(503, b"", Retry_After="1", Connection="close")), renewals)
    stage.line.strike(Reset(), requests)
    stage.desk.types(stage.guests[1].session, "half a sentence")
    await stage.offline()
    stage.answers(stage.guests[0])
    await stage.until(
        lambda: any(send.failure for send in stage.desk.state.outbox), what="a send that met the ended token"
    )
    stage.bit(stage.line.bitten[Impostor])
    assert stage.desk.state.sign_in_needed is None
    stage.line.lift()
    await stage.until(lambda: not stage.desk.state.outbox.unsent(), what="it is sent")
    assert "half a sentence" in stage.desk.state.drafts.values(), "the draft is gone"


@played(
    50, "every renewal is refused", starred=True, speed=1.0, types=False, settings={"access_seconds": 4, "leeway": 0}
)
async def refused_renewal(stage: Stage) -> None:
    stage.desk.types(stage.guests[1].session, "half a sentence")
    stage.line.impose(Impostor(REFUSED), renewals)
    stage.line.strike(Reset(), requests)
    await _asked_to_sign_in(stage)
    stage.answers(stage.guests[0])
    await stage.offline()
    await stage.lasts(3)
    assert stage.line.asked[REFRESH] == 1, f"{stage.line.asked[REFRESH]} attempts"
    stage.bit(stage.line.bitten[Impostor])
    stage.line.lift()
    await stage.desk.sign_in("dana@example.com")
    assert "half a sentence" in stage.desk.state.drafts.values(), "the draft is gone"


@played(
    51,
    "fifty calls meet a 401 together",
    starred=True,
    speed=1.0,
    types=False,
    settings={"access_seconds": 6, "leeway": 0},
)
async def fifty_at_once(stage: Stage) -> None:
    stage.line.impose(BlackHole(), renewals)
    stage.line.strike(Reset(), requests)
    await stage.offline()
    queries = [SessionQuery(text=f"word {number}") for number in range(50)]
    for query in queries:
        stage.desk.engine.take(ListingAsked(query))
    before = stage.line.asked["/v1/chat/sessions"]
    await stage.until(lambda: stage.line.asked["/v1/chat/sessions"] - before >= 5, what="some met the ended token")
    stage.bit(stage.line.bitten[BlackHole])
    stage.line.lift()
    await stage.until(lambda: all(query in stage.desk.state.listings for query in queries), what="all are answered")
    assert stage.line.asked[REFRESH] == 1, f"{stage.line.asked[REFRESH]} renewals"


@played(52, "401 goes on after the renewal", types=False)
async def refused_for_ever(stage: Stage) -> None:
    stage.line.impose(Impostor(REFUSED), all_but_renewals)
    stage.line.strike(Reset(), requests)
    stage.answers(stage.guests[0])
    await _asked_to_sign_in(stage)
    await stage.lasts(60)
    assert stage.line.asked[REFRESH] <= 2, f"{stage.line.asked[REFRESH]} renewals"
    assert stage.line.asked[LOGIN] == 1, "it signed in by itself"
    stage.bit(stage.line.bitten[Impostor])
    stage.line.lift()
    await stage.desk.sign_in("dana@example.com")


@played(53, "403 on one conversation")
async def one_forbidden(stage: Stage) -> None:
    nora, paul = stage.guests
    refusal = http(403, b'{"error": "Not yours.", "code": "forbidden"}', Connection="close")
    stage.line.impose(Impostor(refusal), about(paul.session))
    stage.answers(paul, "this is refused")
    stage.answers(nora)
    await stage.until(lambda: [one.delivery for one in stage.desk.pending(paul.session)] == [Delivery.REFUSED])
    await stage.until(lambda: not stage.desk.pending(nora.session), what="the other conversation goes on")
    await stage.says(nora)
    stage.bit(stage.line.bitten[Impostor])


by_tests(
    54,
    "a store that fails at the sign-in is no wrong password",
    "tests/server/test_store.py::test_a_restart_of_postgresql_loses_nothing_and_lies_to_nobody",
)


@played(55, "429: seconds, a date, none, a negative one", starred=True)
async def rate_limited(stage: Stage) -> None:
    later = (datetime.now(UTC) + timedelta(seconds=8)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for after, least in (("7", 7.0), (later, 1.0), ("-5", 1.0), (None, 30.0)):
        headers = {"Connection": "close"} | ({"Retry_After": after} if after else {})
        stage.line.impose(Impostor(http(429, b"", **headers)), sends)
        before = stage.line.bitten[Impostor]
        stage.answers(stage.guests[0])
        await stage.lasts(least * 0.9)
        tries = stage.line.bitten[Impostor] - before
        assert tries <= 1, f"{tries} attempts within {least} s after Retry-After: {after}"
        assert {one.delivery for one in stage.desk.pending(stage.guests[0].session)} == {Delivery.QUEUED}
        stage.bit(tries)
        stage.line.lift()
        await stage.until(lambda: not stage.desk.state.outbox.unsent(), 60, "it is sent")


@played(56, "the account is disabled while connected", speed=1.0, types=False, settings={"sign_in_check": 1})
async def disabled(stage: Stage) -> None:
    _set_disabled(stage, disabled="2026-01-01T00:00:00.000000Z")
    await _asked_to_sign_in(stage)
    stage.answers(stage.guests[0])
    stage.bit(stage.desk.endings[-1][1].code in (401, 4401, 4403))
    _set_disabled(stage, disabled=None)
    await stage.desk.sign_in("dana@example.com")


def _set_disabled(stage: Stage, disabled: str | None) -> None:
    with closing(sqlite3.connect(stage.server.data / "tms-chat.db", timeout=10)) as store, store:
        changed = store.execute("UPDATE agents SET disabled_at = ? WHERE email = 'dana@example.com'", (disabled,))
        assert changed.rowcount == 1


by_tests(
    57,
    "another agent's id in the address",
    "tests/together/test_wire.py",
    "tests/server/test_agent_socket.py::test_refusals_come_before_the_upgrade_and_say_why",
)
