"""Talks with one agent, line by line, until they leave or their input ends; asks for the password when it must."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import Enum

from tms_tui import wording
from tms_tui.core import keeping
from tms_tui.core.new_password import unfit
from tms_tui.core.sending import may_be_stored
from tms_tui.core.state import State
from tms_tui.domain.entries import Delivery, PendingSend
from tms_tui.domain.errors import Failure
from tms_tui.domain.model import CannedResponse
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import has_lost_bytes
from tms_tui.domain.value import Value
from tms_tui.engine.engine import Engine
from tms_tui.plain.linear import LineFace, Say
from tms_tui.plain.typed import LineInput
from tms_tui.wording import own_password as words
from tms_tui.wording.failures import NOT_UTF8


class Desk(Value):
    """What the line face needs of its surroundings: how to sign in again as whom, and the agent's own texts."""

    email: str
    sign_in: Callable[[Secret], Awaitable[Failure | None]]
    change_password: Callable[[Secret, Secret], Awaitable[str | Failure]]
    """From the first to the second; what to say once it is done, or why it is not."""
    canned: tuple[CannedResponse, ...] = ()
    due_after: float = 0
    """Seconds until a waiting customer is due for an answer; 0 for never."""


async def converse(engine: Engine, typed: LineInput, say: Say, desk: Desk, *, patient: bool) -> int:
    """Talk until the agent quits or the input ends; the exit code. The engine is run meanwhile, by the caller.

    `patient`: before each line, wait until what the line before asked for is done, as a script expects.
    Ending with something unsent, or without a sign-in, is 1; for a script, also that a line was no text.
    """
    face = LineFace(engine, say, typed.under_way, desk.canned, desk.due_after)
    leave = engine.subscribe(face.changed)
    try:
        await _quiet(engine)
        face.greet()
        unread = await _obey_all(face, typed, desk, engine if patient else None)
        if not face.over:
            await _quiet(engine)
            face.flush()
    finally:
        leave()
    left = _left_behind(engine.state)
    for line in left:
        say(line)
    return 1 if left or engine.state.sign_in_needed or (patient and unread) else 0


def _left_behind(state: State) -> list[str]:
    """What is said at the end of messages not known to be stored: one written again may be sent twice."""
    counted = Counter(_fate(send, kept=keeping.survive(state)) for send in state.outbox)
    return [_said(fate, counted[fate]) for fate in _Fate if counted[fate]]


def _said(fate: "_Fate", count: int) -> str:
    them, they_go = ("it", "it goes") if count == 1 else ("them", "they go")
    return f"{wording.plural(count, 'message')} {fate.value.format(them=them, they_go=they_go)}"


def _fate(send: PendingSend, *, kept: bool) -> "_Fate":
    if may_be_stored(send):
        return _Fate.SETTLED_LATER if kept else _Fate.DOUBTFUL
    return _Fate.SENT_LATER if kept and send.delivery is not Delivery.HELD else _Fate.LOST


class _Fate(Enum):
    """What becomes of a message that was not sent for sure by the end."""

    SETTLED_LATER = "not known to be sent. That is settled at the next sign-in: do not write {them} again."
    DOUBTFUL = "not known to be sent. Look at the conversation before you write {them} again."
    SENT_LATER = "not sent yet: {they_go} out at the next sign-in. Do not write {them} again."
    LOST = "not sent."


async def _obey_all(face: LineFace, typed: LineInput, desk: Desk, patient: Engine | None) -> int:
    """Obey until it is over; how many lines were no text."""
    unread = 0
    while not face.over:
        if patient is not None:
            await _quiet(patient)
        if face.locked_out.is_set():
            if not await _sign_in_again(face, typed, desk):
                break
            continue
        line = await _line(face, typed)
        if line is None:
            break
        if has_lost_bytes(line):
            unread += 1
            face.flush()
            face.say(f"Not sent: {NOT_UTF8}")
            continue
        face.obey(line)
        if face.password_asked:
            await _change_password(face, typed, desk, whole=patient is not None)
    return unread


async def _line(face: LineFace, typed: LineInput) -> str | None:
    """The next whole line; a blank one when the sign-in ends and nobody is typing."""
    reading = asyncio.ensure_future(typed.line())
    locked = asyncio.ensure_future(face.locked_out.wait())
    try:
        await asyncio.wait({reading, locked}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done() or typed.under_way():
            return await reading
        return ""
    finally:
        reading.cancel()
        locked.cancel()


async def _sign_in_again(face: LineFace, typed: LineInput, desk: Desk) -> bool:
    """Ask for the password and sign in with it; False when none is given."""
    face.flush()
    password = await typed.secret(f"Password of {desk.email}, not shown (nothing: leave): ")
    if not password:
        face.say("Not signed in. Start again to sign in; drafts and messages not sent yet are kept.")
        return False
    if has_lost_bytes(password):
        face.say(f"Not signed in: {NOT_UTF8}")
        return True
    failure = await desk.sign_in(Secret(password))
    if failure is None:
        face.locked_out.clear()
        face.say("Signed in again. Drafts and messages not sent yet were kept.")
        face.flush()
    else:
        face.say(wording.sign_in_failed(failure))
    return True


async def _change_password(face: LineFace, typed: LineInput, desk: Desk, *, whole: bool) -> None:
    """Ask for the current password, and twice for the new one; the server is asked when nothing speaks against it.

    `whole`: all three lines are read, whatever is in them, as a script's next lines are no commands of its own.
    """
    face.password_asked = False
    typed_in = []
    for what in (words.CURRENT, words.NEW, words.AGAIN):
        answer = await typed.unseen(f"{what}, not shown (nothing: leave it as it is): ")
        if answer is None or not (answer or whole):
            face.say("Not changed: nothing was typed.")
            return
        typed_in.append(answer)
    if has_lost_bytes("".join(typed_in)):
        face.say(f"Not changed: {NOT_UTF8}")
        return
    current, new, again = map(Secret, typed_in)
    problem = unfit(current, new, again)
    if problem is not None:
        face.say(words.unfit(problem))
        return
    answered = await desk.change_password(current, new)
    face.say(words.not_changed(answered) if isinstance(answered, Failure) else answered)


async def _quiet(engine: Engine) -> None:
    """Until the first reading is done and nothing is under way."""
    await engine.settled()
    await asyncio.sleep(0)
