"""Where the agent changes their password: the current one, the new one, and that again, none of them shown."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tms_tui.core.new_password import Unfit, unfit
from tms_tui.domain.errors import Failure
from tms_tui.domain.secret import Secret
from tms_tui.ui.bridge import ChangePassword
from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.widgets.field import Field
from tms_tui.wording import own_password as words

_WORKER: Final = "password"
_KEYS: Final = "Tab next field, Enter change, Esc leave it as it is"


class PasswordScreen(Dialog[str | None]):
    """Gives what to say once the password is another one; None when Esc left it as it is."""

    CSS = """
    PasswordScreen { align: center middle; background: transparent; }
    PasswordScreen > Vertical {
        width: 100%; max-width: 72; height: auto; max-height: 100%; padding: 0 2;
        border: round $border; background: $surface; color: $foreground;
    }
    PasswordScreen Static { height: auto; }
    PasswordScreen Input { border: none; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    PasswordScreen Input:focus { border: none; background: $panel; text-style: underline; }
    PasswordScreen #why { margin-top: 1; min-height: 2; color: $text-warning; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # As on the sign-in screen: letters typed at once behind a Tab are the next field's.
        Binding("tab,down", "app.focus_next", "Next field", priority=True),
        Binding("shift+tab,up", "app.focus_previous", "Previous field", priority=True),
        Binding("escape", "leave", "Leave as it is"),
    ]

    def __init__(self, change: ChangePassword) -> None:
        super().__init__()
        self._change = change
        self._asked: Worker[str | Failure] | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Change your password"
            for name, label in (("current", words.CURRENT), ("new", words.NEW), ("again", words.AGAIN)):
                yield Static(label, markup=False)
                yield Field(id=name, password=True)
            yield Static("", id="why", markup=False)
            yield Static(_KEYS, markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field that is empty, and asks the server when none is."""
        empty = next((one for one in self.query(Input) if not one.value), None)
        if empty is not None and empty is not event.input:
            self.set_focus(empty)
        else:
            self._submit()

    def action_leave(self) -> None:
        """Leave it as it is, unless the server is being asked: that cannot be taken back."""
        if not self._is_asking:
            _ = self.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The server has answered, or the attempt itself broke."""
        if event.worker is not self._asked:
            return
        if event.state is WorkerState.ERROR:
            self._say(words.broken(type(event.worker.error).__name__))
        elif event.state is WorkerState.SUCCESS:
            self._answered(self._asked.result)

    @property
    def _is_asking(self) -> bool:
        return self._asked is not None and self._asked.is_running

    def _submit(self) -> None:
        if self._is_asking:
            return
        current, new, again = (Secret(self.query_one(f"#{name}", Field).value) for name in ("current", "new", "again"))
        problem = unfit(current, new, again)
        if problem is not None:
            self._refuse(words.unfit(problem), ("current",) if problem is Unfit.NO_CURRENT else ("new", "again"))
            return
        self._say(words.ASKING)
        work = self._ask(current, new)
        self._asked = self.run_worker(work, name=_WORKER, group=_WORKER, exclusive=True, exit_on_error=False)

    async def _ask(self, current: Secret, new: Secret) -> str | Failure:
        return await self._change(current, new)

    def _answered(self, answer: str | Failure | None) -> None:
        if isinstance(answer, Failure) and answer.code == words.WRONG_CURRENT:
            self._refuse(words.not_changed(answer), ("current",))
        elif isinstance(answer, Failure):
            self._say(words.not_changed(answer))
        else:
            _ = self.dismiss(answer)

    def _refuse(self, why: str, fields: Sequence[str]) -> None:
        """Say what is wrong and empty `fields`: what was refused is not to be typed on."""
        self._say(why)
        for name in fields:
            self.query_one(f"#{name}", Field).clear()
        self.set_focus(self.query_one(f"#{fields[0]}", Field))

    def _say(self, said: str) -> None:
        self.query_one("#why", Static).update(said)
