"""Full, closed and abandoned streams: what was done stays done, what could not be said is one line, nothing crashes."""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.plain.test_verbs import Ended
from tests.plain.test_verbs import run as plainly
from tests.server.running import PASSWORD, RunningServer, running_server
from tests.terminal.pty_driver import clean_environment

ROOT = Path(__file__).parent.parent
TMS_CHAT = (sys.executable, "-m", "tms_tui")
NOTHING_SAID = ">/dev/full 2>/dev/full"


async def shell(home: Path, *arguments: str, streams: str, given: str = "", program: Sequence[str] = TMS_CHAT) -> Ended:
    """The program under a shell that redirects its streams."""
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", f'exec "$@" {streams}', "sh", *program, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(home, PYTHONPATH=str(ROOT)),
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    assert b"Traceback" not in err
    return Ended(process.returncode, out.decode(), err.decode())


async def verb(server: RunningServer, home: Path, *arguments: str, streams: str) -> Ended:
    """A verb as Dana."""
    who = ("--password-stdin", "--server", server.url, "--email", "dana@example.com")
    return await shell(home, *arguments, *who, streams=streams, given=f"{PASSWORD}\n")


@pytest.mark.parametrize(
    ("arguments", "shows"),
    [
        ("send {id} 'said once'", "said once"),
        ("note {id} 'among us'", "among us"),
        ("assign {id} me", "held by you"),
        ("resolve {id}", "resolved"),
        ("pending {id}", "pending"),
        ("reopen {id}", "active"),
        ("availability busy", ""),
    ],
)
async def test_what_was_done_is_done_though_nothing_can_be_said(tmp_path: Path, arguments: str, shows: str) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        if arguments.startswith("reopen"):
            await plainly(server, tmp_path, "resolve", customer.session_id)
        words = shlex.split(arguments.replace("{id}", customer.session_id))
        assert await verb(server, tmp_path, *words, streams=NOTHING_SAID) == Ended(0, "", "")
        shown = await plainly(server, tmp_path, "show", customer.session_id)
        assert shows in shown.out


@pytest.mark.parametrize("streams", ["2>/dev/full", "2>&-", ">/dev/full", ">&-", ">&- 2>&-", "<&0 >&- 2>/dev/full"])
async def test_a_send_is_sent_once_whatever_its_streams(tmp_path: Path, streams: str) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        sent = await verb(server, tmp_path, "send", customer.session_id, "said once", streams=streams)
        assert (sent.code, sent.out) == (0, "")
        assert (await plainly(server, tmp_path, "show", customer.session_id)).out.count("said once") == 1


@pytest.mark.parametrize(
    ("streams", "why"), [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")]
)
async def test_a_list_that_cannot_be_written_is_not_done_and_says_why(tmp_path: Path, streams: str, why: str) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        await server.visitor(name="Jonas")
        listed = await verb(server, tmp_path, "ls", streams=streams)
        assert listed == Ended(1, "", f"Standard output takes nothing: {why}.\n")


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("config", "show"), ("keys",), ("server", "openapi")]
)
async def test_what_every_command_prints_is_one_line_when_the_disk_is_full(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    said = await shell(tmp_path, *arguments, streams=">/dev/full")
    assert said == Ended(1, "", "Standard output takes nothing: No space left on device.\n")


async def test_whoever_stops_reading_is_told_nothing(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = await asyncio.create_subprocess_exec(
        *(*TMS_CHAT, "keys"),
        stdout=writer,
        stderr=subprocess.PIPE,
        env=clean_environment(tmp_path, PYTHONPATH=str(ROOT)),
    )
    os.close(writer)
    async with asyncio.timeout(60):
        assert (await process.communicate())[1] == b""
    assert process.returncode == 128 + signal.SIGPIPE


async def test_a_closed_standard_input_holds_no_password(tmp_path: Path) -> None:
    who = ("--password-stdin", "--server", "http://127.0.0.1:9", "--email", "dana@example.com")
    said = await shell(tmp_path, *who, "ls", streams="<&-")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("Not signed in: ")


async def test_an_agent_who_was_added_is_added_though_it_cannot_be_said(tmp_path: Path) -> None:
    who = ("--email", "dana@example.com", "--name", "Dana", "--password-stdin", "--data", str(tmp_path / "data"))
    added = await shell(tmp_path, "server", "add-agent", *who, streams=">/dev/full", given=f"{PASSWORD}\n")
    assert (added.code, added.err.startswith("Added Dana")) == (0, True)
    begun = await shell(tmp_path, "config", "init", streams=">/dev/full")
    assert (begun.code, begun.err.startswith("Wrote ")) == (0, True)


async def test_an_answer_that_standard_input_does_not_hold_is_no_interruption(tmp_path: Path) -> None:
    erased = await shell(tmp_path, "server", "erase-customer", "--email", "x@example.com", streams="</dev/null")
    assert (erased.code, erased.err.splitlines()[-1]) == (
        1,
        "Not done: standard input ends where an answer is asked for.",
    )


def planted(place: str, name: str) -> tuple[str, ...]:
    """The program with a fault of its own in one function."""
    fault = f"import {place} as place; place.{name} = lambda *_, **__: 1 / len(())"
    return (sys.executable, "-c", f"{fault}; from tms_tui.__main__ import main; main()")


async def test_a_crash_is_one_line_and_never_ends_with_0(tmp_path: Path) -> None:
    crashed = await shell(tmp_path, "keys", program=planted("tms_tui.cli", "run"), streams="")
    assert (crashed.code, crashed.out) == (1, "")
    assert crashed.err.startswith("tms-chat stopped by a fault of its own (ZeroDivisionError at ")
    assert crashed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "name"), [("tms_tui.plain.posting", "_told_fate"), ("tms_tui.assembly", "_sign_out")]
)
async def test_a_crash_after_the_deed_does_not_say_that_it_was_not_done(tmp_path: Path, place: str, name: str) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        words = ("send", customer.session_id, "said once", "--password-stdin")
        who = ("--server", server.url, "--email", "dana@example.com")
        sent = await shell(tmp_path, *words, *who, streams="", given=f"{PASSWORD}\n", program=planted(place, name))
        assert sent.code == 6
        assert "a fault of its own (ZeroDivisionError" in sent.err
        assert (await plainly(server, tmp_path, "show", customer.session_id)).out.count("said once") == 1
