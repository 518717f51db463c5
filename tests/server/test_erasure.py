"""What is erased leaves the disk, the consoles and the pages; what is pruned leaves the consoles."""

import asyncio
import json
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click import ClickException
from click.testing import CliRunner

from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket, bare_visitor_socket, visitor_socket
from tms_tui.server import retention, retentioncommands, tables
from tms_tui.server.commands import server_group
from tms_tui.server.portions import Gone
from tms_tui.server.retention import RemnantsError

DAY = 86_400.0
BOB = "bob@example.com"


@pytest.fixture
async def server(place: Place) -> AsyncIterator[RunningServer]:
    """What an operator's command changed is heard over Redis, or found in the log by nodes that have none."""
    async with running_server(place, log_check=60 if "bus" in place.settings else 0.2) as running:
        yield running


async def noted(agent: SignedIn, visitor: Visitor, words: str) -> None:
    body = {"content": words, "client_message_id": str(uuid.uuid4()), "is_private": True}
    answer = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/messages", json=body)
    answer.raise_for_status()


async def end(agent: SignedIn, visitor: Visitor) -> None:
    address = f"/v1/chat/sessions/{visitor.session_id}/status"
    (await agent.http.post(address, json={"status": "ended"})).raise_for_status()


async def block(agent: SignedIn, visitor: Visitor, scope: str, reason: str) -> None:
    address = f"/v1/chat/sessions/{visitor.session_id}/block"
    (await agent.http.post(address, json={"scope": scope, "reason": reason})).raise_for_status()


# On the disk.


def on_disk(home: Path) -> bytes:
    """All bytes of SQLite's files, as they lie there while the server runs."""
    return b"".join(file.read_bytes() for file in home.glob("tms-chat.db*"))


async def a_long_talk(server: RunningServer) -> None:
    """With previews that were replaced, notes, read marks, and rows that had to move."""
    dana = await server.sign_in()
    visitor = await server.visitor(name="Canaryname", email="canary@example.com", info={"plan": "canaryplan"})
    for number in range(60):
        await visitor.says(f"canarytext {number} " + "x" * (number * 37 % 2000))
    await noted(dana, visitor, "canarynote")
    await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": 3})
    await block(dana, visitor, "customer", "canaryreason")


