"""A whole shift at the line face, by a pipe and by verbs from a shell script, against the real server."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

from tests.plain.piped import ROOT, Piped, plain
from tests.server.running import PASSWORD, RunningServer, Visitor, running_server
from tests.terminal.pty_driver import clean_environment
from tests.together.faultline import faultline
from tms_tui.server import admin


async def furnished(server: RunningServer) -> tuple[Visitor, Visitor]:
    """Two agents, a canned response, a customer who has waited and was here before, and one who came later."""
    await server.add_agent("Dana")
    await server.add_agent("Eva Kranz")
    await admin.add_canned(
        server.settings, shortcut="hello", title="Greeting", content="Hello {{customer.name}}, {{agent.name}} here."
    )
    before = await server.visitor(name="Jonas", email="jonas@example.com")
    await before.says("is the shop open on Sunday?")
    waiting = await server.visitor(name="Jonas", email="jonas@example.com")
    await waiting.says("my card was refused")
    later = await server.visitor(name="Mia")
    await later.says("where is my parcel?")
    return waiting, later


async def public_texts(customer: Visitor) -> list[str]:
    answer = await customer.http.get("/v1/visitor/messages")
    return [each["content"] for each in answer.json()["messages"] if each["author_type"] == "agent"]


async def step(face: Piped, line: str, *words: str) -> list[str]:
    """Type a line and hear that it was done."""
    face.type(line)
    return [await face.hears(each) for each in words]


async def test_a_whole_shift_by_a_pipe_is_announced_in_words_without_one_escape(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        jonas, mia = await furnished(server)
        async with faultline(server.port) as line, plain(line.url, tmp_path) as face:
            assert (await face.hears("tms-chat")).endswith("Chosen because plain was asked for.")
            await face.hears("Signed in to")
            await face.hears("waiting 3")
            await step(face, "/next", "open: Jonas, held by nobody", "customer Jonas: is the shop open")
            await step(
                face, "/resolve next", "asked for: resolved", "open: Jonas", "customer Jonas: my card was refused"
            )
            await step(face, "/take", "asked for: held by you", "done: Jonas, held by you")
            await step(face, "/canned", "canned: 1 text", "/canned hello: Greeting")
            await step(face, "/canned hello", "draft: Hello Jonas, Dana here.", "/send sends it.")
            await step(face, "/send", "sent: Hello Jonas, Dana here.")
            await step(face, "/note call the bank", "sent: call the bank")
            await step(face, "/tags card vip", "done: Jonas, tags card, vip")
            await step(face, "/priority high", "done: Jonas, priority high")
            await step(face, "/earlier", "asking the server", "Conversations with Jonas: 2 conversations", "2. Jonas")
            await step(face, "/assign Eva Kranz, she knows the bank", "held by Eva Kranz, with a note", "Eva Kranz")
            await step(face, "/undo", "taking back: held by Eva Kranz", "done: Jonas, held by you")
            await step(face, "/pending 1h", "asked for: pending until", "Pending: Jonas")
            await step(face, "/undo", "taking back: pending until", "Open again: Jonas")
            await step(face, "/find refused", "found: 1 message with refused", "customer Jonas: my card was refused")
            await step(face, "/search parcel", "Found for parcel: 1 conversation", "1. Mia")
            found = "found by a message: /find parcel says it"
            await step(face, "open 1", "open: Mia", found, "customer Mia: where is my parcel?")
            await step(face, "/search nothing of the kind", "Found for nothing of the kind: 0 conversations")
            await step(face, "/resolve", "asked for: resolved", "Resolved: Mia")
            await step(face, "/undo", "taking back: resolved", "Open again: Mia")
            await step(face, "Write {{customer.nmae}}", "sent: Write {{customer.nmae}}")
            await step(face, "/availability away", "asked for: you away")
            await step(face, "/status", "connection: Live", "open: Mia", "here: Dana away")
            await step(face, "/quit")
            assert await face.ends() == 0
            assert line.asked["/v1/auth/logout"] >= 1
        assert await public_texts(jonas) == ["Hello Jonas, Dana here."]
        assert await public_texts(mia) == ["Write {{customer.nmae}}"]
        assert b"\x1b" not in face.heard


# `tms-chat` as somebody types it whose password the keyring keeps.
CHAT = """#!/bin/sh
printf '%s\\n' "$PASSWORD" | "$PYTHON" -m tms_tui "$@" --password-stdin
"""
SCRIPT = """set -eu
id=$(tms-chat next | cut -d ' ' -f 1)
tms-chat show "$id" --json
tms-chat assign "$id" me
tms-chat canned
tms-chat send "$id" --canned hello
tms-chat note "$id" "call the bank"
handed=$(tms-chat assign "$id" "Eva Kranz" --note "she knows the bank" 2>&1)
echo "$handed" >&2
eval "$(echo "$handed" | sed -n 's/^undo: //p')"
tms-chat search "where is my parcel"
tms-chat search REFUSED --in "$id"
ended=$(tms-chat resolve "$id" 2>&1)
echo "$ended" >&2
tms-chat next
eval "$(echo "$ended" | sed -n 's/^undo: //p')"
tms-chat availability away
"""


async def shell(script: str, url: str, home: Path) -> tuple[int, str, str]:
    """Run a shell script with the settings in its environment; exit code, standard output and error."""
    program = home / "bin" / "tms-chat"
    program.parent.mkdir()
    program.write_text(CHAT)
    program.chmod(0o700)
    env = clean_environment(
        home,
        PYTHONPATH=str(ROOT),
        PYTHON=sys.executable,
        PATH=f"{program.parent}:{os.environ['PATH']}",
        PASSWORD=PASSWORD,
        TMS_CHAT_SERVER=url,
        TMS_CHAT_EMAIL="dana@example.com",
    )
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec("sh", "-c", script, stdout=pipe, stderr=pipe, env=env)
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_whole_shift_by_verbs_from_a_shell_script(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        await server.add_agent("Dana")
        eva = await server.sign_in("Eva Kranz")
        await admin.add_canned(
            server.settings, shortcut="hello", title="Greeting", content="Hello {{customer.name}}, {{agent.name}} here."
        )
        jonas, mia = await server.visitor(name="Jonas"), await server.visitor(name="Mia")
        await jonas.says("my card \x1b[31mwas refused")
        await mia.says("where is my parcel?")
        async with faultline(server.port) as line:
            code, out, err = await shell(SCRIPT, line.url, tmp_path)
            assert (code, "Traceback" in err) == (0, False), err
            verbs = len(re.findall("tms-chat|eval", SCRIPT))
            assert (line.asked["/v1/auth/login"], line.asked["/v1/auth/logout"]) == (verbs, verbs)
        conversation, message, greeting, found, hit, following = out.splitlines()
        assert json.loads(conversation)["type"] == "conversation"
        assert json.loads(message)["author_type"] == "visitor"
        assert "\x1b" not in json.loads(message)["text"]
        assert greeting == "hello  Greeting: Hello {{customer.name}}, {{agent.name}} here."
        assert found.startswith(f"{mia.session_id}  Mia, waits")
        assert hit.startswith("customer Jonas: my card ")
        assert following.startswith(f"{mia.session_id}  Mia, waits")
        assert err.splitlines() == [
            "Jonas: held by you, active",
            f"undo: tms-chat assign {jonas.session_id} nobody --held-by me",
            "sent: Hello Jonas, Dana here.",
            "sent",
            "Jonas: held by Eva Kranz, active",
            f"undo: tms-chat assign {jonas.session_id} me --held-by eva.kranz@example.com",
            "Jonas: held by you, active",
            f"undo: tms-chat assign {jonas.session_id} eva.kranz@example.com --held-by me",
            "found: 1 conversation with where is my parcel",
            "found: 1 message with REFUSED",
            "Jonas: held by you, resolved",
            f"undo: tms-chat reopen {jonas.session_id}",
            "Jonas: held by you, active",
            f"undo: tms-chat resolve {jonas.session_id}",
            "You are away.",
            "undo: tms-chat availability online",
        ]
        assert await public_texts(jonas) == ["Hello Jonas, Dana here."]
        assert "\x1b" not in out + err
        left = (await eva.http.get(f"/v1/chat/sessions/{jonas.session_id}")).json()
        assert (left["status"], left["assigned_agent_name"]) == ("active", "Dana")
