"""Starts a console: finds the password, puts the parts together, and runs the face that was chosen."""

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tms_tui import process
from tms_tui.domain.secret import Secret
from tms_tui.domain.value import Value
from tms_tui.first_frame import FirstFrame
from tms_tui.settings import Settings, SettingsError

if TYPE_CHECKING:
    from tms_tui.assembly import Assembly
    from tms_tui.engine.engine import Record
    from tms_tui.keeping import Kept
    from tms_tui.ui.app import ChatApp
    from tms_tui.ui.preferences import Preferences


class Wanted(Value):
    """What the command line asked for beyond the settings."""

    password: Secret | None = None
    record: Path | None = None
    welcome: str = ""
    """Said once on the event line."""
    keeps: bool = True
    """Whether drafts and unsent messages survive this run."""


class DemoWanted(Exception):  # noqa: N818 - nothing failed
    """Asked for a server, the agent chose the demo."""


def open_log(settings: Settings) -> None:
    """Begin the log that was asked for; without one nothing is written. Raises SettingsError."""
    logging.getLogger("tms_tui").addHandler(logging.NullHandler())
    if not settings.log:
        return
    from tms_tui import log_file

    file = Path(settings.log).expanduser()
    try:
        log_file.begin(file)
    except OSError as error:
        raise SettingsError(f"The log {file} cannot be written: {error.strerror}. Choose another file.") from None


@contextlib.contextmanager
def recording(wanted: Wanted) -> Iterator["Record | None"]:
    """What writes down every event, when that was asked for. Raises SettingsError."""
    if wanted.record is None:
        yield None
        return
    from tms_tui.engine.record import Recorder

    try:
        recorder = Recorder(wanted.record)
    except OSError as error:
        raise SettingsError(f"{wanted.record} cannot be written: {error.strerror}. Choose another file.") from None
    with recorder:
        yield recorder


def password_from_stdin() -> Secret:
    """The first line of standard input. Raises SettingsError."""
    try:
        line = process.first_line_of_stdin()
        line.encode()
    except OSError as error:
        raise SettingsError(f"No password: standard input cannot be read: {error.strerror}.") from None
    except UnicodeEncodeError:
        raise SettingsError("No password: the first line of standard input is not UTF-8 text.") from None
    return Secret(line)


def start_desk(settings: Settings, frame: FirstFrame | None, wanted: Wanted, file: Path) -> int:
    """Run the desk in full screen. What the agent is asked is remembered in `file`. The exit code.

    Raises DemoWanted.
    """
    process.reopen_terminal_as_stdin()
    kept = password_kept(settings, wanted)
    with recording(wanted) as record:
        from tms_tui.assembly import Assembly

        assembly = Assembly(settings, record, keeps=wanted.keeps)
        app = _desk(settings, kept, wanted, assembly, frame, file)
        gc.freeze()
        gc.enable()
        code = process.run(_run(app, assembly))
    if app.demo_wanted:
        raise DemoWanted
    return code


async def _run(app: "ChatApp", assembly: "Assembly") -> int:
    await app.run_async(mouse=False)
    if not app.return_code:  # Whoever sends a signal does not wait for a server.
        await assembly.sign_out()
    return app.return_code or 0


def _desk(
    settings: Settings, kept: "Kept", wanted: Wanted, assembly: "Assembly", frame: FirstFrame | None, file: Path
) -> "ChatApp":
    from tms_tui.assembly import address_words
    from tms_tui.config_commands import remembered
    from tms_tui.entrance import Entrance
    from tms_tui.keeping import KeptPasswords
    from tms_tui.password_change import PasswordChange
    from tms_tui.ui.app import ChatApp
    from tms_tui.ui.bridge import Prefill

    is_first = wanted.keeps and not (settings.server and settings.email)
    prefill = Prefill(
        settings.server, settings.email, kept.password, kept.place, kept.why_not, demo=not settings.server
    )
    recalled = prefill.form if kept.place else None

    def say(words: str) -> None:
        app.desk.say(words)

    passwords = KeptPasswords(settings)
    app = ChatApp(
        Entrance(assembly, passwords, recalled, say, partial(remembered, file=file) if is_first else None),
        prefill,
        check_address=partial(address_words, settings=settings),
        theme=settings.theme,
        own_themes=settings.themes,
        preferences=preferences_of(settings),
        words=wanted.welcome,
        change_password=PasswordChange(assembly, passwords),
        taking_over=frame.hand_over if frame is not None else lambda: None,
    )
    return app


def preferences_of(settings: Settings) -> "Preferences":
    """What of the settings the desk heeds."""
    from tms_tui.setting_values import is_quiet as within
    from tms_tui.ui.preferences import Preferences

    def is_quiet() -> bool:
        now = time.localtime()
        return bool(settings.quiet_hours) and within(settings.quiet_hours, now.tm_hour, now.tm_min)

    return Preferences(
        reduced_motion=settings.reduced_motion,
        ascii_only=settings.ascii,
        enter_sends=settings.enter_sends,
        single_keys=settings.single_keys,
        keys=settings.keys,
        due_after=settings.first_answer_target,
        counts_in_title=settings.title,
        bell=settings.bell,
        canned=settings.canned,
        desktop=settings.desktop,
        is_quiet=is_quiet,
    )


def password_kept(settings: Settings, wanted: Wanted) -> "Kept":
    """The password that was given or kept. One that was given leaves the keyring alone, which is slow to ask."""
    from tms_tui import keeping

    if wanted.password is not None:
        return keeping.Kept(wanted.password, why_not="not asked, as the password was given")
    return asyncio.run(keeping.look_up(settings))
