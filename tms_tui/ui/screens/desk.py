"""The desk as a screen: keys go to actions, the engine's changes and the widgets' news to the control."""

import asyncio
import contextlib
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus, Key, Paste, Resize
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from tms_tui import wording
from tms_tui.core import select
from tms_tui.domain.changes import Change
from tms_tui.domain.errors import Failure
from tms_tui.domain.events import ComposerLeft, Shown, TopReached, Woke
from tms_tui.domain.policy import CLOCK_GAP
from tms_tui.ui import bindings
from tms_tui.ui.bridge import WORKER, Bridge, ChangePassword, Engine, EngineChanged, no_change
from tms_tui.ui.control import Control
from tms_tui.ui.keys import Pane, ways_of
from tms_tui.ui.preferences import DESKTOP, Preferences
from tms_tui.ui.routing import Part, touched
from tms_tui.ui.terminal import LENT, notify, set_title
from tms_tui.ui.widgets.body import Body
from tms_tui.ui.widgets.composer import Composer
from tms_tui.ui.widgets.event_line import EventLine
from tms_tui.ui.widgets.header import DeskHeader
from tms_tui.ui.widgets.key_footer import KeyFooter
from tms_tui.ui.widgets.session_list import SessionListView
from tms_tui.ui.widgets.transcript import TranscriptPane
from tms_tui.wording import outside
from tms_tui.wording.failures import NOT_UTF8

_MINUTE = 60.0
_PATIENCE = 0.5


