"""Access tokens that end after seconds: the agent notices nothing, and a refused renewal costs no word."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import running_server
from tests.together.console import console
from tests.together.customer import customer
from tests.together.faultline import faultline
from tests.together.faultline.faults import BlackHole, Cut, Forged, Impostor, Reset, requests, sockets
from tests.transport.scripted import http
from tms_tui import wording
from tms_tui.core import select
from tms_tui.core.select import BadgeKind
from tms_tui.core.state import Stage
from tms_tui.domain.changes import SignInNeeded
from tms_tui.domain.entries import Delivery
from tms_tui.domain.errors import EndingKind

LIFE = 5
SHORT: dict[str, Any] = {"access_seconds": LIFE, "leeway": 0}


async def test_work_goes_on_for_longer_than_a_token_lives(tmp_path: Path) -> None:
    async with running_server(tmp_path, **SHORT) as server:
        await server.add_agent("Dana")
        async with console(server.url) as desk, customer(server.url) as nora, nora.online() as page:
            await desk.until(lambda state: nora.session in state.sessions)
            desk.open(nora.session)
            first = desk.login.bearer(server.url)
            assert first is not None
            began = asyncio.get_running_loop().time()
            sent = 0
            async with asyncio.timeout(60):
                while asyncio.get_running_loop().time() - began < LIFE + 1.5:
                    desk.send(nora.session, f"still here {sent}")
                    await page.until("chat_message", content=f"still here {sent}")
                    sent += 1
                    if sent % 5 == 0:
                        await nora.says(f"good {sent}")
                        await desk.reads(nora.session, f"good {sent}")
            refused = await server.client().get("/v1/auth/me", headers={"Authorization": f"Bearer {first.reveal()}"})
            assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
            assert desk.badges == [BadgeKind.CONNECTING, BadgeKind.LIVE]
            assert {ending.kind for _, ending in desk.state.health.endings} == {EndingKind.ASKED}
            assert desk.state.health.connects >= 2, "a fresh line for a fresh token"
            assert not desk.gaps(nora.session)
            assert not desk.state.health.failures_seen
            assert not desk.pending(nora.session)
            await desk.reads(nora.session, *await nora.stored())


async def test_a_sign_in_ended_elsewhere_asks_to_sign_in_and_keeps_every_word(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, faultline(server.port) as line:
        await server.add_agent("Dana")
        async with console(line.url) as desk, customer(server.url) as nora, customer(server.url, "Paul") as paul:
            await desk.until(lambda state: {nora.session, paul.session} <= set(state.sessions))
            desk.types(paul.session, "half a sentence for Paul")
            token = desk.login.bearer(line.url)
            assert token is not None
            bearer = {"Authorization": f"Bearer {token.reveal()}"}
            assert (await server.client().post("/v1/auth/logout", headers=bearer)).status_code == 204

            await desk.until(lambda state: state.sign_in_needed is not None, what="asked to sign in")
            assert [ending.code for _, ending in desk.state.health.endings] == [4401]
            for text in ("one", "two"):
                desk.send(nora.session, text)
            await desk.until(lambda _: desk.pending(nora.session)[0].failure is not None)
            assert [send.delivery for send in desk.pending(nora.session)] == [Delivery.QUEUED] * 2
            assert select.badge(desk.state).kind is BadgeKind.OFFLINE
            assert "stopped" in wording.badge(select.badge(desk.state))[1]
            assert sum(isinstance(change, SignInNeeded) for change in desk.changes) == 1

            await desk.sign_in("dana@example.com")
            await desk.shows(BadgeKind.LIVE)
            await desk.reads(nora.session, "one", "two")
            assert await nora.stored() == ["one", "two"]
            assert desk.state.drafts == {(paul.session, False): "half a sentence for Paul"}
            assert desk.state.sign_in_needed is None


async def test_a_renewal_that_is_refused_is_tried_once(tmp_path: Path) -> None:
    async with running_server(tmp_path, **SHORT) as server, faultline(server.port) as line:
        await server.add_agent("Dana")
        async with console(line.url) as desk, customer(server.url) as nora:
            await desk.until(lambda state: nora.session in state.sessions)
            refusal = b'{"error": "The sign-in was ended.", "code": "token_revoked"}'
            line.impose(Impostor(http(401, refusal, Connection="close")))
            line.strike(Reset(), on=requests)
            await desk.until(lambda state: state.sign_in_needed is not None)
            assert line.bitten[Impostor] >= 1
            assert line.asked["/v1/auth/refresh"] == 1
            desk.send(nora.session, "written while signed out")
            await desk.until(lambda _: desk.pending(nora.session)[0].failure is not None)
            line.lift()
            await desk.sign_in("dana@example.com")
            await desk.reads(nora.session, "written while signed out")
            await desk.shows(BadgeKind.LIVE)


async def test_a_sign_in_while_a_line_is_being_opened_opens_one_line(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, faultline(server.port) as line:
        await server.add_agent("Dana")
        async with console(line.url) as desk:
            line.impose(BlackHole(), on=sockets)
            line.strike(Reset(), on=sockets)
            await desk.until(lambda state: state.link.stage is Stage.OPENING)
            await desk.sign_in("dana@example.com")
            endings = len(desk.state.health.endings)
            line.lift()
            await desk.shows(BadgeKind.LIVE)
            assert len(desk.state.health.endings) == endings
            assert desk.state.health.connects == 2


def renewals(request_line: str) -> bool:
    return request_line.startswith("POST /v1/auth/refresh ")


@pytest.mark.parametrize("answer", [http(503, b"", Retry_After="1"), b""], ids=["503", "no answer"])
async def test_a_renewal_that_fails_for_a_while_asks_nobody_to_sign_in(tmp_path: Path, answer: bytes) -> None:
    async with running_server(tmp_path, access_seconds=2, leeway=0) as server, faultline(server.port) as line:
        await server.add_agent("Dana")
        async with console(line.url) as desk, customer(server.url) as nora:
            await desk.until(lambda state: nora.session in state.sessions)
            line.impose(Impostor(answer), on=renewals)
            await desk.until(lambda state: state.health.endings, what="the socket's token ended")
            desk.send(nora.session, "written meanwhile")
            await desk.until(lambda state: state.health.failures_seen, what="a request that was refused")
            assert line.bitten[Impostor] >= 1
            assert desk.state.sign_in_needed is None
            line.lift()
            await desk.reads(nora.session, "written meanwhile")
            await desk.shows(BadgeKind.LIVE)
            assert desk.state.sign_in_needed is None


@pytest.mark.parametrize("fault", [Cut(0), Forged(http(502, b"<html>", Connection="close"))], ids=["cut", "502"])
async def test_a_renewal_that_was_carried_out_and_whose_answer_was_lost_costs_no_sign_in(
    tmp_path: Path, fault: Cut | Forged
) -> None:
    async with running_server(tmp_path, access_seconds=LIFE, leeway=0) as server, faultline(server.port) as line:
        await server.add_agent("Dana")
        async with console(line.url) as desk, customer(server.url) as nora:
            await desk.until(lambda state: nora.session in state.sessions)
            before = desk.login.bearer(line.url)
            line.impose(fault, on=lambda request: renewals(request) and not line.bitten[type(fault)])
            await desk.until(lambda state: state.health.connects == 2, what="a line with a fresh token")
            assert line.bitten[type(fault)] == 1
            assert desk.login.bearer(line.url) != before
            desk.send(nora.session, "written with the fresh one")
            await desk.until(lambda _: not desk.pending(nora.session))
            assert desk.state.sign_in_needed is None
            assert await nora.stored() == ["written with the fresh one"]
