"""The verbs as processes against the real server: what they print, what they say, how they end."""

import asyncio
import json
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.plain.piped import ROOT
from tests.server.running import PASSWORD, RunningServer, running_server
from tests.terminal.pty_driver import Terminal, clean_environment
from tms_tui.server import admin


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@asynccontextmanager
async def verb(
    server: RunningServer, home: Path, *arguments: str | bytes, password: bytes = f"{PASSWORD}\n".encode()
) -> AsyncIterator[asyncio.subprocess.Process]:
    """One verb as Dana, its password on standard input."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tms_tui", *arguments, "--password-stdin"),
        *("--server", server.url, "--email", "dana@example.com"),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=clean_environment(home, PYTHONPATH=str(ROOT)),
    )
    assert process.stdin is not None
    process.stdin.write(password)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def run(server: RunningServer, home: Path, *arguments: str | bytes, given: str | bytes = "") -> Ended:
    async with verb(server, home, *arguments) as process, asyncio.timeout(60):
        out, err = await process.communicate(given.encode() if isinstance(given, str) else given)
        assert process.returncode is not None
        assert "Traceback" not in err.decode()
        return Ended(process.returncode, out.decode(), err.decode())


async def heard(process: asyncio.subprocess.Process, kind: str) -> dict[str, Any]:
    """Read JSON lines until one of a kind."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := await process.stdout.readline():
            found: dict[str, Any] = json.loads(line)
            if found["type"] == kind:
                return found
    raise AssertionError(f"no {kind} was heard")


