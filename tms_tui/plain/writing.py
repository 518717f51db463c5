"""What goes to a customer or a colleague: sends, drafts, canned responses, and what did not go out."""

from collections.abc import Sequence
from typing import assert_never

from tms_tui import wording
from tms_tui.core import canned
from tms_tui.core.outbox import LEFT, PARKED
from tms_tui.core.state import State
from tms_tui.domain.effects import ReadCanned
from tms_tui.domain.entries import PendingSend
from tms_tui.domain.events import ComposerChanged, ComposerLeft, ListAsked, ResendAsked, SendAsked, SendDropped
from tms_tui.domain.folding import holds
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import CannedResponse, Draft
from tms_tui.domain.policy import MESSAGE_LONGEST
from tms_tui.engine.engine import Engine
from tms_tui.plain import commands as ask
from tms_tui.plain import lines
from tms_tui.plain.narrator import Narrator

_NONE = "none"
"""Typed in the place of a draft, throws it away."""


class Writing:
    """Sends for the open conversation and keeps its drafts."""

    def __init__(self, engine: Engine, narrator: Narrator, own: Sequence[CannedResponse]) -> None:
        self._engine = engine
        self._narrator = narrator
        self._own = own

    @property
    def _state(self) -> State:
        return self._engine.state

    def write(self, command: ask.Write, session: SessionId, heard_up_to: int) -> list[str]:
        """Do what a command asks; `heard_up_to` is the newest message that was said before it."""
        match command:
            case ask.Say(text, private):
                return self._send(session, text, private=private, heard_up_to=heard_up_to)
            case ask.SendDraft(private):
                return self._send_draft(session, private=private, heard_up_to=heard_up_to)
            case ask.Keep(text, private):
                return self._keep(session, text, private=private)
            case ask.Pick(shortcut):
                return self._pick(session, shortcut)
            case _:
                assert_never(command)

    def retry(self) -> list[str]:
        """Send again what was refused or held, in every conversation."""
        parked = [send for send in self._state.outbox if send.delivery in PARKED]
        for send in parked:
            self._engine.take(ResendAsked(send.draft.send_id))
        return [f"sending again: {_line(send)}" for send in parked] or ["Nothing is unsent."]

    def drop(self) -> list[str]:
        """Take back what has not left, in every conversation."""
        waiting = [send for send in self._state.outbox if send.delivery not in LEFT]
        for send in waiting:
            self._engine.take(SendDropped(send.draft.send_id))
        return [f"taken back: {_line(send)}" for send in waiting] or ["Nothing is unsent."]

    def as_draft(self, send: PendingSend) -> list[str]:
        """Make a message that has not left a draft again."""
        draft = send.draft
        standing = self._state.drafts.get((draft.session, draft.private), "")
        self._engine.take(SendDropped(draft.send_id))
        self._set(draft.session, f"{draft.text}\n{standing}" if standing else draft.text, private=draft.private)
        return [f"taken back: {_line(send)}", *self.draft_lines(draft.session)]

    def _send(self, session: SessionId, text: str, *, private: bool, heard_up_to: int) -> list[str]:
        if len(text) > MESSAGE_LONGEST:
            return [wording.too_long(len(text), MESSAGE_LONGEST)]
        if parked := self._parked(session):
            return self._put_by(session, text, parked[0], private=private)
        send_id = self._engine.new_send_id()
        self._narrator.expect(send_id)
        standing = self._state.drafts.get((session, private), "")
        wall = self._engine.moment().wall
        self._engine.take(SendAsked(Draft(send_id, session, text, private, wall, heard_up_to)))
        if standing not in {"", text}:  # another text than the draft was sent, which stays
            self._set(session, standing, private=private)
        return []

    def _put_by(self, session: SessionId, text: str, parked: PendingSend, *, private: bool) -> list[str]:
        """Say what has to be decided first. The text becomes the draft, unless it is that draft, or typed once more."""
        standing = self._state.drafts.get((session, private), "")
        if text not in {standing, parked.draft.text if parked.draft.private is private else ""}:
            self._set(session, f"{standing}\n{text}" if standing else text, private=private)
        return [
            f"Not sent: what you wrote before it is not sent yet: {_line(parked)}",
            "/retry sends that one, /drop takes it back, /draft makes it a draft.",
            *self.draft_lines(session),
        ]

    def _parked(self, session: SessionId) -> list[PendingSend]:
        return [send for send in self._state.outbox.of(session) if send.delivery in PARKED]

    def _send_draft(self, session: SessionId, *, private: bool, heard_up_to: int) -> list[str]:
        text = self._state.drafts.get((session, private), "")
        if not text:
            return ["There is no draft. /draft text keeps one, /canned makes one."]
        if unfilled := self._state.unfilled.get((session, private)):
            return [wording.not_filled_in(unfilled)]
        return self._send(session, text, private=private, heard_up_to=heard_up_to)

    def _keep(self, session: SessionId, text: str, *, private: bool) -> list[str]:
        if text == _NONE:
            self._set(session, "", private=private)
            return ["The draft is thrown away."]
        if text:
            self._set(session, text, private=private, unfilled=())
            return self.draft_lines(session)
        parked = self._parked(session)
        return self.as_draft(parked[0]) if parked else self.draft_lines(session) or ["There is no draft."]

    def draft_lines(self, session: SessionId) -> list[str]:
        """The drafts of a conversation and how to send them."""
        held = ((private, self._state.drafts.get((session, private), "")) for private in (False, True))
        return [line for private, text in held if text for line in lines.draft_lines(text, private=private)]

    def _pick(self, session: SessionId, shortcut: str) -> list[str]:
        unread = self._without_texts()
        known = canned.available(self._state, self._own)
        if not shortcut:
            return [*(lines.canned_lines(known) if known or not unread else []), *unread]
        fitting = [one for one in known if one.shortcut == shortcut.removeprefix("/")]
        fitting = fitting or [one for one in known if holds(f"{one.shortcut} {one.title}", shortcut)]
        if len(fitting) != 1:
            none = unread or [f"No canned response is called {shortcut}. /canned says all."]
            return lines.canned_lines(fitting) if fitting else none
        filled = canned.filled(self._state, session, fitting[0])
        left = filled.unfilled
        self._set(session, filled.text, private=False, unfilled=left)
        warning = [f"Not filled, so it cannot be sent yet: {', '.join(left)}. Type the text yourself."] if left else []
        return [*self.draft_lines(session), *warning]

    def _without_texts(self) -> list[str]:
        """Ask for the server's canned responses where they are not read, and say so."""
        if self._state.canned_read:
            return []
        self._engine.take(ListAsked(ReadCanned()))
        return [wording.TEXTS_UNREAD]

    def _set(self, session: SessionId, text: str, *, private: bool, unfilled: tuple[str, ...] | None = None) -> None:
        self._engine.take(ComposerChanged(session, private, text, unfilled))
        self._engine.take(ComposerLeft(session))


def _line(send: PendingSend) -> str:
    return " ".join(send.draft.text.split())
