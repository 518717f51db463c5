"""Drafts and the outbox of one agent on one server, in one file that only they can read.

A thread of its own writes, in the order of asking, so that a slow disk never stops the desk.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, assert_never

from tms_tui.domain.effects import ForgetSend, ForgetTalks, KeepDraft, KeepEffect, KeepSend
from tms_tui.domain.events import KeepEvent, KeepFailed, Restored, SendKept
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft
from tms_tui.domain.text import clean_line
from tms_tui.private_files import close_sqlite, make_own_folder, open_private

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS sends (
    place INTEGER PRIMARY KEY, send_id TEXT UNIQUE NOT NULL, session TEXT NOT NULL, text TEXT NOT NULL,
    private INTEGER NOT NULL, asked_at REAL NOT NULL, seen_up_to INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS drafts (
    session TEXT NOT NULL, private INTEGER NOT NULL, text TEXT NOT NULL, unfilled TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (session, private)
);
"""
_ADD_UNFILLED: Final = "ALTER TABLE drafts ADD COLUMN unfilled TEXT NOT NULL DEFAULT ''"
_BETWEEN: Final = "\x1f"
"""Between placeholders in one column; the placeholder of a response, which is clean text, has none."""
_PUT_SEND: Final = """
INSERT INTO sends (send_id, session, text, private, asked_at, seen_up_to) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (send_id) DO UPDATE SET seen_up_to = excluded.seen_up_to
"""
_PUT_DRAFT: Final = """
INSERT INTO drafts (session, private, text, unfilled) VALUES (?, ?, ?, ?)
ON CONFLICT (session, private) DO UPDATE SET text = excluded.text, unfilled = excluded.unfilled
"""


class Keep:
    """Opens the file when `load` is awaited; `keep` never blocks; `close` waits for what is being written."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keep")
        self._database: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._set_aside: Path | None = None

    async def load(self) -> Restored | KeepFailed:
        """What an earlier run left, or why the file is not to be had."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    def keep(self, effect: KeepEffect, done: Callable[[KeepEvent], None]) -> None:
        """Carry out `effect`; what is to be said of it comes by `done`, in the running loop."""
        loop = asyncio.get_running_loop()

        def finished(future: "Future[KeepEvent | None]") -> None:
            event = future.result()
            if event is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                    loop.call_soon_threadsafe(done, event)

        self._thread.submit(self._carry_out, effect).add_done_callback(finished)

    def close(self) -> None:
        """Finish what was asked for, and let the file go."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    def _load(self) -> Restored | KeepFailed:
        try:
            self._take_lock()
            self._database = self._opened()
        except (OSError, sqlite3.Error) as error:
            return KeepFailed(clean_line(str(error)))
        sends = self._database.execute(
            "SELECT send_id, session, text, private, asked_at, seen_up_to FROM sends ORDER BY asked_at, place"
        )
        drafts = [
            ((SessionId(session), bool(private)), text, tuple(unfilled.split(_BETWEEN)) if unfilled else ())
            for session, private, text, unfilled in self._database.execute(
                "SELECT session, private, text, unfilled FROM drafts"
            )
        ]
        return Restored(
            tuple(
                Draft(SendId(send_id), SessionId(session), text, bool(private), asked_at, seen_up_to)
                for send_id, session, text, private, asked_at, seen_up_to in sends
            ),
            tuple((*place, text) for place, text, _ in drafts),
            clean_line(str(self._set_aside)) if self._set_aside is not None else None,
            tuple((place, unfilled) for place, _, unfilled in drafts if unfilled),
        )

    def _take_lock(self) -> None:
        """One console keeps at a time: two would send what one of them left."""
        make_own_folder(self._file.parent)
        self._lock = open_private(self._file.with_suffix(".lock"), os.O_RDWR)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise BlockingIOError("another console of yours is open and keeps them") from None

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            # Set aside rather than lost, and begun anew.
            self._set_aside = self._file.replace(self._file.with_suffix(".damaged"))
            for rest in ("-wal", "-shm"):
                Path(f"{self._file}{rest}").unlink(missing_ok=True)
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        close_sqlite(self._file)
        database = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute("PRAGMA secure_delete=ON")
            database.executescript(_TABLES)
            if "unfilled" not in {name for _, name, *_ in database.execute("PRAGMA table_info(drafts)")}:
                database.execute(_ADD_UNFILLED)  # a file of an earlier version
            (verdict,) = database.execute("PRAGMA quick_check").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _carry_out(self, effect: KeepEffect) -> KeepEvent | None:
        send_id = effect.draft.send_id if isinstance(effect, KeepSend) else None
        try:
            self._write(effect)
        except (sqlite3.Error, UnicodeEncodeError) as error:
            words = clean_line(str(error))
            return SendKept(send_id, words) if send_id is not None else KeepFailed(words)
        return SendKept(send_id) if send_id is not None else None

    def _write(self, effect: KeepEffect) -> None:
        if self._database is None:
            raise sqlite3.OperationalError("the file is not open")
        match effect:
            case KeepSend(draft):
                values = (
                    draft.send_id,
                    draft.session,
                    draft.text,
                    draft.private,
                    draft.asked_at,
                    draft.seen_up_to,
                )
                self._database.execute(_PUT_SEND, values)
            case ForgetSend(forgotten):
                self._database.execute("DELETE FROM sends WHERE send_id = ?", (forgotten,))
            case ForgetTalks(sessions):
                self._forget_talks(sessions)
            case KeepDraft(session, private, ""):
                self._database.execute("DELETE FROM drafts WHERE session = ? AND private = ?", (session, private))
            case KeepDraft(session, private, text, unfilled):
                self._database.execute(_PUT_DRAFT, (session, private, text, _BETWEEN.join(unfilled)))
            case _:
                assert_never(effect)

    def _forget_talks(self, sessions: Sequence[SessionId]) -> None:
        """Rewritten, for the file keeps elsewhere what was sent and deleted long ago."""
        database = self._database
        if database is None:
            raise sqlite3.OperationalError("the file is not open")
        for session in sessions:
            for table in ("sends", "drafts"):
                database.execute(f"DELETE FROM {table} WHERE session = ?", (session,))  # noqa: S608 - our own names
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is bad; a full disk is no reason to begin a new one."""
    # What `quick_check` found carries no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
