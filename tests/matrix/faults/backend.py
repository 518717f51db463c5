"""Section F: the server dies, its store is locked or full, its files run out."""

import asyncio
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import httpx

from tests.matrix.catalogue import by_tests, played
from tests.matrix.stage import Stage
from tests.server.sockets import idle_connections
from tests.together.customer import Customer
from tests.together.faultline.faults import Reset
from tms_tui.core import select
from tms_tui.domain.errors import FailureKind
from tms_tui.domain.ids import SessionId

STORE: Final = "tms-chat.db"
FEW_FILES: Final = 48


@played(67, "the server killed under load", starred=True)
async def killed_server(stage: Stage) -> None:
    answered: list[str] = []

    async def writes(guest: Customer) -> None:
        for number in range(200):
            words = f"{guest.session[:4]} {number}"
            try:
                await guest.says(words)
            except httpx.HTTPError:
                return
            answered.append(words)

    async with asyncio.TaskGroup() as group:
        for guest in stage.guests:
            group.create_task(writes(guest))
        await stage.until(lambda: len(stage.desk.came) >= 20, what="twenty messages came")
        stage.answers()
        stage.bit(await stage.server.kill() == -signal.SIGKILL)
    await stage.offline()
    stage.answers()
    await stage.server.start()
    stored = {row.text for row in await stage.stored()}
    lost = set(answered) - stored
    assert not lost, f"answered and not stored: {lost}"


by_tests(
    68,
    "Redis restarted, emptied",
    "tests/server/test_redis.py::test_a_restarted_redis_loses_no_message_and_delivers_again",
    "tests/server/test_redis.py::test_an_emptied_redis_learns_anew_who_is_there",
    starred=True,
)
by_tests(
    69,
    "Redis hangs",
    "tests/server/test_redis.py::test_a_frozen_redis_holds_up_no_request_and_delivers_when_it_thaws",
)
by_tests(
    70,
    "PostgreSQL restarted",
    "tests/server/test_store.py::test_a_restart_of_postgresql_loses_nothing_and_lies_to_nobody",
)


@played(71, "the store locked for 10 s", starred=True, settings={"store_patience": 1})
async def locked_store(stage: Stage) -> None:
    other = sqlite3.connect(stage.server.data / STORE, isolation_level=None, timeout=10)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            stage.answers()
        await asyncio.sleep(10)
        kinds = [failure.kind for _, failure in stage.desk.state.health.failures_seen]
        assert set(kinds) <= {FailureKind.SERVER_ERROR, FailureKind.NO_ANSWER}, kinds
        stage.bit(kinds.count(FailureKind.SERVER_ERROR))
        other.execute("ROLLBACK")


@played(72, "the disk full", starred=True, settings={"disk": "4m"})
async def full_disk(stage: Stage) -> None:
    inside = Path(f"/proc/{stage.server.pid}/root{stage.server.data}")
    ballast = inside / "ballast"
    with ballast.open("wb", buffering=0) as file:
        _fill(file.write)
    for number in range(40):
        stage.answers(stage.guests[0], f"{number} " + "x" * 4_000)
    await stage.until(lambda: stage.desk.state.health.failures_seen, what="a send was refused")
    await stage.lasts(20)
    kinds = {failure.kind for _, failure in stage.desk.state.health.failures_seen}
    assert kinds <= {FailureKind.SERVER_ERROR, FailureKind.NO_ANSWER}, kinds
    stage.bit(FailureKind.SERVER_ERROR in kinds)
    other = stage.guests[1].session
    stage.desk.open(other)
    await stage.until(lambda: not select.is_syncing(stage.desk.state, SessionId(other)), what="old messages are read")
    ballast.unlink()
    await stage.until(lambda: not stage.desk.state.outbox.unsent(), 300, "all is sent")


def _fill(write: object) -> None:
    assert callable(write)
    block = bytes(4096)
    try:
        while True:
            write(block)
    except OSError:
        return


by_tests(
    73,
    "one of two nodes lost, both replaced",
    "tests/server/test_cluster.py::test_a_killed_node_loses_and_doubles_nothing",
    "tests/server/test_cluster.py::test_a_node_told_to_go_drains",
    starred=True,
)
by_tests(
    74,
    "one client stops reading",
    "tests/server/test_resume.py::test_a_client_that_does_not_read_is_cut_and_others_are_not",
    starred=True,
)


@played(75, "the server runs out of file descriptors", speed=1.0, settings={"limit_files": FEW_FILES})
async def no_files_left(stage: Stage) -> None:
    stage.line.strike(Reset())
    async with idle_connections(stage.server.port, 2 * FEW_FILES):
        await stage.until(
            lambda: len(list(Path(f"/proc/{stage.server.pid}/fd").iterdir())) >= FEW_FILES - 2,
            what="no descriptor is left",
        )
        stage.bit(1)
        stage.answers()
        await stage.lasts(20)


by_tests(76, "a thousand idle sockets and two hundred busy ones", "tests/load/test_chaos.py")
by_tests(
    77,
    "one send posted fifty times at once",
    "tests/server/test_messages.py::test_fifty_posts_of_one_intent_store_one_message",
    "tests/server/test_visitors.py::test_fifty_sends_of_one_intent_store_one_message",
    starred=True,
)
by_tests(
    78,
    "NUL, lone surrogates, a megabyte, blanks, depth in a send",
    "tests/server/test_messages.py::test_unfit_texts_are_refused_on_both_sides",
    "tests/server/test_messages.py::test_unreadable_bodies_are_refused",
    "tests/server/test_messages.py::test_absurd_numbers_are_only_numbers",
    "tests/server/test_messages.py::test_the_longest_message_fits_and_a_larger_body_does_not",
    starred=True,
)


@played(79, "power cut: the files of the store as they stand at any moment")
async def power_cut(stage: Stage) -> None:
    """The server is stopped for the copy, so that all files are of one moment, as on a disk without power."""
    for number in range(6):
        for _ in range(stage.chance.randint(1, 4)):
            await stage.says()
        answered = {row.text for row in await stage.stored()}
        stage.answers()
        stage.server.freeze()
        copy = stage.server.data / f"cut-{number}"
        copy.mkdir()
        for name in (STORE, f"{STORE}-wal"):
            shutil.copy(stage.server.data / name, copy / name)
        stage.server.thaw()
        with closing(sqlite3.connect(copy / STORE)) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = {text for (text,) in store.execute("SELECT content FROM messages")}
        assert answered <= kept, f"answered and gone: {answered - kept}"
        stage.bit(bool(answered))
