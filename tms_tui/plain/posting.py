"""The verbs that write: a reply or a note, typed or canned, until the server has stored it."""

import asyncio
from collections.abc import Callable, Sequence

from tms_tui import wording
from tms_tui.core import canned, select
from tms_tui.core.sending import may_be_stored
from tms_tui.domain import events as on
from tms_tui.domain.entries import Delivery
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import CannedResponse, Draft, Session
from tms_tui.domain.policy import MESSAGE_LONGEST
from tms_tui.domain.value import Value
from tms_tui.engine.engine import Engine
from tms_tui.plain.talk import complain
from tms_tui.plain.verbs import (
    DONE,
    DOUBTFUL,
    MISUSED,
    MOVED_ON,
    UNKNOWN,
    NotDone,
    Verb,
    check_there,
    conversation,
    have_texts,
    opened,
)


class Canned(Value):
    """A canned response as the text: its shortcut, and the agent's own ones beside the server's."""

    shortcut: str
    own: Sequence[CannedResponse]


def send(
    wanted: str, text: str | Canned, *, private: bool = False, seen_up_to: int | None = None, within: float
) -> Verb:
    """Send a reply or a note, and wait until the server has stored it; `within` in seconds.

    `seen_up_to`: not when a colleague answered after that message. None: whatever was said until now.
    """

    async def do(engine: Engine) -> int:
        if isinstance(text, str):
            _check(text)
        session = await conversation(engine, wanted)
        words = await _filled(engine, session, text) if isinstance(text, Canned) else text
        await opened(engine, session.id)
        seen = select.newest_seq(engine.state, session.id) if seen_up_to is None else seen_up_to
        send_id = engine.new_send_id()
        sent = Draft(send_id, session.id, words, private, engine.moment().wall, seen)
        await _until(engine, lambda: engine.take(on.SendAsked(sent)), lambda: _is_decided(engine, send_id), within)
        return _told_fate(engine, session.id, send_id, words if isinstance(text, Canned) else "")

    return Verb(do, changes=True)


async def _filled(engine: Engine, session: Session, wanted: Canned) -> str:
    shortcut = wanted.shortcut.removeprefix("/")
    if not any(one.shortcut == shortcut for one in wanted.own):  # an own one stands for the server's
        await have_texts(engine)
    fitting = [one for one in canned.available(engine.state, wanted.own) if one.shortcut == shortcut]
    if not fitting:
        raise NotDone(f"There is no canned response {shortcut}. `tms-chat canned` lists them.", UNKNOWN)
    filled = canned.filled(engine.state, session.id, fitting[0])
    if filled.unfilled:
        raise NotDone(wording.not_filled_in(filled.unfilled), MISUSED)
    _check(filled.text)
    return filled.text


def _check(text: str) -> None:
    if not text.strip():
        raise NotDone("Not sent: there is no text.", MISUSED)
    if len(text) > MESSAGE_LONGEST:
        raise NotDone(wording.too_long(len(text), MESSAGE_LONGEST), MISUSED)


def _is_decided(engine: Engine, send_id: SendId) -> bool:
    send = engine.state.outbox.find(send_id)
    return send is None or send.delivery in (Delivery.REFUSED, Delivery.HELD)


def _told_fate(engine: Engine, session: SessionId, send_id: SendId, text: str) -> int:
    """Say what became of a send to a conversation, and of which `text` where nobody typed it; the exit code.

    Raises NotDone, and EngineFailedError when the engine ended before that was known.
    """
    if send_id in engine.state.outbox.settled:
        complain(f"sent: {' '.join(text.split())}" if text else "sent")
        return DONE
    engine.check()
    check_there(engine, session, "Not sent")
    send = engine.state.outbox.find(send_id)
    if send is not None and send.delivery is Delivery.HELD:
        raise NotDone("Not sent: a colleague answered, or the conversation changed, since you looked.", MOVED_ON)
    why = wording.reason(send.failure) if send is not None and send.failure else "the server did not answer in time"
    if send is not None and may_be_stored(send):
        look = f"Look with `tms-chat show {send.draft.session}` before you send it again."
        raise NotDone(f"Not known whether it was sent: {why}. {look}", DOUBTFUL)
    raise NotDone(f"Not sent: {why}.")


async def _until(engine: Engine, begin: Callable[[], None], is_over: Callable[[], bool], within: float) -> None:
    """Begin something and wait until it is over, or for `within` seconds."""
    changed = asyncio.Event()
    leave = engine.subscribe(lambda _: changed.set())
    try:
        begin()
        async with asyncio.timeout(within):
            while not is_over():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        return
    finally:
        leave()
