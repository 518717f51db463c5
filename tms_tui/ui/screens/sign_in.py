"""Where the agent says which server, who they are, and whether the password may be kept."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Static
from textual.worker import Worker, WorkerState

from tms_tui import wording
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.ui.bridge import CheckAddress, Engine, Prefill, SignIn, SignInForm
from tms_tui.ui.screens.dialog import Dialog
from tms_tui.ui.widgets.field import Field

_WORKER = "sign-in"
_TALL: Final = 22
"""In a window with fewer rows nothing stands between the lines of the form."""


class Box(Checkbox):
    """A checkbox whose state can be read without colour: `[x]` or `[ ]`."""

    def render(self) -> Content:
        return Content(f"[{'x' if self.value else ' '}] ") + self.label


class SignInScreen(Dialog[Engine]):
    """Gives the engine of the desk that was opened. Nothing typed is lost when that fails."""

    CSS = """
    SignInScreen { align: center middle; background: $background; }
    SignInScreen > Vertical {
        width: 100%; max-width: 72; height: auto; max-height: 100%; padding: 0 2;
        border: round $border; background: $surface; color: $foreground; overflow-y: auto; scrollbar-size: 0 0;
    }
    SignInScreen Input { border: none; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    SignInScreen Input:focus { border: none; background: $panel; text-style: underline; }
    SignInScreen Checkbox { border: none; padding: 0; height: auto; background: $surface; color: $foreground; }
    SignInScreen Button {
        border: none; height: 1; min-width: 12; margin-right: 2; background: $panel; color: $foreground;
    }
    SignInScreen #buttons { height: 1; margin-top: 1; }
    SignInScreen Button:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    SignInScreen .label { margin-top: 1; }
    SignInScreen #why { min-height: 2; color: $text-warning; }
    SignInScreen #keys { margin-top: 1; }
    SignInScreen.-short .label, SignInScreen.-short #buttons, SignInScreen.-short #keys { margin-top: 0; }
    """

    class DemoAsked(Message):
        """The agent wants made-up customers instead of a server."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the fields see them: letters typed at once behind a Tab are the next field's, a password above all.
        Binding("tab,down", "app.focus_next", "Next field", priority=True),
        Binding("shift+tab,up", "app.focus_previous", "Previous field", priority=True),
    ]

    def __init__(self, sign_in: SignIn, prefill: Prefill, check_address: CheckAddress = lambda _: "") -> None:
        super().__init__()
        self._sign_in = sign_in
        self._prefill = prefill
        self._check_address = check_address
        self._checked = prefill.server
        self._asked: Worker[Engine | Failure] | None = None

    def compose(self) -> ComposeResult:
        known = self._prefill
        with Vertical() as box:
            box.border_title = "tms-chat: sign in"
            yield Static("Server (https://...)", classes="label", markup=False)
            yield Field(known.server, id="server")
            yield Static("E-mail", classes="label", markup=False)
            yield Field(known.email, id="email")
            yield Static("Password", classes="label", markup=False)
            yield Field(known.password.reveal() if known.password else "", id="password", password=True)
            yield Static(known.words, id="why", markup=False)  # beside what it is about, however short the window
            yield Box("Remember the password in this computer's keyring", id="remember", disabled=not known.keyring)
            yield Static(wording.keyring(known.keyring, known.no_keyring_because), id="keyring", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Sign in", id="go")
                if known.demo:
                    yield Button("Try the demo, no server needed", id="demo")
            yield Static("Tab next field, Enter sign in, Ctrl+Q quit", id="keys", markup=False)

    def on_mount(self) -> None:
        missing = next((one for one in self.query(Input) if not one.value), self.query_one("#password", Input))
        # At once: what is typed ahead, a password perhaps, is to stand in no other field.
        self.set_focus(missing, scroll_visible=False)
        # There is nothing to scroll before the form is laid out.
        self.watch(self.query_one("SignInScreen > Vertical"), "virtual_size", self._show_what_matters, init=False)

    def on_input_submitted(self) -> None:
        self._submit()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once whether the address can be used."""
        if event.input.id == "server" and event.value != self._checked:
            self._checked = event.value
            self._say(self._check_address(event.value) if event.value else "")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "demo":
            self.post_message(self.DemoAsked())
        else:
            self._submit()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Fields place the terminal's cursor themselves; on anything else it is put here."""
        self._show_what_matters()
        if not isinstance(event.widget, Input):
            self.app.cursor_position = event.widget.region.offset

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The server has answered, or the attempt itself broke."""
        if event.worker is not self._asked:
            return
        if event.state is WorkerState.ERROR:
            self._say(wording.sign_in_broken(type(event.worker.error).__name__))
        elif event.state is WorkerState.SUCCESS:
            self._answered(self._asked.result)

    def _answered(self, answer: Engine | Failure | None) -> None:
        if isinstance(answer, Failure):
            if answer.kind is FailureKind.UNAUTHORIZED:
                self._ask_for_password_again()
            self._say(wording.sign_in_failed(answer))
        elif answer is not None:
            _ = self.dismiss(answer)

    def _submit(self) -> None:
        if self._asked is not None and self._asked.is_running:
            return
        values = {one.id: one.value.strip() for one in self.query(Input)}
        missing = next((one for one in self.query(Input) if not one.value.strip()), None)
        if missing is not None:
            self._say(wording.missing_field(missing.id or ""))
            missing.focus()
            return
        self._say("Signing in ...")
        password = Secret(self.query_one("#password", Input).value)
        remember = self.query_one("#remember", Box).value
        form = SignInForm(values["server"], values["email"], password, remember)
        self._asked = self.run_worker(self._ask(form), name=_WORKER, group=_WORKER, exclusive=True, exit_on_error=False)

    async def _ask(self, form: SignInForm) -> Engine | Failure:
        return await self._sign_in(form)

    def _ask_for_password_again(self) -> None:
        """A second try starts clean: what was refused is not to be typed on."""
        password = self.query_one("#password", Input)
        password.clear()
        password.focus()

    def _say(self, words: str) -> None:
        self.query_one("#why", Static).update(words)
        self.call_after_refresh(self._show_what_matters)

    def _show_what_matters(self) -> None:
        """Scroll to what has the focus, together with the reason why nobody is signed in, if there is room for both."""
        box, why = self.query_one("SignInScreen > Vertical"), self.query_one("#why", Static)
        if self.focused is None or not box.max_scroll_y:
            return
        row = next(one for one in self.focused.ancestors_with_self if one.parent is box)
        if isinstance(row, Widget):
            box.scroll_to_region(
                Region.from_union([row.virtual_region, why.virtual_region]), animate=False, immediate=True
            )
            box.scroll_to_region(row.virtual_region, animate=False, immediate=True)

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < _TALL, "-short")
        self.call_after_refresh(self._show_what_matters)
