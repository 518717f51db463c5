"""The line face as a real process against the real server: by a pipe, and at a terminal."""

import asyncio
import sys
from pathlib import Path

from tests.plain.piped import ROOT, plain
from tests.server.running import PASSWORD, RunningServer, running_server
from tests.terminal.pty_driver import Terminal, clean_environment
from tms_tui.server import admin
from tms_tui.server.settings import ServerSettings

ANOTHER = "another battery horse"


async def test_a_customer_is_answered_by_a_pipe_without_one_escape(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas \x1b[31mred")
        await customer.says("my card was refused \x1b]0;pwned\x07 \x9b31m")
        async with plain(server.url, tmp_path) as face:
            assert (await face.hears("tms-chat")).startswith("tms-chat, line face")
            face.type("list")
            assert "waits" in await face.hears("1. Jonas")
            face.type("open 1")
            assert (await face.hears("my card was refused")).startswith("customer Jonas")
            face.type("sorry to hear that")
            await face.hears("sent: sorry to hear that")
            await customer.says("thanks")
            assert (await face.hears("thanks")).startswith("customer Jonas")
            assert await face.ends() == 0
        answer = await customer.http.get("/v1/visitor/messages")
        assert [each["content"] for each in answer.json()["messages"]][1:] == ["sorry to hear that", "thanks"]
        assert b"\x1b" not in face.heard
        assert all(character.isprintable() or character == "\n" for character in face.heard.decode())


async def test_a_script_given_whole_is_done_in_order_and_waits_for_its_answers(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        async with plain(server.url, tmp_path) as face:
            for line in ("open 1", "first", "second", "/note only us", "/resolve"):
                face.type(line)
            assert await face.ends() == 0
        answer = await customer.http.get("/v1/visitor/messages")
        texts = [each["content"] for each in answer.json()["messages"] if each["message_type"] == "text"]
        assert texts == ["hello", "first", "second"]


async def test_what_the_site_told_of_a_customer_is_there_once_the_conversation_is_open(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        await (await server.visitor(name="Jonas", info={"plan": "gold"})).says("hello")
        async with plain(server.url, tmp_path) as face:
            for line in ("open 1", "/about"):
                face.type(line)
            assert await face.ends() == 0
        assert "plan gold" in face.heard.decode()


NOT_UTF8 = "this is not UTF-8 text. Set the terminal to UTF-8."


async def test_a_line_of_a_script_that_is_no_utf_8_is_neither_sent_nor_drafted(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        async with plain(server.url, tmp_path) as face:
            refused = ("gr\u00fcn".encode("latin-1"), b"/draft gr\xfcn", b"/note gr\xfcn", b"/tags gr\xfcn")
            for line in ("open 1", *refused, "/send", "a real \ufffd"):
                face.type(line)
            assert await face.ends() == 1
        assert face.heard.decode().count(f"Not sent: {NOT_UTF8}") == len(refused)
        assert b"There is no draft." in face.heard
        answer = await customer.http.get("/v1/visitor/messages")
        assert [each["content"] for each in answer.json()["messages"]] == ["hello", "a real \ufffd"]


async def test_a_password_that_is_no_utf_8_changes_nothing_and_its_lines_are_no_commands(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        async with plain(server.url, tmp_path) as face:
            for line in ("/password", PASSWORD, b"another gr\xfcn horse", b"another gr\xfcn horse"):
                face.type(line)
            await face.hears(f"Not changed: {NOT_UTF8}")
            assert await face.ends() == 0
        assert await signs_in(server, PASSWORD)


async def test_a_line_of_a_latin_1_terminal_is_not_sent_and_typed_again_it_is(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        arguments = ("plain", "--server", server.url, "--email", "dana@example.com")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT))
        with Terminal([sys.executable, "-m", "tms_tui", *arguments], env=env, rows=40) as terminal:

            async def hears(words: str) -> None:
                await asyncio.to_thread(terminal.wait_for, words)

            await hears("Password of")
            terminal.send(f"{PASSWORD}\n")
            await hears("connection: Live")
            terminal.send("open 1\r")
            await hears("customer Jonas: hello")
            terminal.send(b"gr\xfcn\r")
            await hears(f"Not sent: {NOT_UTF8}")
            terminal.send("gr\u00fcn\r")
            await hears("sent: gr\u00fcn")
            terminal.send("/quit\r")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
        answer = await customer.http.get("/v1/visitor/messages")
        assert [each["content"] for each in answer.json()["messages"]] == ["hello", "gr\u00fcn"]


async def test_a_wrong_password_is_one_sentence(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana", password="another password")
        async with plain(server.url, tmp_path) as face:
            assert await face.ends() == 1
        assert b"Not signed in: the server did not accept the e-mail or the password." in face.heard
        assert b"Traceback" not in face.heard


async def test_at_a_terminal_what_arrives_waits_while_a_line_is_typed(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        arguments = ("plain", "--server", server.url, "--email", "dana@example.com")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT))
        with Terminal([sys.executable, "-m", "tms_tui", *arguments], env=env, rows=40) as terminal:
            await asyncio.to_thread(terminal.wait_for, "Password of")
            terminal.send(f"{PASSWORD}\n")
            await asyncio.to_thread(terminal.wait_for, "connection: Live")
            terminal.send("open 1\r")
            await asyncio.to_thread(terminal.wait_for, "customer Jonas: hello")
            terminal.send("half a li")
            await asyncio.to_thread(terminal.wait_for, "half a li")
            await customer.says("are you there?")
            await asyncio.to_thread(terminal.settle, 0.5)
            assert "are you there?" not in terminal.screen.text()
            terminal.send("ne\r")
            await asyncio.to_thread(terminal.wait_for, "customer Jonas: are you there?")
            await asyncio.to_thread(terminal.wait_for, "sent: half a line")
            terminal.send("/quit\r")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert b"\x1b" not in terminal.output
            assert PASSWORD.encode() not in terminal.output


async def lose_signing_key(data: Path) -> None:
    """No token is good any more once the server is started again."""
    (data / "signing.key").unlink()
    await admin.forget_signing_key(ServerSettings(data=data))


async def test_when_the_sign_in_ends_the_password_is_asked_unseen_and_the_queue_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running_server(data) as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        arguments = ("plain", "--server", server.url, "--email", "dana@example.com")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT))
        with Terminal([sys.executable, "-m", "tms_tui", *arguments], env=env, rows=60, cols=160) as terminal:

            async def hears(words: str) -> None:
                await asyncio.to_thread(terminal.wait_for, words)

            await hears("Password of")
            terminal.send(f"{PASSWORD}\n")
            await hears("connection: Live")
            terminal.send("open 1\r/draft kept draft\r")
            await hears("/send sends it.")
            await server.stop()
            await hears("The line broke.")
            terminal.send("written while away\r")
            await lose_signing_key(data)
            await server.start()
            await hears("signed out: the server no longer accepts this sign-in")
            await hears("not shown (nothing: leave)")
            terminal.send("canary-8213\rcanary-typed-ahead\r")
            await hears("did not accept the e-mail or the password")
            terminal.send(f"{PASSWORD}\r")
            await hears("Signed in again.")
            await hears("sent: written while away")
            terminal.send("/send\r")
            await hears("sent: kept draft")
            eva = await server.sign_in("Eva")
            answer = await eva.http.get(f"/v1/chat/sessions/{customer.session_id}/messages")
            texts = [each["content"] for each in answer.json()["messages"] if each["message_type"] == "text"]
            assert texts == ["hello", "written while away", "kept draft"]
            terminal.send("/quit\r")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert b"\x1b" not in terminal.output
            assert PASSWORD.encode() not in terminal.output
            assert b"canary" not in terminal.output


async def test_a_script_changes_the_password_with_its_next_three_lines(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        async with plain(server.url, tmp_path) as face:
            for line in ("open 1", "/password", "", ANOTHER, ANOTHER):
                face.type(line)
            await face.hears("Not changed: the current password is missing.")
            for line in ("/password", "a guess", ANOTHER, ANOTHER):
                face.type(line)
            await face.hears("Not changed: the current password is not right.")
            for line in ("/password", PASSWORD, ANOTHER, ANOTHER, "and a reply"):
                face.type(line)
            await face.hears("The password is changed.")
            assert await face.ends() == 0
        assert ANOTHER.encode() not in face.heard
        assert await signs_in(server, ANOTHER)
        assert not await signs_in(server, PASSWORD)
        answer = await customer.http.get("/v1/visitor/messages")
        assert [each["content"] for each in answer.json()["messages"]] == ["hello", "and a reply"]


async def signs_in(server: RunningServer, password: str) -> bool:
    body = {"email": "dana@example.com", "password": password}
    return (await server.client().post("/v1/auth/login", json=body)).status_code == 200


async def test_at_a_terminal_the_passwords_are_asked_for_and_never_shown_nor_sent(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        customer = await server.visitor(name="Jonas")
        await customer.says("hello")
        arguments = ("plain", "--server", server.url, "--email", "dana@example.com")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT))
        with Terminal([sys.executable, "-m", "tms_tui", *arguments], env=env, rows=60, cols=160) as terminal:

            async def hears(words: str) -> None:
                await asyncio.to_thread(terminal.wait_for, words)

            await hears("Password of")
            terminal.send(f"{PASSWORD}\n")
            await hears("connection: Live")
            terminal.send("open 1\r")
            await hears("customer Jonas: hello")
            terminal.send("/password\r")
            await hears("Current password, not shown")
            terminal.send("\r")
            await hears("Not changed: nothing was typed.")
            terminal.send("/password\r")
            for prompt, answer in (("Current", PASSWORD), ("New password,", ANOTHER), ("again", ANOTHER)):
                await hears(prompt)
                terminal.send(f"{answer}\r")
            await hears("The password is changed.")
            assert await signs_in(server, ANOTHER)
            terminal.send(f"/who\r/password\r{ANOTHER}\rthird-canary\rthird-canary\r")  # typed ahead of every question
            await asyncio.to_thread(terminal.wait_until, lambda screen: screen.text().count("is changed.") == 2)
            assert await signs_in(server, "third-canary")
            terminal.send("a reply\r")
            await hears("sent: a reply")
            terminal.send("/quit\r")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert not [one for one in (PASSWORD, ANOTHER, "canary") if one.encode() in terminal.output]
        answered = await customer.http.get("/v1/visitor/messages")
        assert [each["content"] for each in answered.json()["messages"]] == ["hello", "a reply"]


async def test_the_first_run_asks_for_what_is_missing_and_remembers_it(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        env = clean_environment(tmp_path, PYTHONPATH=str(ROOT), ACCESSIBLE="1")
        with Terminal([sys.executable, "-m", "tms_tui"], env=env, rows=60, cols=160) as terminal:

            async def answers(words: str, typed: str) -> None:
                await asyncio.to_thread(terminal.wait_for, words)
                terminal.send(f"{typed}\r")

            await answers("Server, like https://", "http://chat.example.com")
            await answers("is not encrypted", server.url)
            await answers("E-mail address", "dana")
            await answers("dana is not an e-mail address", "dana@example.com")
            await answers("Password of dana@example.com", "wrong")
            await answers("did not accept", PASSWORD)
            await answers("are remembered in", "/quit")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert b"\x1b" not in terminal.output
        with Terminal([sys.executable, "-m", "tms_tui"], env=env, rows=60, cols=160) as terminal:
            await answers("Password of dana@example.com", PASSWORD)
            await answers("connection: Live", "/quit")
            assert await asyncio.to_thread(terminal.wait_exit) == 0
            assert b"Server, like" not in terminal.output


async def test_the_first_run_offers_the_demo(tmp_path: Path) -> None:
    env = clean_environment(tmp_path, PYTHONPATH=str(ROOT), ACCESSIBLE="1")
    with Terminal([sys.executable, "-m", "tms_tui"], env=env, rows=60, cols=160) as terminal:
        await asyncio.to_thread(terminal.wait_for, "demo: try it", 30)
        terminal.send("demo\r")
        await asyncio.to_thread(terminal.wait_for, "connection: Live", 60)
        terminal.send("/quit\r")
        assert await asyncio.to_thread(terminal.wait_exit) == 0


async def test_the_first_run_can_be_left(tmp_path: Path) -> None:
    env = clean_environment(tmp_path, PYTHONPATH=str(ROOT), ACCESSIBLE="1")
    with Terminal([sys.executable, "-m", "tms_tui"], env=env) as terminal:
        await asyncio.to_thread(terminal.wait_for, "Server, like https://")
        terminal.send("\r")
        assert await asyncio.to_thread(terminal.wait_exit) == 2
        assert b"--server and --email must be given" in terminal.output


async def test_when_the_sign_in_ends_at_a_pipe_nobody_is_asked_and_the_end_says_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running_server(data) as server:
        await server.add_agent("Dana")
        async with plain(server.url, tmp_path) as face:
            await face.hears("connection: Live")
            await server.stop()
            await lose_signing_key(data)
            await server.start()
            face.type("list")
            await face.hears("signed out: the server no longer accepts this sign-in")
            await face.hears("Start again to sign in")
            assert await face.ends() == 1
