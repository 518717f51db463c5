"""Signing in: what is asked, what is said when it fails, and that nothing typed is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input

from tests.ui.desk_world import (
    NOW,
    PREFILL,
    SIZES,
    FakeEngine,
    badge,
    burst,
    desk,
    furnished,
    press,
    said,
    session,
    settled,
    text_of,
)
from tms_tui.domain.changes import Announced, Notice, NoticeKind, SignInNeeded
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import ComposerChanged, SessionChanged, SessionOpened
from tms_tui.domain.ids import Cursor, SessionId
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import replace
from tms_tui.ui.app import ChatApp
from tms_tui.ui.bridge import Engine, Prefill, SignInForm
from tms_tui.ui.keys import Pane
from tms_tui.ui.widgets.body import Body

EMPTY = Prefill(no_keyring_because="no keyring service is running")
REFUSED = Failure(FailureKind.UNAUTHORIZED)


class Server:
    """Answers sign-ins: by the failures given, in turn, and then by an engine."""

    def __init__(self, *failures: Failure | Exception) -> None:
        self.failures = list(failures)
        self.forms: list[SignInForm] = []
        self.engine: FakeEngine | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def sign_in(self, form: SignInForm) -> Engine | Failure:
        self.forms.append(form)
        await self.open.wait()
        if not self.failures:
            self.engine = self.engine or furnished()
            return self.engine
        failure = self.failures.pop(0)
        if isinstance(failure, Exception):
            raise failure
        return failure


@asynccontextmanager
async def console(
    server: Server, prefill: Prefill = EMPTY, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Pilot[None]]:
    """The console before anybody signed in."""
    app = ChatApp(server.sign_in, prefill, check_address=lambda typed: f"<{typed}> was checked.")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


def field(pilot: Pilot[None], name: str) -> Input:
    """A field of the form."""
    return pilot.app.screen.query_one(f"#{name}", Input)


async def fill_in(pilot: Pilot[None]) -> None:
    """Type all three and press Enter."""
    await press(pilot, *"chat.test", "tab", *"ana", "tab", *"swordfish", "enter")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_form_fits_every_size(size: tuple[int, int]) -> None:
    async with console(Server(), size=size) as pilot:
        for words in ("Server", "E-mail", "Password", "Remember", "no keyring service is running", "Sign in", "Enter"):
            assert words in text_of(pilot)


async def test_three_fields_and_enter_open_the_desk() -> None:
    server = Server()
    async with console(server) as pilot:
        await fill_in(pilot)
        (form,) = server.forms
        assert (form.server, form.email, form.password.reveal(), form.remember) == (
            "chat.test",
            "ana",
            "swordfish",
            False,
        )
        assert "Jonas Weber" in text_of(pilot)
        assert badge(pilot) == "● Live"


async def test_the_address_is_checked_as_it_is_typed_and_only_then() -> None:
    async with console(Server(), replace(EMPTY, server="chat.test", email="ana")) as pilot:
        assert "was checked" not in text_of(pilot)
        await press(pilot, "shift+tab", "shift+tab", "end", "s")
        assert "<chat.tests> was checked." in text_of(pilot)
        await press(pilot, "backspace", "backspace")
        assert "<chat.tes> was checked." in text_of(pilot)
        await press(pilot, *["backspace"] * 8)
        assert "was checked" not in text_of(pilot)


async def test_without_a_server_the_demo_is_offered() -> None:
    async with console(Server(), replace(EMPTY, server="chat.test")) as pilot:
        assert "demo" not in text_of(pilot)
    async with console(Server(), replace(EMPTY, demo=True)) as pilot:
        await press(pilot, "tab", "tab", "tab", "tab")
        button = pilot.app.screen.query_one("#demo")
        assert button.has_focus
        assert pilot.app.cursor_position == button.region.offset
        await press(pilot, "enter")
        assert isinstance(pilot.app, ChatApp)
        assert pilot.app.demo_wanted
        assert not pilot.app.is_running


async def test_who_was_asked_once_is_later_asked_for_the_password_alone() -> None:
    server = Server()
    async with console(server, replace(EMPTY, demo=True)) as pilot:
        await fill_in(pilot)
        assert server.engine is not None
        server.engine.tell(SignInNeeded(REFUSED))
        await settled(pilot)
        assert [field(pilot, name).value for name in ("server", "email", "password")] == ["chat.test", "ana", ""]
        assert field(pilot, "password").has_focus
        assert "demo" not in text_of(pilot)


@pytest.mark.parametrize("turns", range(12))
async def test_a_password_typed_while_the_form_opens_stands_in_no_other_field(turns: int) -> None:
    server = Server()
    async with console(server) as pilot:
        await fill_in(pilot)
        assert server.engine is not None
        server.engine.tell(SignInNeeded(REFUSED))
        for _ in range(turns):
            await asyncio.sleep(0)
        await burst(pilot, *"tulips")
        assert [field(pilot, name).value for name in ("server", "email")] == ["chat.test", "ana"]
        assert field(pilot, "password").value in "tulips"
        assert "lips" not in text_of(pilot)


async def test_the_password_is_never_shown() -> None:
    async with console(Server(Failure(FailureKind.NOT_REACHED))) as pilot:
        await fill_in(pilot)
        assert "swordfish" not in text_of(pilot)
        assert "•" * 9 in text_of(pilot)


async def test_a_refused_password_is_gone_and_the_next_try_starts_clean() -> None:
    server = Server(REFUSED)
    async with console(server) as pilot:
        await fill_in(pilot)
        assert "Not signed in: " in text_of(pilot)
        assert field(pilot, "password").value == ""
        assert field(pilot, "password").has_focus
        await press(pilot, *"catfish", "enter")
        assert [form.password.reveal() for form in server.forms] == ["swordfish", "catfish"]
        assert "Jonas Weber" in text_of(pilot)


async def test_a_kept_password_that_is_refused_is_not_typed_on() -> None:
    server = Server(REFUSED)
    async with console(server, PREFILL) as pilot:
        assert "Not signed in: " in text_of(pilot)
        await press(pilot, *"catfish", "enter")
        assert [form.password.reveal() for form in server.forms] == ["swordfish", "catfish"]


async def test_letters_behind_a_tab_are_the_next_fields() -> None:
    async with console(Server()) as pilot:
        await burst(pilot, *"chat.test", "tab", *"ana", "tab", *"swordfish", "shift+tab", *"!")
        assert [field(pilot, name).value for name in ("server", "email", "password")] == [
            "chat.test",
            "ana!",
            "swordfish",
        ]


@pytest.mark.parametrize("rows", [6, 8, 14, 16, 20])
async def test_in_a_short_window_the_field_and_the_reason_are_seen(rows: int) -> None:
    async with console(Server(REFUSED), replace(EMPTY, server="chat.test", email="ana"), (80, rows)) as pilot:
        await press(pilot, *"swordfish")
        assert "•" * 9 in text_of(pilot)
        await press(pilot, "enter")
        assert "Not signed in: " in text_of(pilot)
        await press(pilot, "c")
        assert "•" in text_of(pilot)
        await press(pilot, "shift+tab", "shift+tab")
        assert "chat.test" in text_of(pilot)
        await press(pilot, "up")
        assert pilot.app.focused is not None
        assert pilot.app.screen.find_widget(pilot.app.focused).visible_region.height == 1


async def test_every_failure_is_said_and_nothing_typed_is_lost() -> None:
    server = Server(*map(Failure, FailureKind))
    async with console(server, size=(80, 24)) as pilot:
        await fill_in(pilot)
        for kind in FailureKind:
            assert "Not signed in: " in text_of(pilot), kind
            typed = [field(pilot, name).value for name in ("server", "email", "password")]
            is_wrong = kind is FailureKind.UNAUTHORIZED
            assert typed == ["chat.test", "ana", "" if is_wrong else "swordfish"], kind
            await press(pilot, *("swordfish" if is_wrong else ""), "enter")
        assert "Jonas Weber" in text_of(pilot)


async def test_a_fault_of_our_own_is_said_without_its_words() -> None:
    async with console(Server(RuntimeError("swordfish"))) as pilot:
        await fill_in(pilot)
        assert "Not signed in: the console failed (RuntimeError)" in text_of(pilot)
        assert "swordfish" not in text_of(pilot)


async def test_what_is_missing_is_named_and_gets_the_focus() -> None:
    server = Server()
    async with console(server) as pilot:
        await press(pilot, *"chat.test", "enter")
        assert "Not signed in: the e-mail is missing." in text_of(pilot)
        assert field(pilot, "email").has_focus
        assert not server.forms


async def test_enter_twice_asks_once() -> None:
    server = Server()
    server.open.clear()
    async with console(server) as pilot:
        await fill_in(pilot)
        await press(pilot, "enter")
        assert "Signing in ..." in text_of(pilot)
        assert len(server.forms) == 1
        server.open.set()
        await settled(pilot)


async def test_without_a_keyring_nothing_can_be_remembered() -> None:
    async with console(Server()) as pilot:
        assert pilot.app.screen.query_one("#remember", Checkbox).disabled


async def test_with_a_keyring_the_agent_chooses() -> None:
    server = Server()
    async with console(server, replace(EMPTY, keyring="Secret Service", server="chat.test", email="ana")) as pilot:
        assert "Kept in: Secret Service" in text_of(pilot)
        assert field(pilot, "password").has_focus
        assert "[ ] Remember" in text_of(pilot)
        await press(pilot, *"pw", "tab", "space")
        assert "[x] Remember" in text_of(pilot)
        await press(pilot, "shift+tab", "enter")
        assert [form.remember for form in server.forms] == [True]


async def test_with_everything_known_the_desk_stands_at_once_and_connects() -> None:
    server = Server()
    server.open.clear()
    async with console(server, PREFILL) as pilot:
        assert badge(pilot) == "◐ Connecting"
        assert "Password" not in text_of(pilot)
        server.open.set()
        await settled(pilot)
        assert "Jonas Weber" in text_of(pilot)


async def test_a_remembered_password_that_is_refused_is_asked_for() -> None:
    async with console(Server(REFUSED), PREFILL) as pilot:
        assert "Not signed in: the server did not accept the e-mail or" in text_of(pilot)
        assert field(pilot, "server").value == "https://chat.test"


@pytest.mark.parametrize("prefill", [EMPTY, PREFILL], ids=["asked", "unasked"])
async def test_quitting_before_the_sign_in(prefill: Prefill) -> None:
    server = Server()
    server.open.clear()
    async with console(server, prefill) as pilot:
        await press(pilot, "ctrl+q")
        assert not pilot.app.is_running


@pytest.mark.parametrize("prefill", [EMPTY, PREFILL], ids=["asked", "unasked"])
async def test_quitting_just_when_the_server_answers(prefill: Prefill) -> None:
    answering = asyncio.Event()

    async def sign_in(form: SignInForm) -> Engine | Failure:
        app.exit()
        answering.set()
        return await Server().sign_in(form)

    app = ChatApp(sign_in, prefill)
    async with app.run_test() as pilot:
        if prefill is EMPTY:
            await fill_in(pilot)
        await answering.wait()
        await settled(pilot)
        assert app.return_code == 0
        assert not app.is_running


async def test_when_the_sign_in_ends_the_agent_is_asked_and_keeps_what_was_written() -> None:
    engine = furnished()
    async with desk(engine) as (pilot, _):
        await press(pilot, "enter", *"half")
        engine.tell(SignInNeeded(REFUSED))
        await settled(pilot)
        assert "Not signed in" in text_of(pilot)
        assert field(pilot, "password").has_focus
        await press(pilot, *"swordfish", "enter")
        assert "half" in text_of(pilot)
        assert engine.of(ComposerChanged)[-1].text == "half"  # type: ignore[union-attr]


async def test_another_engine_brings_its_own_desk() -> None:
    first, second = furnished(), furnished()
    second.state.sessions.clear()
    second.state.sync.cursor = Cursor("1")  # everything was read, and there is nothing
    engines: list[FakeEngine] = [first, second]

    async def sign_in(_form: SignInForm) -> Engine | Failure:
        return engines.pop(0)

    async with ChatApp(sign_in, PREFILL).run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "Jonas Weber" in text_of(pilot)
        first.tell(SignInNeeded(REFUSED))
        await settled(pilot)
        await press(pilot, *"pw", "enter")
        assert "No conversations yet." in text_of(pilot)


async def _crash(app: ChatApp, fail: Callable[[], None]) -> None:
    async with app.run_test() as pilot:
        app.call_later(fail)
        await settled(pilot)


async def test_a_crash_prints_one_line_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        secret = "swordfish"
        raise KeyError(secret)

    app = ChatApp(Server().sign_in, PREFILL)
    with pytest.raises(KeyError):
        await _crash(app, fail)
    app._print_error_renderables()
    printed = capsys.readouterr()
    words = " ".join((printed.out + printed.err).split())
    assert "tms-chat stopped by a fault of its own (KeyError" in words
    assert "swordfish" not in words
    assert app.return_code == 1


@asynccontextmanager
async def columns_coming_up() -> AsyncIterator[tuple[Pilot[None], FakeEngine]]:
    """Signed in unasked, at the moment when the columns are there and do not stand yet."""
    server, engine = Server(), furnished()
    server.engine = engine
    server.open.clear()
    async with console(server, PREFILL) as pilot:
        server.open.set()
        while not pilot.app.screen.query(Body):  # noqa: ASYNC110 - nobody is told of this moment
            await asyncio.sleep(0)
        yield pilot, engine


async def test_what_is_pressed_before_the_columns_stand_is_not_half_done() -> None:
    async with columns_coming_up() as (pilot, engine):
        app = pilot.app
        assert isinstance(app, ChatApp)
        app.desk.act("next_waiting")
        await settled(pilot)
        is_shown = any(event != SessionOpened(None) for event in engine.of(SessionOpened))
        assert app.desk.query_one(Body).pane is (Pane.COMPOSER if is_shown else Pane.LIST)


async def test_what_happens_before_the_columns_stand_is_heard() -> None:
    async with columns_coming_up() as (pilot, engine):
        engine.tell(Announced(Notice(NoticeKind.DAMAGED, NOW, other=CleanText("drafts.damaged"))))
        await settled(pilot)
        assert "set aside as drafts.damaged" in said(pilot)
        engine.take(SessionChanged(session(SessionId("new"), "Nora Lind", waits=1)))
        await settled(pilot)
        assert "Nora Lind" in text_of(pilot)
