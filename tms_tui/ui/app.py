"""The Textual face: signs in, shows the desk, and leaves the terminal as it was."""

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.filter import LineFilter
from textual.worker import Worker, WorkerState

from tms_tui import wording
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.value import replace
from tms_tui.ui.bridge import ChangePassword, CheckAddress, Engine, Prefill, SignIn, SignInForm, no_change
from tms_tui.ui.driver import TerminalDriver
from tms_tui.ui.preferences import DEFAULTS, Preferences
from tms_tui.ui.screens.desk import DeskScreen
from tms_tui.ui.terminal import set_title, show_cursor
from tms_tui.ui.theme import THEMES, chosen, hard_to_read
from tms_tui.wording import outside

_WORKER = "first sign-in"


class ChatApp(App[None]):
    """The console. `words` stand on the event line for good; `theme` is a name of the table of themes
    or of `own_themes`, which holds the agent's colours by name.

    With a `prefill` that lacks nothing it signs in unasked, the desk standing there already. `taking_over` is called
    just before the terminal is. `demo_wanted`: the agent chose the demo, and the app has ended for it.
    """

    CSS = """
    ChatApp.ascii ModalScreen > * { border: ascii $border; }
    ChatApp.ascii SearchLine > Vertical { border: none; }
    ChatApp.ascii ModalScreen VerticalScroll, ChatApp.ascii Choices, ChatApp.ascii CustomerPanel {
        scrollbar-size: 0 0;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "stop", "Stop, as every program does", show=False, priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "tms-chat"

    def __init__(  # noqa: PLR0913 - all it is joined to, named
        self,
        sign_in: SignIn,
        prefill: Prefill,
        *,
        theme: str | None = None,
        check_address: CheckAddress = lambda _: "",
        own_themes: Mapping[str, Mapping[str, Any]] | None = None,
        preferences: Preferences = DEFAULTS,
        words: str = "",
        change_password: ChangePassword = no_change,
        taking_over: Callable[[], None] = lambda: None,
    ) -> None:
        wanted = chosen(theme, no_colour=_no_colour(), own=own_themes)
        super().__init__(driver_class=TerminalDriver, ansi_color=wanted.ansi or None)
        self._taking_over = taking_over
        self._sign_in = sign_in
        self._check_address = check_address
        self.demo_wanted = False
        self._prefill = prefill
        self._first: Worker[Engine | Failure] | None = None
        self.desk = DeskScreen(preferences, words=words, change_password=change_password)
        self.set_class(preferences.ascii_only, "ascii")
        self._cut = _plain_cut() if preferences.ascii_only else []
        if preferences.reduced_motion:
            self.animation_level = "none"
        for one in (*THEMES, wanted):
            self.register_theme(one)
        self.theme = wanted.name
        if wanted not in THEMES and (pair := hard_to_read(wanted)):
            self.desk.say(wording.hard_to_read(wanted.name, *pair))

    def get_default_screen(self) -> DeskScreen:
        """The desk is the first screen, signed in or not."""
        return self.desk

    def on_load(self) -> None:
        self._taking_over()

    def on_mount(self) -> None:
        show_cursor(self)
        set_title(self, "tms-chat")
        form = self._prefill.form
        if form is None:
            self._ask_to_sign_in(self._prefill)
        else:
            self._first = self.run_worker(self._ask(form), name=_WORKER, group=_WORKER, exit_on_error=False)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The unasked sign-in is over: the desk gets its engine, or the agent is asked."""
        if event.worker is not self._first:
            return
        if event.state is WorkerState.ERROR:
            words = wording.sign_in_broken(type(event.worker.error).__name__)
            self._ask_to_sign_in(replace(self._prefill, words=words))
        elif event.state is WorkerState.SUCCESS:
            await self._answered(self._first.result)

    def on_desk_screen_sign_in_needed(self, event: DeskScreen.SignInNeeded) -> None:
        """The server no longer accepts the sign-in: the desk stays as it is behind the form."""
        self._ask_to_sign_in(replace(self._prefill, password=None, words=wording.sign_in_failed(event.failure)))

    def on_sign_in_screen_demo_asked(self) -> None:
        """End, for the demo to begin."""
        self.demo_wanted = True
        self.exit()

    def on_terminal_driver_resumed(self, event: TerminalDriver.Resumed) -> None:
        """The terminal may show anything after a stop: draw everything again."""
        show_cursor(self)
        if event.gap is None:
            self.desk.say(outside.NO_SHELL)
        else:
            self.desk.resumed(event.gap)
        self.refresh()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._cut]

    async def action_quit(self) -> None:
        """Quit; asks when something is unsent."""
        if self.desk.signed_in:
            self.desk.act("quit")
        else:
            self.exit()

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End, and keep what was being written."""
        self.desk.keep_draft()
        super().exit(result, return_code, message)

    def action_stop(self) -> None:
        """Ctrl+Z: back to the shell, until it continues this."""
        self.desk.keep_draft()
        if isinstance(self._driver, TerminalDriver):
            self._driver.stop()

    def action_help_quit(self) -> None:
        """Ctrl+C copies or does nothing: say what ends the program."""
        self.desk.say("Ctrl+Q quits.")

    async def on_event(self, event: Event) -> None:
        """As Textual's, but what was meant as text for something that was not there goes nowhere."""
        if isinstance(event, Key | Paste) and not event.is_forwarded and self._drops(event):
            return
        await super().on_event(event)

    def _drops(self, event: Key | Paste) -> bool:
        return self.screen is self.desk and self.desk.drops(event)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:  # noqa: FBT001, FBT002 - Textual's own
        """As Textual's, but what nobody binds is known without copying all tables: most keys are letters of a text."""
        nodes = (self.focused or self.screen).ancestors_with_self
        if not any(key in node._bindings.key_to_bindings for node in nodes):  # noqa: SLF001
            return False
        return await super()._check_bindings(key, priority)

    async def _ask(self, form: SignInForm) -> Engine | Failure:
        outcome = await self._sign_in(form)
        if not isinstance(outcome, Failure):
            self._prefill = replace(self._prefill, server=form.server, email=form.email, demo=False, words="")
        return outcome

    async def _answered(self, answer: Engine | Failure | None) -> None:
        if isinstance(answer, Failure):
            known = self._prefill
            if answer.kind is FailureKind.UNAUTHORIZED:
                known = replace(known, password=None)
            self._ask_to_sign_in(replace(known, words=wording.sign_in_failed(answer)))
        elif answer is not None:
            await self.desk.attach(answer)

    def _ask_to_sign_in(self, prefill: Prefill) -> None:
        from tms_tui.ui.screens.sign_in import SignInScreen

        _ = self.push_screen(SignInScreen(self._ask, prefill, self._check_address), self._answered)

    def _fatal_error(self) -> None:
        """Leave with one plain line: Textual would print the values of variables, secrets among them."""
        if self._exit_renderables:
            return  # what fails after it is its consequence
        with contextlib.suppress(Exception):  # the fault may be in just this
            self.desk.keep_draft()
        self.bell()
        self.panic(Text(wording.crashed(wording.fault(sys.exc_info()[1] or self._exception))))


def _no_colour() -> bool:
    """Whether NO_COLOR asks for none. An empty one asks for nothing, and Textual must not see it."""
    return bool(os.environ.get("NO_COLOR") or os.environ.pop("NO_COLOR", ""))


def _plain_cut() -> list[LineFilter]:
    from tms_tui.ui.plain_cut import PlainCut

    return [PlainCut()]
