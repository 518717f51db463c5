"""Whatever answers instead of the server: one clear sentence, the badge tells the truth, the typed text stays."""

from dataclasses import dataclass

import pytest

from tests.server.running import PASSWORD, RunningServer
from tests.together.console import Console, console
from tests.together.customer import customer
from tests.together.faultline import Faultline
from tests.together.faultline.faults import Impostor, Reset, everything, requests
from tests.transport.scripted import closed_port, http
from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.select import BadgeKind, Filter
from tms_tui.domain.changes import NoticeKind
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import Failure
from tms_tui.domain.events import ComposerChanged
from tms_tui.domain.ids import SessionId
from tms_tui.domain.secret import Secret

PORTAL = b"<html><head><title>Welcome to the hotel</title></head><body>Please pay.</body></html>"


@dataclass(frozen=True, slots=True)
class Bad:
    """An answer, what the sign-in says to it, and what a send says and is then."""

    answer: bytes
    at_sign_in: str
    at_work: str
    delivery: Delivery


BAD = {
    "HTML with 200": Bad(
        http(200, PORTAL, Content_Type="text/html", Connection="close"),
        "Not signed in: what answers at this address is not a chat server. Check the address.",
        "the answer is not one of a chat server",
        Delivery.DOUBTFUL,
    ),
    "500 with an empty body": Bad(
        http(500, b"", Connection="close"),
        "Not signed in: the server failed. Try again in a moment.",
        "the server failed (500)",
        Delivery.DOUBTFUL,
    ),
    "502 with HTML": Bad(
        http(502, PORTAL, Content_Type="text/html", Connection="close"),
        "Not signed in: the server failed. Try again in a moment.",
        "the server failed (502)",
        Delivery.DOUBTFUL,
    ),
    "429": Bad(
        http(429, b"", Retry_After="1", Connection="close"),
        "Not signed in: too many attempts. Wait 1 s, then try again.",
        "the server asks for fewer requests; wait 1 s",
        Delivery.QUEUED,
    ),
    "401": Bad(
        http(401, b"", Connection="close"),
        "Not signed in: the server did not accept the e-mail or the password.",
        "the server no longer accepts this sign-in",
        Delivery.QUEUED,
    ),
    "403": Bad(
        http(403, b"", Connection="close"),
        "Not signed in: the server does not allow this account here. Ask whoever runs the server.",
        "the server does not allow you to do this",
        Delivery.REFUSED,
    ),
    "404 with HTML": Bad(
        http(404, PORTAL, Content_Type="text/html", Connection="close"),
        "Not signed in: what answers at this address is not a chat server. Check the address.",
        "the answer is not one of a chat server",
        Delivery.DOUBTFUL,
    ),
    "405 without a body": Bad(
        http(405, b"", Connection="close"),
        "Not signed in: what answers at this address is not a chat server. Check the address.",
        "the answer is not one of a chat server",
        Delivery.DOUBTFUL,
    ),
    "a redirect": Bad(
        http(302, b"", Location="http://127.0.0.1:9/", Connection="close"),
        "Not signed in: this address leads to another server. Enter that server's own address.",
        "the address leads to another server, which is not trusted",
        Delivery.REFUSED,
    ),
}
each_bad = pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())


async def failed_sign_in(url: str) -> str:
    desk = Console(url)
    try:
        outcome = await desk.login.sign_in("dana@example.com", Secret(PASSWORD))
    finally:
        await desk.login.aclose()
    assert isinstance(outcome, Failure)
    return wording.sign_in_failed(outcome)


@each_bad
async def test_a_sign_in_that_is_badly_answered_says_what_to_do(line: Faultline, bad: Bad) -> None:
    line.impose(Impostor(bad.answer))
    assert await failed_sign_in(line.url) == bad.at_sign_in
    assert line.bitten[Impostor] == 1


