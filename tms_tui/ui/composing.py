"""Drafts and sends: which text belongs to which conversation, and what becomes of it."""

from collections.abc import Collection, Iterable

from tms_tui import wording
from tms_tui.core import canned, select
from tms_tui.domain.entries import Delivery
from tms_tui.domain.events import ComposerChanged, ResendAsked, SendAsked, SendDropped
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft, Message
from tms_tui.domain.text import has_lost_bytes, with_replacements
from tms_tui.ui.bridge import Bridge
from tms_tui.ui.pasting import pasted
from tms_tui.ui.widgets.composer import Composer


class Composing:
    """Keeps the composer and the drafts of the state in step.

    Keys wait in the composer's queue while the screen already acts on later ones; so whatever changes the
    composer's conversation is queued behind them, and no text ever lands in another conversation.
    """

    def __init__(self, bridge: Bridge, composer: Composer) -> None:
        self._bridge = bridge
        self._composer = composer
        self._asked: dict[SendId, Draft] = {}
        self._once_unfilled: dict[str, None] = {}
        """Placeholders that were left in the composer's text at any time its undo reaches back to."""

    @property
    def session_id(self) -> SessionId | None:
        """The conversation written in."""
        return self._composer.session_id

    def open(self, session: SessionId | None, *, private: bool = False) -> None:
        """Write in a conversation, from its draft."""
        self._composer.call_later(self._open, session, private)

    def keep(self) -> None:
        """Keep what stands in the composer as the draft."""
        session = self._composer.session_id
        if session is None:
            return
        private, text = self._composer.private, self._composer.text
        self._once_unfilled |= dict.fromkeys(self._bridge.state.unfilled.get((session, private), ()))
        if self._bridge.state.drafts.get((session, private), "") != text:
            self._bridge.take(ComposerChanged(session, private, text))

    def went_back(self) -> None:
        """What was written over may stand there again: it is as unfilled as it was."""
        self.keep()
        if self._composer.session_id is not None:
            again = ComposerChanged(
                self._composer.session_id, self._composer.private, self._composer.text, tuple(self._once_unfilled)
            )
            self._bridge.take(again)

    def submit(self, text: str, session: SessionId, *, private: bool) -> tuple[str, ...]:
        """Ask for a text to be sent; the composer keeps it until it is taken.

        Not while placeholders of a canned response stand in it: the first is marked, and all of them are given.
        """
        if not self._draft_known(session, private=private).endswith(text):
            self.keep()  # the news of its last letters comes later, and they tell up to where it answers
        unfilled = canned.still_in(text, self._bridge.state.unfilled.get((session, private), ()))
        if unfilled:
            self._composer.released()
            self._composer.mark(unfilled[0])
            return unfilled
        moment = self._bridge.moment()
        seen = select.answers_up_to(self._bridge.state, session, private=private)
        draft = Draft(self._bridge.new_send_id(), session, text, private, moment.wall, seen)
        self._drop_held(draft)
        self._asked[draft.send_id] = draft
        self._bridge.take(SendAsked(draft))
        return ()

    def taken(self, send_id: SendId) -> None:
        """The core has the text: forget it, but not what was typed behind it."""
        draft = self._asked.pop(send_id, None)
        if draft is None:
            return
        if self._stands_in_composer(draft):
            self._composer.taken()
            self.keep()
            self._once_unfilled.clear()
        elif self._draft_known(draft.session, private=draft.private) == draft.text:
            self._bridge.take(ComposerChanged(draft.session, draft.private, ""))

    def held(self, send_id: SendId) -> Draft | None:
        """Nothing was sent: the text stays in the composer. Gives what was to be sent, when it is known."""
        draft = self._asked.get(send_id)
        if draft is None:
            pending = self._bridge.state.outbox.find(send_id)
            draft = pending.draft if pending else None
        elif self._stands_in_composer(draft):
            self._composer.released()
        return draft

    def send_anyway(self, draft: Draft) -> None:
        """Send what was held; the agent has seen what happened since."""
        self._asked.pop(draft.send_id, None)
        self._forget_text(draft)
        self._bridge.take(ResendAsked(draft.send_id))

    def edit_again(self, draft: Draft) -> None:
        """Put what was held away as a send, and keep it as a draft."""
        self._asked.pop(draft.send_id, None)
        self._bridge.take(SendDropped(draft.send_id))
        self.give_back(draft.session, draft.text, private=draft.private)

    def discard(self, draft: Draft) -> None:
        """Put what was held away for good, together with the draft it was."""
        self._asked.pop(draft.send_id, None)
        self._bridge.take(SendDropped(draft.send_id))
        self._forget_text(draft)

    def forget(self, erased: Collection[SessionId]) -> None:
        """These conversations are no longer there, nor is what was written in them."""
        self._asked = {send_id: draft for send_id, draft in self._asked.items() if draft.session not in erased}
        if self._composer.session_id in erased:
            self._composer.open("", None, private=False, title=wording.composer_title(None, private=False))

    def give_back(self, session: SessionId, text: str, *, private: bool) -> None:
        """Put text into a draft, before whatever else stands there."""
        standing = self._draft(session, private=private)
        if not standing.startswith(text):
            self._set(session, f"{text}\n{standing}" if standing.strip() else text, private=private)

    @property
    def written(self) -> tuple[SessionId, bool, str] | None:
        """The conversation written in, whether it is a note, and the text."""
        session = self._composer.session_id
        return None if session is None else (session, self._composer.private, self._composer.text)

    def rewrite(self, session: SessionId, text: str, *, private: bool) -> None:
        """Put a text that was written elsewhere in the place of a draft, cleaned as a paste is."""
        if has_lost_bytes(text):
            self._composer.has_lost_bytes(session, private=private)
        self._set(session, pasted(with_replacements(text)), private=private)

    def recall(self) -> None:
        """Put my last message of this kind into the empty composer."""
        session, state = self._composer.session_id, self._bridge.state
        if session is None or self._composer.text:
            return
        for entry in reversed(select.entries(state, session)):
            if isinstance(entry, Message) and select.is_mine(state, entry) and entry.private == self._composer.private:
                self._composer.put(entry.text)
                self.keep()
                return

    def insert(self, text: str, unfilled: Iterable[str] = ()) -> None:
        """Put text where the caret stands; what of it is to be filled in is marked, so that typing replaces it."""
        self._composer.insert(text)
        session, private, left = self._composer.session_id, self._composer.private, tuple(unfilled)
        if session is not None and left:
            known = self._bridge.state.unfilled.get((session, private), ())
            self._bridge.take(ComposerChanged(session, private, self._composer.text, (*known, *left)))
            self._composer.mark(left[0])

    def _open(self, session: SessionId | None, private: bool) -> None:  # noqa: FBT001 - called by the queue
        if self._composer.session_id == session and self._composer.private == private and session is not None:
            return
        self.keep()
        self._once_unfilled.clear()
        customer = select.session(self._bridge.state, session)
        text = self._bridge.state.drafts.get((session, private), "") if session is not None else ""
        title, short = (wording.composer_title(customer, private=private, short=short) for short in (False, True))
        self._composer.open(text, session, private=private, title=title, short=short)

    def _forget_text(self, draft: Draft) -> None:
        if self._draft(draft.session, private=draft.private).strip() == draft.text:
            self._set(draft.session, "", private=draft.private)

    def _drop_held(self, again: Draft) -> None:
        """Whoever sends what was held once more means that one: it must not leave twice.

        Here, where it is known that the agent was asked: to the rules, two like texts are two that were meant.
        """
        for send in self._bridge.state.outbox.of(again.session):
            is_same = (send.draft.text, send.draft.private) == (again.text, again.private)
            if send.delivery is Delivery.HELD and is_same:
                self._bridge.take(SendDropped(send.draft.send_id))

    def _draft_known(self, session: SessionId, *, private: bool) -> str:
        """The draft as the core has it: without what the composer has not told yet."""
        return self._bridge.state.drafts.get((session, private), "").strip()

    def _stands_in_composer(self, draft: Draft) -> bool:
        return (self._composer.session_id, self._composer.private) == (draft.session, draft.private)

    def _draft(self, session: SessionId, *, private: bool) -> str:
        if (self._composer.session_id, self._composer.private) == (session, private):
            return self._composer.text
        return self._bridge.state.drafts.get((session, private), "")

    def _set(self, session: SessionId, text: str, *, private: bool) -> None:
        if (self._composer.session_id, self._composer.private) == (session, private):
            self._composer.put(text)
        self._bridge.take(ComposerChanged(session, private, text))
