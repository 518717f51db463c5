"""The operator's commands: as they are typed, and the server as a process of its own."""

import asyncio
import codecs
import contextlib
import os
import socket
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from tests.server.running import PASSWORD
from tms_tui.server.commands import serve, server_group
from tms_tui.server.keys import WeakKeyError, signing_key
from tms_tui.server.optiontypes import HOP, HOST
from tms_tui.server.settings import password_in


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


def test_the_list_says_who_is_disabled_and_a_name_stays_one_field(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert add_dana(tmp_path).exit_code == 0
    odd = ("--email", "odd@example.com", "--name", "Odd\tname\x1b[2J\nid", "--password-stdin", *data)
    assert run("add-agent", *odd, stdin=f"{PASSWORD}\n").exit_code == 0
    assert run("disable-agent", "--email", "DANA@example.com", *data).exit_code == 0
    dana, other = [line.split("\t") for line in run("list-agents", *data).output.splitlines()]
    assert dana[1:4] == ["agent", "dana@example.com", "Dana"]
    assert dana[4].startswith("disabled since 20")
    assert (len(other), other[2], "\x1b" in other[3]) == (4, "odd@example.com", False)
    assert run("enable-agent", "--email", "dana@example.com", *data).exit_code == 0
    assert "disabled" not in run("list-agents", *data).output


def test_a_role_that_nothing_checks_is_not_offered_and_an_old_one_is_still_listed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    refused = run("add-agent", "--email", "a@b.example", "--name", "A", "--role", "admin", *data)
    assert (refused.exit_code, "--role" in refused.output) == (2, True)
    assert add_dana(tmp_path).exit_code == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "tms-chat.db")) as store, store:
        store.execute("UPDATE agents SET role = 'admin'")
    assert run("list-agents", *data).output.split("\t")[1] == "admin"
    assert run("sign-out", "--email", "dana@example.com", *data).exit_code == 0


def test_each_command_says_what_it_did_and_an_unknown_e_mail_is_said(tmp_path: Path) -> None:
    who, nobody = ("--email", "dana@example.com", "--data", str(tmp_path)), ("--email", "no@b.example")
    assert add_dana(tmp_path).exit_code == 0
    for command, words in (
        ("set-password", "Set the password of dana@example.com; 0 sign-ins ended\n"),
        ("sign-out", "Signed dana@example.com out; 0 sign-ins ended\n"),
        ("disable-agent", "Disabled dana@example.com\n"),
        ("enable-agent", "Enabled dana@example.com\n"),
    ):
        options = ("--password-stdin",) if command == "set-password" else ()
        done = run(command, *options, *who, stdin="another one\n")
        assert (done.exit_code, done.output) == (0, words)
        unknown = run(command, *options, *nobody, *who[2:], stdin="another one\n")
        assert (unknown.exit_code, "no@b.example" in unknown.output) == (1, True)


def test_an_account_is_erased_once_it_is_disabled_and_the_operator_is_sure(tmp_path: Path) -> None:
    who = ("--email", "dana@example.com", "--data", str(tmp_path))
    assert add_dana(tmp_path).exit_code == 0
    refused = run("erase-agent", "--yes", *who)
    assert (refused.exit_code, "disable-agent" in refused.output) == (1, True)
    assert run("disable-agent", *who).exit_code == 0
    assert run("erase-agent", *who, stdin="n\n").exit_code == 1
    assert run("list-agents", *who[2:]).output
    assert run("erase-agent", *who, stdin="y\n").exit_code == 0
    assert run("list-agents", *who[2:]).output == ""


@pytest.mark.parametrize("given", [b"short\n", b"\n", b"          \n", b"not \xff utf-8\n", b"x" * 1001])
def test_an_unfit_password_is_refused_in_words(tmp_path: Path, given: bytes) -> None:
    assert add_dana(tmp_path).exit_code == 0
    who = ("--email", "dana@example.com", "--password-stdin", "--data", str(tmp_path))
    refused = CliRunner().invoke(server_group, ["set-password", *who], input=given)
    assert (refused.exit_code, refused.output.startswith("Error: ")) == (1, True)


def test_a_new_password_is_asked_for_twice_too(tmp_path: Path) -> None:
    assert add_dana(tmp_path).exit_code == 0
    who = ("--email", "dana@example.com", "--data", str(tmp_path))
    asked = run("set-password", *who, stdin="another one\nanother one\n")
    assert (asked.exit_code, "another one" in asked.output) == (0, False)
    differ = run("set-password", *who, stdin="another one\nyet another\n")
    assert differ.exit_code == 1


def test_a_password_is_asked_for_twice_and_never_stored_as_it_is(tmp_path: Path) -> None:
    asked = run(
        *("add-agent", "--email", "bo@example.com", "--name", "Bo", "--data", str(tmp_path)),
        stdin="long enough\nlong enough\n",
    )
    assert asked.exit_code == 0, asked.output
    assert "long enough" not in asked.output
    with contextlib.closing(sqlite3.connect(tmp_path / "tms-chat.db")) as store:
        (stored,) = store.execute("SELECT password_hash FROM agents").fetchone()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


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
    assert (refused.exit_code, "too weak" in refused.output) == (2, True)
    assert "'--signing-key'" in refused.output


def test_what_cannot_be_served_is_said(tmp_path: Path) -> None:
    taken = CliRunner().invoke(serve, ["--host", "192.0.2.1", "--data", str(tmp_path), "--port", "0"])
    assert taken.exit_code == 1
    assert "The server cannot start: 192.0.2.1 port 0: Cannot assign requested address. Choose " in taken.output
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        in_use = CliRunner().invoke(serve, ["--data", str(tmp_path), "--port", str(port)])
    assert f"127.0.0.1 port {port}: Address already in use. Choose another --host or --port." in in_use.output