async def test_a_foreign_server_is_named_as_one_where_conversations_were_to_appear(
    line: Faultline,
) -> None:
    line.impose(Impostor(BAD["404 with HTML"].answer), on=lambda request: "/auth/" not in request)
    async with console(line.url, live=False) as desk:
        await desk.until(lambda state: state.sync.failure is not None, what="a read that failed")
        assert "what answers at this address is not a chat server" in wording.empty_list(desk.state, Filter.ALL)
        said = wording.notice(await desk.says(NoticeKind.OFFLINE))
        assert said.startswith("Offline: the answer is not one of a chat server.")


async def test_a_sign_in_where_nobody_listens_says_what_to_do() -> None:
    said = await failed_sign_in(f"http://127.0.0.1:{closed_port()}")
    assert said == (
        "Not signed in: the server cannot be reached (Connection refused). "
        "Check the address and the network, then try again."
    )


@each_bad
async def test_a_send_that_is_badly_answered_keeps_its_text(server: RunningServer, line: Faultline, bad: Bad) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        await desk.until(lambda state: nora.session in state.sessions)
        desk.engine.take(ComposerChanged(SessionId(nora.session), private=True, text="half a note"))
        line.impose(Impostor(bad.answer), on=requests)
        send_id = desk.send(nora.session, "what I typed")
        await desk.until(lambda _: desk.pending(nora.session)[0].failure is not None, what="a failure")
        assert line.bitten[Impostor] >= 1
        [send] = desk.pending(nora.session)
        assert (send.draft.text, send.delivery) == ("what I typed", bad.delivery)
        assert send.failure is not None
        assert wording.reason(send.failure) == bad.at_work
        assert desk.state.drafts == {(SessionId(nora.session), True): "half a note"}
        assert "1 unsent" in wording.badge(select.badge(desk.state))[1]

        line.lift()
        if bad.delivery is Delivery.REFUSED:
            desk.resend(send_id)
        if desk.state.sign_in_needed is not None:
            await desk.sign_in("dana@example.com")
        await desk.reads(nora.session, "what I typed")
        assert await nora.stored() == ["what I typed"]
        assert not desk.pending(nora.session)
        assert desk.state.drafts == {(SessionId(nora.session), True): "half a note"}


async def test_a_send_while_nobody_listens_waits_and_goes_out_later(server: RunningServer, line: Faultline) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        await desk.until(lambda state: nora.session in state.sessions)
        line.shut_door()
        assert line.strike(Reset()) >= 1
        desk.send(nora.session, "what I typed")
        await desk.until(lambda _: desk.pending(nora.session)[0].failure is not None, what="a failure")
        [send] = desk.pending(nora.session)
        assert send.failure is not None
        assert send.delivery is Delivery.QUEUED
        assert wording.reason(send.failure) == "the server cannot be reached"
        await line.open_door()
        await desk.reads(nora.session, "what I typed")
        assert await nora.stored() == ["what I typed"]


@each_bad
async def test_a_whole_server_replaced_by_something_else_is_said_and_outlived(
    server: RunningServer, line: Faultline, bad: Bad
) -> None:
    async with console(line.url) as desk, customer(server.url) as nora:
        await nora.says("before")
        await desk.reads(nora.session, "before")
        line.impose(Impostor(bad.answer), on=everything)
        await desk.until(lambda _: select.badge(desk.state).kind is not BadgeKind.LIVE, what="no longer Live")
        await desk.until(lambda state: len(state.health.endings) >= 2, what="an attempt met it")
        await nora.says("meanwhile")
        assert line.bitten[Impostor] >= 1
        await desk.until(lambda state: not select.badge(state).polling, what="no reading")
        badge = select.badge(desk.state)
        assert desk.texts(nora.session) == ["before"]
        line.lift()
        if desk.state.sign_in_needed is not None:
            await desk.sign_in("dana@example.com")
        elif badge.stopped or badge.unstable:
            desk.reconnect()  # else it is tried again only after a minute
        await desk.shows(BadgeKind.LIVE, within=120)
        await desk.reads(nora.session, "before", "meanwhile")