async def test_what_is_erased_is_in_no_file_while_the_server_runs(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await a_long_talk(server)
        other = await server.visitor(name="Other")
        await other.says("stays")
        assert b"canarytext 59" in on_disk(tmp_path)
        await retention.erase(server.settings, email="canary@example.com")
        assert b"canary" not in on_disk(tmp_path).lower()
        await other.says("goes on")
        assert b"stays" in on_disk(tmp_path)


async def test_what_is_pruned_is_in_no_file_either(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        dana, visitor = await server.sign_in(), await server.visitor(name="Canaryname")
        await visitor.says("canarytext")
        await end(dana, visitor)
        await retention.prune(server.settings, -1)
        assert b"canary" not in on_disk(tmp_path).lower()


async def test_whoever_reads_all_the_time_is_waited_for_and_then_told_of(tmp_path: Path) -> None:
    async with running_server(tmp_path, store_patience=0.1, erase_patience=0.2) as server:
        await a_long_talk(server)
        reader = sqlite3.connect(tmp_path / "tms-chat.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchall()
        with pytest.raises(RemnantsError, match="write-ahead log"):
            await retention.erase(server.settings, email="canary@example.com")
        assert b"canary" in on_disk(tmp_path).lower(), "it told the truth"
        reader.close()
        assert await server.app.services.database.empty_write_ahead_log(5)
        assert b"canary" not in on_disk(tmp_path).lower()


async def test_what_older_versions_left_in_the_file_goes_when_it_is_rewritten(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.visitor(name="Bob", email=BOB)
        file = sqlite3.connect(tmp_path / "tms-chat.db", isolation_level=None)
        file.execute("PRAGMA secure_delete=OFF")
        for words in ("canary " * 200, "short"):
            file.execute("UPDATE sessions SET page_url = ?", (words,))
        file.close()
        await server.app.services.database.empty_write_ahead_log(5)
        assert b"canary" in on_disk(tmp_path), "as an older version wrote"
        await retention.erase(server.settings, email=BOB, rewrite=True)
        assert b"canary" not in on_disk(tmp_path)


async def test_nothing_of_an_erased_customer_is_in_any_table(server: RunningServer) -> None:
    await a_long_talk(server)
    await retention.erase(server.settings, email="canary@example.com")
    async with server.app.services.database.read() as connection:
        stored = str([list(await connection.execute(sa.select(table))) for table in tables.metadata.sorted_tables])
    assert "canary" not in stored.lower()


# At the consoles.


async def test_live_consoles_hear_that_conversations_are_erased_and_nothing_of_them(server: RunningServer) -> None:
    dana = await server.sign_in()
    own = [await server.visitor(name="Bob", email=BOB) for _ in range(2)]
    async with agent_socket(server, dana) as far:
        cursor = (await far.until("connected"))["data"]["cursor"]
        await retention.erase(server.settings, email=BOB)
        frame = await far.until("session_erased")
    assert sorted(frame["data"]["session_ids"]) == sorted(one.session_id for one in own)
    assert "Bob" not in json.dumps(frame)
    assert frame["cursor"]
    missed = (await dana.http.get("/v1/chat/events", params={"after": cursor})).json()["events"]
    assert [one["type"] for one in missed] == ["session_erased"]
    async with agent_socket(server, dana, cursor) as far:
        assert (await far.until("connected"))["data"]["resumed"] is True
        assert (await far.until("session_erased"))["data"] == frame["data"]


async def test_live_consoles_hear_what_is_pruned(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    await end(dana, visitor)
    async with agent_socket(server, dana) as far:
        await far.until("connected")
        await retention.prune(server.settings, -1)
        assert (await far.until("session_erased"))["data"] == {"session_ids": [visitor.session_id]}
    assert (await dana.http.get(f"/v1/chat/sessions/{visitor.session_id}")).status_code == 404


async def test_who_asks_for_an_erased_conversation_is_told_so_and_strangers_are_not(server: RunningServer) -> None:
    dana, mallory = await server.sign_in(), await server.sign_in("Mallory", tenant="elsewhere")
    visitor = await server.visitor(email=BOB)
    await retention.erase(server.settings, email=BOB)
    address = f"/v1/chat/sessions/{visitor.session_id}"
    answers = [
        await dana.http.get(address),
        await dana.http.get(f"{address}/messages"),
        await dana.http.post(f"{address}/status", json={"status": "ended"}),
        await dana.http.post(f"{address}/block", json={"scope": "address"}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(410, "session_erased")] * 4
    assert (await mallory.http.get(address)).status_code == 404


# At the pages.


async def test_the_pages_of_an_erased_customer_are_closed_and_their_tokens_are_for_nothing(
    server: RunningServer,
) -> None:
    visitor, other = await server.visitor(email=BOB), await server.visitor()
    async with visitor_socket(server, visitor) as far, visitor_socket(server, other) as bystander:
        await retention.erase(server.settings, email=BOB)
        assert await far.close_code() == 4410
        said = await other.says("still here")
        assert (await bystander.until("chat_message"))["data"] == said
    body = {"content": "hello?", "client_message_id": str(uuid.uuid4())}
    answers = [
        await visitor.http.get("/v1/visitor/messages"),
        await visitor.http.post("/v1/visitor/messages", json=body),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(410, "session_erased")] * 2
    async with bare_visitor_socket(server) as again:
        await again.says("auth", data={"token": visitor.token})
        assert await again.close_code() == 4410


async def test_a_page_that_is_gone_after_its_conversation_was_erased_is_no_failure(server: RunningServer) -> None:
    visitor = await server.visitor(email=BOB)
    await retention.erase(server.settings, email=BOB)
    await server.app.services.visitors._settle("default", visitor.session_id)


# Blocks.


async def test_a_block_outlives_the_erased_customer_without_saying_who_or_why(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor(email=BOB)
    await block(dana, visitor, "customer", "he threatened Eva")
    exported = json.loads(await retention.export(server.settings, email=BOB))
    assert [(one["scope"], one["reason"]) for one in exported["blocks"]] == [("customer", "he threatened Eva")]
    await retention.erase(server.settings, email=BOB)
    [left] = (await dana.http.get("/v1/chat/blocks")).json()["blocks"]
    assert (left["scope"], left["reason"], left["session_id"], left["customer_name"]) == ("customer", "", None, None)
    answer = await server.client().post("/v1/visitor/sessions", json={"email": "BOB@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert (await dana.http.delete(f"/v1/chat/blocks/{left['id']}")).status_code == 204
    answer = await server.client().post("/v1/visitor/sessions", json={"email": BOB})
    assert answer.status_code == 201


async def test_a_block_of_a_conversation_alone_goes_with_it(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor(email=BOB)
    await block(dana, visitor, "conversation", "spam")
    await retention.erase(server.settings, email=BOB)
    assert (await dana.http.get("/v1/chat/blocks")).json()["blocks"] == []


async def test_pruning_forgets_blocks_that_were_over_and_keeps_those_that_stand(server: RunningServer) -> None:
    dana = await server.sign_in()
    over, stands = await server.visitor(email=BOB), await server.visitor(email="rob@example.com")
    for visitor in (over, stands):
        await block(dana, visitor, "customer", "spam")
    (await dana.http.post(f"/v1/chat/sessions/{over.session_id}/unblock", json={})).raise_for_status()
    await end(dana, stands)
    await retention.prune(server.settings, -1)
    [left] = (await dana.http.get("/v1/chat/blocks")).json()["blocks"]
    assert (left["reason"], left["session_id"]) == ("spam", None)
    async with server.app.services.database.read() as connection:
        kept: Any = (await connection.execute(sa.select(sa.func.count(tables.blocks.c.id.distinct())))).scalar_one()
    assert kept == 1


# By command.


async def test_an_operator_makes_a_customers_tokens_void_at_once(server: RunningServer) -> None:
    visitor, other = await server.visitor(email=BOB), await server.visitor(email="rob@example.com")
    async with visitor_socket(server, visitor) as far:
        assert await retention.revoke(server.settings, email="BOB@EXAMPLE.COM") == 1
        assert await far.close_code() == 4401
    answer = await visitor.http.get("/v1/visitor/messages")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert (await other.http.get("/v1/visitor/messages")).status_code == 200


def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    asyncio.run(two_conversations(tmp_path))
    where = ["--data", str(tmp_path), "--email", BOB]
    for arguments, words in (
        (["revoke-visitor-tokens", *where], "The tokens of 2 conversations are void\n"),
        (["erase-customer", "--yes", "--rewrite", *where], "2 conversations deleted\n"),
    ):
        said = CliRunner().invoke(server_group, arguments)
        assert (said.exit_code, said.output) == (0, words)


async def two_conversations(home: Path) -> None:
    async with running_server(home) as server:
        for email in (BOB, "Bob@Example.com"):
            await server.visitor(email=email)


async def left_over() -> Gone:
    raise RemnantsError


def test_a_command_says_when_what_it_deleted_is_still_on_the_disk() -> None:
    with pytest.raises(ClickException, match="2 conversations deleted"):
        retentioncommands._delete(left_over(), Gone({"conversations": 2}))
