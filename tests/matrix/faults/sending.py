"""Section E: the way of an own message."""

import asyncio
import json
import signal
import sys
from typing import Final

from tests.matrix.catalogue import UNNOTICED, by_tests, played
from tests.matrix.judge import STORED, Intent, Shown
from tests.matrix.stage import Stage
from tests.together.faultline.faults import (
    INWARDS,
    BlackHole,
    Cut,
    Forged,
    Impostor,
    Reset,
    Way,
    requests,
    sends,
)
from tests.transport.scripted import http
from tms_tui.domain.entries import Delivery

NOT_THERE: Final = (Cut(0, Way.IN), Cut(0, Way.OUT))


@played(58, "stored, and the answer lost", starred=True)
async def answer_lost(stage: Stage) -> None:
    for _ in range(4):
        stage.line.impose(Cut(0, Way.IN), sends)
        before = stage.line.bitten[Cut]
        stage.answers()
        await stage.until(lambda: stage.line.bitten[Cut] > before, what="an answer was cut off")  # noqa: B023 - awaited here
        stage.line.lift()
        await stage.lasts(5)
    stage.bit(stage.line.bitten[Cut])


@played(59, "reset before the message was read")
async def never_read(stage: Stage) -> None:
    for _ in range(4):
        stage.line.impose(Cut(0, Way.OUT), sends)
        before = stage.line.bitten[Cut]
        stage.answers()
        await stage.until(lambda: stage.line.bitten[Cut] > before, what="a request was cut off")  # noqa: B023 - awaited here
        stage.line.lift()
        await stage.lasts(5)
    stage.bit(stage.line.bitten[Cut])


@played(60, "stored, and answered with 500 or 504", starred=True)
async def stored_and_failed(stage: Stage) -> None:
    for status in (500, 504):
        stage.line.impose(Forged(http(status, b"", Connection="close")), sends)
        stage.line.strike(Reset(), requests)
        stage.answers(stage.guests[0])
        stage.answers(stage.guests[1], private=True)
        await stage.lasts(12)
        stage.line.lift()
    stage.bit(stage.line.bitten[Forged])


@played(61, "the answer comes after 45 s", lies=UNNOTICED)
async def late_answer(stage: Stage) -> None:
    stage.line.impose(BlackHole(INWARDS), sends)
    await stage.talk(2)
    await stage.lasts(45)
    stage.bit(stage.line.bitten[BlackHole])


@played(62, "the console killed with messages in its outbox", starred=True)
async def killed_console(stage: Stage) -> None:
    """Another process of the same agent asks for four sends, none of which gets through, and is killed."""
    kept = stage.server.data / "outbox.sqlite"
    sessions = [stage.guests[0].session] * 3 + [stage.guests[1].session]
    asked = json.dumps({"url": stage.line.url, "kept": str(kept), "sessions": sessions})
    stage.line.impose(BlackHole(INWARDS), sends)
    stage.line.strike(Reset(), requests)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.matrix.dying_desk", asked, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        line = await asyncio.wait_for(child.stdout.readline(), 30)
        await stage.until(lambda: stage.line.bitten[BlackHole], what="an answer to a send was swallowed")
    finally:
        child.kill()
    assert await child.wait() == -signal.SIGKILL
    intents = [Intent(**one) for one in json.loads(line)]
    stage.bit(stage.line.bitten[BlackHole])
    stage.line.lift()
    stage.desk.intents += intents
    async with stage.another_desk(kept):
        await stage.until(lambda: len(intents) == sum(row.send_id in _ids(intents) for row in _seen(stage)), 120)


def _ids(intents: list[Intent]) -> set[str]:
    return {intent.send_id for intent in intents}


def _seen(stage: Stage) -> list[Shown]:
    return [row for row in stage.desk.shown() if row.state == STORED]


@played(63, "twenty messages typed offline in three conversations", starred=True, guests=3)
async def typed_offline(stage: Stage) -> None:
    stage.line.shut_door()
    stage.bit(stage.line.strike(Reset()))
    await stage.offline()
    for _ in range(20):
        stage.answers(private=stage.chance.random() < 0.2)
    await stage.says()
    await stage.lasts(10)
    assert stage.desk.state.outbox.unsent() == 20
    await stage.line.open_door()


@played(64, "a colleague answers while one types, behind a broken line")
async def overtaken(stage: Stage) -> None:
    nora = stage.guests[0]
    await stage.until(lambda: not stage.desk.state.outbox.unsent(), what="what was said before is sent")
    stage.line.shut_door()
    stage.line.strike(Reset())
    await stage.offline()
    stage.answers(nora, "an answer to what stands there no more")
    await stage.colleague_says(nora, "I have it")
    await stage.line.open_door()
    await stage.until(
        lambda: [one.delivery for one in stage.desk.pending(nora.session)] == [Delivery.HELD], 120, "it is held back"
    )
    stage.bit(1)


@played(65, "notes written while replies cannot leave")
async def notes_only(stage: Stage) -> None:
    stage.line.impose(Impostor(http(503, b"", Retry_After="5", Connection="close")), sends)
    stage.line.strike(Reset(), requests)
    for number in range(6):
        stage.answers(private=number % 2 == 0)
    await stage.lasts(20)
    stage.bit(stage.line.bitten[Impostor])


by_tests(
    66,
    "Enter pressed again and again",
    "tests/ui/test_sending.py::test_enter_twice_sends_once",
    "tests/terminal/test_input.py::test_enter_pressed_again_and_again_sends_once",
)