async def test_following_goes_on_after_the_cursor_of_the_last_line_and_misses_nothing(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        async with verb(server, tmp_path, "follow", "--json") as process:
            await heard(process, "following")
            await customer.says("one \x1b[31m")
            one = await heard(process, "message")
            assert "\x1b" not in one["text"]
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 128 + signal.SIGTERM
        for words in ("two", "three"):
            await customer.says(words)
        async with verb(server, tmp_path, "follow", "--json", "--after", one["cursor"]) as process:
            texts = [(await heard(process, "message"))["text"] for _ in range(2)]
            await customer.says("four")
            texts.append((await heard(process, "message"))["text"])
        assert texts == ["two", "three", "four"]


async def test_following_after_a_cursor_of_another_log_says_so_and_goes_on(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("one")
        foreign = "2.00000000"  # a place that there is, of a log that this one is not
        async with verb(server, tmp_path, "follow", "--json", "--after", foreign) as process:
            missed = await heard(process, "missed")
            await customer.says("two")
            two = await heard(process, "message")
        assert two["text"] == "two"
        async with verb(server, tmp_path, "follow", "--json", "--after", missed["cursor"]) as process:
            assert (await heard(process, "message"))["text"] == "two"


async def test_following_in_words_is_clean(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        async with verb(server, tmp_path, "follow") as process, asyncio.timeout(60):
            assert process.stdout is not None
            assert (await process.stdout.readline()).startswith(b"connection: ")
            await customer.says("hello \x1b]0;pwned\x07")
            while not (line := await process.stdout.readline()).startswith(b"Jonas, customer Jonas: hello"):
                assert line
            assert b"\x1b" not in line


async def test_what_a_colleague_answered_meanwhile_holds_a_send_back(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        eva = await server.sign_in("Eva")
        customer = await server.visitor(name="Jonas")
        seq = (await customer.says("hello"))["seq"]
        body = {"content": "I do it", "client_message_id": "11111111-1111-4111-8111-111111111111"}
        (await eva.http.post(f"/v1/chat/sessions/{customer.session_id}/messages", json=body)).raise_for_status()
        held = await run(server, tmp_path, "send", customer.session_id, "me too", "--if-last", str(seq))
        assert (held.code, held.out) == (5, "")
        assert held.err.startswith("Not sent: a colleague answered")
        sent = await run(server, tmp_path, "send", customer.session_id, "me too")
        assert (sent.code, sent.err) == (0, "sent\n")


async def test_a_send_waits_for_the_store_and_says_when_there_was_none(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        done = await run(server, tmp_path, "resolve", customer.session_id[:8])
        undo = f"undo: tms-chat reopen {customer.session_id}"
        assert (done.code, done.err) == (0, f"Jonas: held by nobody, resolved\n{undo}\n")
        again = await run(server, tmp_path, "resolve", customer.session_id)
        assert (again.code, again.err) == (0, "Jonas is resolved already.\n")
        refused = await run(server, tmp_path, "send", customer.session_id, "one more")
        assert (refused.code, refused.err) == (1, "Not sent: the conversation is resolved.\n")


async def test_a_send_whose_answer_is_not_waited_for_has_an_exit_code_that_says_look(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        left = await run(server, tmp_path, "send", customer.session_id, "hello", "--within", "0")
        assert (left.code, left.out) == (6, "")
        assert left.err.startswith("Not known whether it was sent: the server did not answer in time. Look with")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "no-such-id"), 4, "There is no conversation no-such-id."),
        (("assign", "{id}", "Nobody Known"), 4, "No colleague is called Nobody Known."),
        (("assign", "{id}", ""), 2, "No colleague is named."),
        (("assign", "{id}", ","), 4, "No colleague is called ,"),
        (("assign", "{id}", "Dana", "--held-by", ""), 2, "No colleague is named."),
        (("send", "{id}", "  "), 2, "Not sent: there is no text."),
        (("send", "{id}", "hello", "--canned", "hello"), 2, "Give TEXT or --canned, not both."),
        (("send", "{id}", "--canned", "nothing"), 4, "There is no canned response nothing."),
        (("pending", "{id}", "yesterday"), 2, "yesterday is no time to come."),
        (("pending", "{id}", "2020-01-01T00:00:00Z"), 2, "2020-01-01T00:00:00Z is no time to come."),
        (("next",), 1, "Nothing waits for you."),
        (("ls", "everything"), 2, "is not one of 'all', 'mine', 'unassigned', 'ended'"),
    ],
)
async def test_what_cannot_be_done_has_its_own_exit_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        ended = await run(server, tmp_path, *(each.replace("{id}", customer.session_id) for each in arguments))
        assert (ended.code, ended.out) == (code, "")
        assert words in ended.err


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (("send", "{id}"), b"caf\xe9", "standard input is not UTF-8 text"),
        (("send", "{id}", b"caf\xe9"), b"", "this is not UTF-8 text"),
        (("note", "{id}", b"caf\xe9"), b"", "this is not UTF-8 text"),
        (("assign", "{id}", "me", "--note", b"caf\xe9"), b"", "this is not UTF-8 text"),
        (("follow", "--after", b"\xe9"), b"", "this is not UTF-8 text"),
        (("pending", "{id}", "9999-12-31T23:59:59+00:00"), b"", "9999-12-31T23:59:59+00:00 is no time to come."),
    ],
)
async def test_what_is_no_text_or_no_time_is_refused_and_nothing_is_done(
    tmp_path: Path, arguments: tuple[str | bytes, ...], given: bytes, words: str
) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        ended = await run(server, tmp_path, *(_filled(each, customer.session_id) for each in arguments), given=given)
        assert (ended.code, ended.out) == (2, "")
        assert words in ended.err
        [shown] = (await run(server, tmp_path, "ls")).out.splitlines()
        assert "held by nobody, active" in shown


def _filled(argument: str | bytes, session: str) -> str | bytes:
    return argument.replace("{id}", session) if isinstance(argument, str) else argument