NONSENSE = [
    ("--host", "TMS_SERVER_HOST", "no.such.host.invalid"),
    ("--host", "TMS_SERVER_HOST", "256.1.1.1"),
    ("--host", "TMS_SERVER_HOST", ""),
    ("--port", "TMS_SERVER_PORT", "70000"),
    ("--port", "TMS_SERVER_PORT", "-1"),
    ("--port", "TMS_SERVER_PORT", "http"),
    ("--database", "TMS_SERVER_DATABASE", "nonsense"),
    ("--database", "TMS_SERVER_DATABASE", "mysql://host/name"),
    ("--database", "TMS_SERVER_DATABASE", "postgresql://user:canary@host/name"),
    ("--bus", "TMS_SERVER_BUS", "carrier-pigeon://loft"),
    ("--bus", "TMS_SERVER_BUS", "redis://"),
    ("--bus", "TMS_SERVER_BUS", "redis://127.0.0.1:70000"),
    ("--bus", "TMS_SERVER_BUS", "redis://:canary@127.0.0.1"),
    ("--origin", "TMS_SERVER_ORIGIN", "nonsense"),
    ("--signing-key", "TMS_SERVER_SIGNING_KEY", "/no/such/key"),
    ("--signing-key", "TMS_SERVER_SIGNING_KEY", "/proc/self/mem"),
    ("--previous-signing-key", "TMS_SERVER_PREVIOUS_SIGNING_KEY", "/dev/null"),
    ("--bus-password-file", "TMS_SERVER_BUS_PASSWORD_FILE", "/"),
    ("--database-password-file", "TMS_SERVER_DATABASE_PASSWORD_FILE", "/no/such/file"),
    ("--trusted-proxy", "TMS_SERVER_TRUSTED_PROXY", "proxy.example"),
    ("--trusted-proxy", "TMS_SERVER_TRUSTED_PROXY", "10.0.0.0/99"),
    ("--drain", "TMS_SERVER_DRAIN", "-1"),
    ("--drain", "TMS_SERVER_DRAIN", "nan"),
    ("--drain", "TMS_SERVER_DRAIN", "inf"),
    ("--max-sockets", "TMS_SERVER_MAX_SOCKETS", "0"),
    ("--tenant", "TMS_SERVER_TENANT", " "),
    ("--data", "TMS_SERVER_DATA", __file__),
]


@pytest.mark.parametrize(("option", "variable", "value"), NONSENSE)
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "in the environment"])
def test_nonsense_is_refused_by_the_name_it_was_given_under(
    tmp_path: Path, option: str, variable: str, value: str, typed: bool
) -> None:
    usual = [] if option == "--data" else ["--data", str(tmp_path)]
    if typed:
        refused = CliRunner().invoke(serve, [*usual, f"{option}={value}"])
    elif value.strip():
        refused = CliRunner().invoke(serve, usual, env={variable: value})
    else:
        return  # an empty variable is none
    assert refused.exit_code == 2, refused.output
    assert f"Invalid value for '{option}' (env var: '{variable}')" in refused.output
    assert "canary" not in refused.output
    assert not any(tmp_path.iterdir())


def test_a_port_file_without_a_folder_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    refused = CliRunner().invoke(serve, ["--data", str(tmp_path), "--port-file", str(tmp_path / "none" / "port")])
    assert (refused.exit_code, "there is no folder" in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("typed", "used"), [("[::1]", "::1"), ("::1", "::1"), ("192.0.2.7", "192.0.2.7"), ("localhost", "localhost")]
)
def test_a_host_is_an_address_or_leads_to_one(typed: str, used: str) -> None:
    assert HOST.convert(typed, None, None) == used


@pytest.mark.parametrize(
    ("typed", "used"), [("10.77.0.7/24", "10.77.0.0/24"), ("::1", "::1"), ("10.0.0.7", "10.0.0.7")]
)
def test_a_trusted_proxy_is_an_address_or_a_network(typed: str, used: str) -> None:
    assert HOP.convert(typed, None, None) == used


@pytest.mark.parametrize("age", ["99999999999999999999d", "36501d", "d", "-1d", "1.5h", "9" * 5000 + "d"])
def test_an_age_beyond_all_reason_is_refused(tmp_path: Path, age: str) -> None:
    refused = run("prune", "--older-than", age, "--data", str(tmp_path))
    assert (refused.exit_code, "'--older-than'" in refused.output) == (2, True)


def test_a_byte_order_mark_is_no_part_of_a_password(tmp_path: Path) -> None:
    marked = codecs.BOM_UTF8 + f"{PASSWORD}\r\n".encode()
    who = ("--email", "dana@example.com", "--name", "Dana", "--password-stdin", "--data", str(tmp_path / "data"))
    added = CliRunner().invoke(server_group, ["add-agent", *who], input=marked)
    assert added.exit_code == 0, added.output
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "tms-chat.db")) as store:
        (stored,) = store.execute("SELECT password_hash FROM agents").fetchone()
    assert PasswordHasher().verify(stored, PASSWORD)
    (tmp_path / "password").write_bytes(marked)
    assert password_in(tmp_path / "password") == PASSWORD
    (tmp_path / "password").write_bytes(PASSWORD.encode("utf-16"))
    with pytest.raises(ValueError, match="is not UTF-8 text"):
        password_in(tmp_path / "password")


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