class DeskScreen(Screen[None]):
    """Stands at once, empty and connecting; `attach` brings the engine and with it the columns."""

    CSS = """
    DeskScreen { background: $background; color: $foreground; layout: vertical; }
    DeskScreen #place { height: 1fr; }
    """
    AUTO_FOCUS = ""

    class SignInNeeded(Message):
        """The server no longer accepts the sign-in."""

        def __init__(self, failure: Failure) -> None:
            super().__init__()
            self.failure = failure

    def __init__(
        self, preferences: Preferences, *, words: str = "", change_password: ChangePassword = no_change
    ) -> None:
        super().__init__()
        self._preferences = preferences
        self._actions, self._clashes = bindings.wanted(preferences)
        self._panes_of = {action.id: action.panes for action in self._actions}
        bindings.bind(self, bindings.of_desk(self._actions))
        self._header = DeskHeader(ascii_only=preferences.ascii_only, ways=ways_of(self._actions))
        self._place = Container(id="place")
        self._event_line = EventLine(words, hides=outside.hides(ways_of(self._actions)), id="events")
        self._footer = KeyFooter(self._actions)
        self._bridge = Bridge(self, change_password)
        self._control: Control | None = None
        self._body: Body | None = None
        self._minute: Timer | None = None
        self._title = ""

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._place
        yield self._event_line
        yield self._footer

    def on_mount(self) -> None:
        self._header.badge.update_from(self._bridge.state)

    @property
    def signed_in(self) -> bool:
        """Whether there is anything to work with."""
        return self._bridge.signed_in

    async def attach(self, engine: Engine) -> None:
        """Be the face of an engine; one that is attached already stays as it is."""
        if not self._place.is_attached:
            return  # The agent quit meanwhile.
        before = self._bridge.state
        self._bridge.attach(engine)
        if self._bridge.state is before:
            return
        # Until the columns stand there is no desk: what a key did now, the first look at everything would take back.
        old, self._body, self._control = self._body, None, None
        if old is not None:
            await old.remove()
        body = Body(self._bridge.state, self._preferences, self._actions)
        await self._place.mount(body)
        if body.is_attached:
            self._begin(body)

    def _begin(self, body: Body) -> None:
        """Show everything in columns that stand there, and hear what happened since they were asked for."""
        own, actions = self._preferences.canned, self._actions
        self._body = body
        self._control = Control(self, self._bridge, body, self._event_line, actions, own)
        body.go(Pane.LIST)
        self._look_at_everything()
        if self._clashes:
            self.say(" ".join(["[keys]", *self._clashes]))
        self._hear(self._control, self._bridge.drain())

    def say(self, words: str) -> None:
        """Put words on the event line."""
        self._event_line.offer(words)

    def keep_draft(self) -> None:
        """Let what stands in the composer be kept, even what it has not told yet."""
        if self._control is not None:
            self._control.composing.keep()

    def resumed(self, gap: float) -> None:
        """The program was stopped for at most `gap` seconds: what is shown may be old."""
        if gap > CLOCK_GAP:
            self._bridge.take(Woke(gap))

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters act where the table says; nothing does before there is an engine."""
        if action not in {"letter", "key"}:
            return True
        if self._body is None:
            return False
        return action == "key" or self._body.pane in self._panes_of[str(parameters[0])]

    async def action_letter(self, action: str) -> None:
        """Do what a letter means in the focused pane."""
        await self._handled_before()
        self.act(action)

    async def action_key(self, action: str) -> None:
        """Do what a key means everywhere."""
        await self._handled_before()
        self.act(action)

    async def _handled_before(self) -> None:
        """Return when the composer has taken in what was typed before: the action may be about just that."""
        handled = asyncio.Event()
        if self._body is not None and self._body.pane is Pane.COMPOSER and self._body.composer.call_later(handled.set):
            with contextlib.suppress(TimeoutError):  # a composer that is being removed answers no more
                await asyncio.wait_for(handled.wait(), _PATIENCE)

    def drops(self, event: Key | Paste) -> bool:
        """Whether a key was meant as text for what was not there; then it is no command."""
        return self._control is not None and self._control.dropping.drops(event)

    def act(self, action: str) -> None:
        """Do an action of the table of keys."""
        if self._control is not None:
            self._control.act(action)

    # News from the engine.

    def on_engine_changed(self, event: EngineChanged) -> None:
        if self._control is not None:
            self._hear(self._control, event.drain())

    def _hear(self, control: Control, changes: Sequence[Change]) -> None:
        found = touched(changes, control.shown)
        control.hear(found)  # first: what the agent looks at
        self._header.badge.update_from(self._bridge.state)
        if Part.HEADER in found.parts:
            self._look_at_header()
        self._wake_for_waits()
        if found.calls:
            self._call()
        if found.sign_in is not None:
            self.post_message(self.SignInNeeded(found.sign_in))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The engine never ends by itself: when it does, nothing on the desk is true any more."""
        if event.worker.name == WORKER and event.state in {WorkerState.ERROR, WorkerState.SUCCESS}:
            self._header.badge.update_broken()
            self._event_line.warn(wording.broken(type(event.worker.error).__name__ if event.worker.error else ""))
        elif event.worker.name == LENT and event.state is WorkerState.ERROR:
            self.say(outside.faulty(type(event.worker.error).__name__))

    # News from the widgets.

    def on_session_list_view_opened(self, event: SessionListView.Opened) -> None:
        if self._control is not None:
            self._control.work_on(event.session)

    def on_session_list_view_peeked(self, event: SessionListView.Peeked) -> None:
        if self._control is not None:
            self._control.peek(event.session)

    def on_transcript_pane_shown(self, event: TranscriptPane.Shown) -> None:
        self._bridge.take(Shown(event.session, event.up_to))

    def on_transcript_pane_top_reached(self, event: TranscriptPane.TopReached) -> None:
        self._bridge.take(TopReached(event.session))

    def on_transcript_pane_first_asked(self, event: TranscriptPane.FirstAsked) -> None:
        from tms_tui.ui.reading_back import to_first

        if self._control is not None and self._body is not None:
            to_first(self._control, self._body.transcript, event.session)

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        if self._control is not None and event.session is not None:
            unfilled = self._control.composing.submit(event.text, event.session, private=event.private)
            if unfilled:
                self.say(wording.not_filled_in(unfilled))

    def on_composer_changed(self) -> None:
        if self._control is not None:
            self._control.composing.keep()

    def on_undoing_went_back(self) -> None:
        if self._control is not None:
            self._control.composing.went_back()

    def on_composer_left(self) -> None:
        if self._body is not None and self._body.composer.session_id is not None:
            self._bridge.take(ComposerLeft(self._body.composer.session_id))

    def on_composer_recall_asked(self) -> None:
        if self._control is not None:
            self._control.composing.recall()

    def on_composer_canned_asked(self) -> None:
        if self._control is not None:
            self._control.offer_canned("/")

    def on_composer_paste_asked(self, event: Composer.PasteAsked) -> None:
        from tms_tui.ui import holding

        if self._control is not None:
            holding.ask_before_pasting(self._control, event.text)

    def on_composer_too_long(self, event: Composer.TooLong) -> None:
        self.say(wording.too_long(event.characters, event.most))

    def on_composer_not_utf8(self) -> None:
        self.say(f"Not sent: {NOT_UTF8} Then type what stands as \ufffd again.")

    # The screen itself.

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if self._body is None or self._control is None or event.widget is not self.focused:
            return  # the focus went on since: where it was must not take the keys back
        self._body.noticed_focus(event.widget)
        self._footer.show_pane(self._body.pane)
        if self._body.pane is Pane.COMPOSER:
            self._control.composer_focused()

    def on_resize(self, _event: Resize) -> None:
        if self._body is not None:
            self._body.fit_columns()
            # The title of the talk tells as much as there is room for, which is known only then.
            self.call_after_refresh(self._body.look_again, (Part.PANEL,), self._bridge.moment().wall)

    def on_screen_resume(self) -> None:
        """A page over the desk is gone: what it covered is seen now, and the cursor goes back to the focus."""
        if self._body is not None:
            self._body.transcript.refresh_session()
        focused = self.focused
        if focused is not None:
            self.set_focus(None)
            self.set_focus(focused)

    def _look_at_everything(self) -> None:
        self._look_at_header()
        self._header.badge.update_from(self._bridge.state)
        if self._control is not None and self._body is not None:
            self._control.relist()
            self._body.look_again(tuple(Part), self._bridge.moment().wall)
            self._control.composing.open(None)
        self._wake_for_waits()

    def _look_at_header(self) -> None:
        state = self._bridge.state
        self._header.update_from(state)
        unread = select.unread_total(state) if self._preferences.counts_in_title else 0
        title = f"({unread}) tms-chat" if unread else "tms-chat"
        if title != self._title:
            self._title = title
            set_title(self.app, title)

    def _call(self) -> None:
        """A customer wrote something that is not on the screen."""
        wanted = self._preferences
        if wanted.is_quiet():
            return
        if wanted.bell:
            self.app.bell()
        if wanted.desktop in DESKTOP:
            notify(self.app, DESKTOP[wanted.desktop], "A customer wrote")

    def _wake_for_waits(self) -> None:
        """While somebody waits, their minutes are drawn again when a minute is over; else nothing wakes."""
        waits = any(one.waiting_since is not None for one in self._bridge.state.sessions.values())
        if waits and self._minute is None:
            self._minute = self.set_timer(_MINUTE - self._bridge.moment().wall % _MINUTE, self._minute_over)

    def _minute_over(self) -> None:
        self._minute = None
        if self._control is not None:
            self._control.relist()
        self._wake_for_waits()