async def test_a_byte_order_mark_is_no_part_of_the_password_or_the_text(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        given = b"\xef\xbb\xbf" + f"{PASSWORD}\r\n".encode() + b"\xef\xbb\xbfhello\r\n"
        async with verb(server, tmp_path, "send", customer.session_id, password=b"") as process:
            _, err = await process.communicate(given)
        assert (process.returncode, err) == (0, b"sent\n")
        shown = await run(server, tmp_path, "show", customer.session_id, "--json")
        assert [json.loads(line).get("text") for line in shown.out.splitlines()][-1] == "hello"


async def test_a_password_that_is_no_text_is_said(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        async with verb(server, tmp_path, "ls", password=b"caf\xe9\n") as process:
            out, err = await process.communicate()
        assert (process.returncode, out) == (2, b"")
        assert err == b"No password: the first line of standard input is not UTF-8 text.\n"


async def test_lists_are_filtered_and_searched(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        jonas, mia = await server.visitor(name="Jonas"), await server.visitor(name="Mia")
        await mia.says("where is my parcel?")
        assert (await run(server, tmp_path, "assign", jonas.session_id, "me")).code == 0
        mine = await run(server, tmp_path, "ls", "mine")
        assert mine.out.startswith(f"{jonas.session_id}  Jonas, held by you")
        found = await run(server, tmp_path, "search", "parcel", "--json")
        [hit] = [json.loads(line) for line in found.out.splitlines()]
        assert (hit["conversation"], hit["unread"], hit["customer"]["name"]) == (mia.session_id, 1, "Mia")


async def test_a_search_and_a_search_in_one_conversation_go_by_one_folding(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        mia = await server.visitor(name="Mia")
        await mia.says("die L\u00d6SUNG der cafe\u0301-Frage")
        for words in ("l\u00f6sung", "CAF\u00c9"):
            found = await run(server, tmp_path, "search", words, "--json")
            within = await run(server, tmp_path, "search", words, "--in", mia.session_id, "--json")
            assert [json.loads(line)["conversation"] for line in found.out.splitlines()] == [mia.session_id], words
            assert len(within.out.splitlines()) == 1, words


async def test_no_canned_responses_are_said_to_be_none(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        none = await run(server, tmp_path, "canned")
        assert (none.code, none.out, none.err) == (0, "", "There are no canned responses.\n")


async def test_a_canned_response_is_sent_filled_and_refused_with_what_it_lacks(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        ask = "To {{customer.email}}"
        await admin.add_canned(server.settings, shortcut="mail", title="By e-mail", content=ask)
        own = tmp_path / "own.toml"
        own.write_text('[[canned]]\nshortcut = "bye"\ncontent = "Bye {{customer.name}}"\n')
        lacking = await run(server, tmp_path, "send", customer.session_id, "--canned", "mail")
        assert (lacking.code, lacking.out) == (2, "")
        assert lacking.err.startswith("Not sent: {{customer.email}} is not filled in.")
        sent = await run(server, tmp_path, "send", customer.session_id, "--canned", "/bye", "--config", str(own))
        assert (sent.code, sent.err) == (0, "sent: Bye Jonas\n")
        known = await run(server, tmp_path, "canned", "--json", "--config", str(own))
        assert [json.loads(line)["shortcut"] for line in known.out.splitlines()] == ["bye", "mail"]


async def test_what_looks_like_a_placeholder_is_sent_in_own_words_and_in_a_customers_name(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="{{agent.name}}")
        await admin.add_canned(server.settings, shortcut="hi", title="Hi", content="Hello {{customer.name}}")
        own = "Write: Hello {{ user.first_name }}, {{customer.email}}"
        typed = await run(server, tmp_path, "send", customer.session_id, own)
        assert (typed.code, typed.err) == (0, "sent\n")
        noted = await run(server, tmp_path, "note", customer.session_id, "asks about {{order.id}}")
        assert (noted.code, noted.err) == (0, "sent\n")
        canned = await run(server, tmp_path, "send", customer.session_id, "--canned", "hi")
        assert (canned.code, canned.err) == (0, "sent: Hello {{agent.name}}\n")
        stored = (await customer.http.get("/v1/visitor/messages")).json()["messages"]
        assert [one["content"] for one in stored if one["author_type"] == "agent"] == [own, "Hello {{agent.name}}"]


async def test_an_assignment_is_not_taken_back_from_whoever_took_it_meanwhile(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        eva, li = await server.sign_in("Eva"), await server.add_agent("Li")
        customer = await server.visitor(name="Jonas")
        given = await run(server, tmp_path, "assign", customer.session_id, "eva")
        command = given.err.splitlines()[-1].removeprefix("undo: tms-chat ")
        taken = {"agent_id": li.id, "expected_agent_id": eva.user.id}
        (await eva.http.post(f"/v1/chat/sessions/{customer.session_id}/assign", json=taken)).raise_for_status()
        late = await run(server, tmp_path, *shlex.split(command))
        assert (late.code, late.err) == (5, "Not assigned. Jonas: held by Li, active\n")


async def test_the_way_back_to_pending_keeps_until_when(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        aside = await run(server, tmp_path, "pending", customer.session_id, "2h")
        assert aside.err.startswith("Jonas: held by nobody, pending until ")
        [line] = (await run(server, tmp_path, "ls", "--json")).out.splitlines()
        until = json.loads(line)["pending_until"]
        resolved = await run(server, tmp_path, "resolve", customer.session_id)
        command = resolved.err.splitlines()[-1].removeprefix("undo: tms-chat ")
        back = await run(server, tmp_path, *shlex.split(command))
        assert (back.code, back.err.splitlines()[0]) == (0, aside.err.splitlines()[0])
        [line] = (await run(server, tmp_path, "ls", "--json")).out.splitlines()
        assert json.loads(line)["pending_until"] == until


async def test_all_of_a_long_conversation_is_shown_and_nothing_is_marked_read(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        jonas = await server.visitor(name="Jonas")
        for number in range(60):
            await jonas.says(f"line {number}")
        shown = await run(server, tmp_path, "show", jonas.session_id, "--json", "--all")
        texts = [json.loads(line).get("text") for line in shown.out.splitlines()]
        assert [text for text in texts if text and text.startswith("line")] == [f"line {n}" for n in range(60)]
        listed = await run(server, tmp_path, "ls", "--json")
        assert json.loads(listed.out)["unread"] == 60


async def test_without_a_sign_in_nothing_is_done(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana", password="another password")
        ended = await run(server, tmp_path, "ls")
        assert (ended.code, ended.out) == (3, "")
        assert ended.err.startswith("Not signed in: the server did not accept")


async def test_a_verb_at_a_terminal_asks_for_the_password_unseen(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        await server.visitor(name="Jonas")
        arguments = ("ls", "--server", server.url, "--email", "dana@example.com")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT))
        with Terminal([sys.executable, "-m", "tms_tui", *arguments], env=env) as terminal:
            await asyncio.to_thread(terminal.wait_for, "Password of")
            terminal.send(f"{PASSWORD}\n")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert b"Jonas, held by nobody" in terminal.output
            assert b"\x1b" not in terminal.output
            assert PASSWORD.encode() not in terminal.output


async def test_a_customer_is_blocked_shown_and_let_in_again_by_what_each_verb_names(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas", email="jonas@example.com")
        await customer.says("one")
        asked = ("block", customer.session_id, "--scope", "customer", "--reason", "spam", "--until", "7d")
        blocked = await run(server, tmp_path, *asked)
        assert (blocked.code, blocked.err.splitlines()[0]) == (0, "Jonas: held by nobody, active, blocked")
        assert (await customer.http.get("/v1/visitor/messages")).status_code == 403
        shown = await run(server, tmp_path, "show", customer.session_id)
        assert "blocked: the customer, until " in shown.out
        assert shown.out.split("by you: ")[1].startswith("spam")
        back = undo_of(blocked)
        assert back == ["unblock", customer.session_id, "--scope", "customer"]
        lifted = await run(server, tmp_path, *back)
        assert (lifted.code, lifted.err.splitlines()[0]) == (0, "Jonas: held by nobody, active")
        await customer.says("two")
        again = undo_of(lifted)
        assert again[:6] == ["block", customer.session_id, "--scope", "customer", "--reason", "spam"]
        too_long = await run(server, tmp_path, "block", customer.session_id, "--scope", "address", "--until", "8d")
        assert too_long.code == 1
        assert "7 days at most" in too_long.err


def undo_of(ended: Ended) -> list[str]:
    """The arguments of the command that a verb says takes it back."""
    [line] = [one for one in ended.err.splitlines() if one.startswith("undo: tms-chat ")]
    return shlex.split(line.removeprefix("undo: tms-chat "))
