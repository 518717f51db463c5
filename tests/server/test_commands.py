"""The operator's commands: as they are typed, and the server as a process of its own."""

import asyncio
import contextlib
import os
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from tests.server.running import PASSWORD
from tms_tui.server.commands import serve, server_group
from tms_tui.server.keys import WeakKeyError, signing_key


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(server_group, list(arguments), input=stdin)


def add_dana(data: Path, password: str = PASSWORD) -> Result:
    who = ("--email", "Dana@example.com", "--name", "Dana")
    return run("add-agent", *who, "--password-stdin", "--data", str(data), stdin=f"{password}\n")


def test_agents_are_added_once_and_listed(tmp_path: Path) -> None:
    assert add_dana(tmp_path).exit_code == 0
    listed = run("list-agents", "--data", str(tmp_path))
    assert listed.output.split("\t")[1:] == ["agent", "dana@example.com", "Dana\n"]
    again = add_dana(tmp_path)
    assert (again.exit_code, "already" in again.output) == (1, True)


def test_a_password_is_asked_for_twice_and_never_stored_as_it_is(tmp_path: Path) -> None:
    asked = run(
        *("add-agent", "--email", "bo@example.com", "--name", "Bo", "--data", str(tmp_path)),
        stdin="long enough\nlong enough\n",
    )
    assert asked.exit_code == 0, asked.output
    assert "long enough" not in asked.output
    with contextlib.closing(sqlite3.connect(tmp_path / "tms-chat.db")) as store:
        (stored,) = store.execute("SELECT password_hash FROM agents").fetchone()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(("password", "word"), [("short", "8"), ("", "8")])
def test_a_weak_password_is_refused(tmp_path: Path, password: str, word: str) -> None:
    refused = add_dana(tmp_path, password)
    assert (refused.exit_code, word in refused.output) == (1, True)


def test_canned_texts_are_kept(tmp_path: Path) -> None:
    text = ("--shortcut", "hi", "--title", "Hello", "--content", "Hello {{customer.name}}")
    assert run("add-canned", *text, "--data", str(tmp_path)).exit_code == 0
    blank = run("add-canned", *text[:-1], " ", "--data", str(tmp_path))
    assert blank.exit_code == 1


def test_the_signing_key_is_its_owners_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    key = signing_key(data, None)
    assert len(key) >= 32
    assert signing_key(data, None) == key
    assert stat.S_IMODE((data / "signing.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    own = tmp_path / "own.key"
    own.write_bytes(os.urandom(32))
    assert signing_key(data, own) == own.read_bytes()


@pytest.mark.parametrize("weak", [b"", b"x" * 64, bytes(range(31))], ids=["empty", "one byte", "short"])
def test_a_weak_signing_key_stops_the_start(tmp_path: Path, weak: bytes) -> None:
    file = tmp_path / "weak.key"
    file.write_bytes(weak)
    with pytest.raises(WeakKeyError):
        signing_key(tmp_path, file)
    refused = CliRunner().invoke(serve, ["--signing-key", str(file), "--data", str(tmp_path), "--port", "0"])
    assert (refused.exit_code, "too weak" in refused.output) == (1, True)


def test_what_cannot_be_served_is_said(tmp_path: Path) -> None:
    unknown = CliRunner().invoke(serve, ["--bus", "carrier-pigeon://loft", "--data", str(tmp_path), "--port", "0"])
    assert (unknown.exit_code, "carrier-pigeon" in unknown.output) == (1, True)
    taken = CliRunner().invoke(serve, ["--host", "192.0.2.1", "--data", str(tmp_path), "--port", "0"])
    assert (taken.exit_code, "cannot start" in taken.output) == (1, True)


@contextlib.asynccontextmanager
async def serving(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    port_file = data / "port"
    options = ("serve", "--data", str(data), "--port", "0", "--port-file", str(port_file))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tms_tui", *options, stderr=asyncio.subprocess.PIPE
    )
    try:
        assert child.stderr is not None
        while b"Serving on" not in (line := await asyncio.wait_for(child.stderr.readline(), 60)):
            assert line, "the server ended"
        yield child, int(port_file.read_text())
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended as it should
            child.kill()
        await child.communicate()


async def test_serve_answers_and_ends_well_on_a_signal(tmp_path: Path) -> None:
    async with serving(tmp_path) as (child, port):
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
        child.terminate()
        async with asyncio.timeout(60):
            await child.wait()
        assert child.returncode == 0
