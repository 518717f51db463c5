"""The store under stress: a full disk, a power cut, no connection left, clocks that differ, one intent at two nodes."""

import asyncio
import contextlib
import shutil
import sqlite3
import uuid
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket
from tms_tui.server.store.engines import POOLED, READERS

HELD = {"sqlite": READERS, "postgresql": 2 * POOLED}


def sending(words: str) -> dict[str, Any]:
    return {"content": words, "client_message_id": str(uuid.uuid4())}


async def contents_of(agent: SignedIn, visitor: Visitor) -> list[str]:
    page = await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages", params={"limit": 200})
    return [one["content"] for one in page.json()["messages"]]


async def set_most_pages(server: RunningServer, pages: int | None = None) -> None:
    """How large the file may grow: to SQLite the same as the end of the disk. None: as it is now."""
    async with server.app.services.database.write() as connection:
        most = pages or (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")


async def test_a_full_disk_is_said_and_what_was_answered_stays(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        await set_most_pages(server)
        stored = []
        for number in range(500):
            body = sending(f"{number} " + "x" * 1000)
            answer = await visitor.http.post("/v1/visitor/messages", json=body)
            if answer.status_code != 201:
                break
            stored.append(body["content"])
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert await contents_of(dana, visitor) == stored[-200:]
        await set_most_pages(server, 100_000)
        assert (await visitor.http.post("/v1/visitor/messages", json=body)).status_code == 201
        assert await contents_of(dana, visitor) == [*stored, body["content"]][-200:]


async def test_whatever_a_power_cut_leaves_holds_every_answered_message(tmp_path: Path) -> None:
    """The log of writes is cut at many places; all that was answered before the place must be there."""
    database, log = tmp_path / "tms-chat.db", tmp_path / "tms-chat.db-wal"
    async with running_server(tmp_path) as server:
        visitor = await server.visitor()
        written = []
        for number in range(20):
            await visitor.says(f"message {number}")
            written.append(log.stat().st_size)
        kept = database.read_bytes(), log.read_bytes()
    assert all(earlier < later for earlier, later in pairwise(written)), "each answer stands in the log"
    seen = set()
    for cut in (*range(0, len(kept[1]), 7001), len(kept[1])):
        home = tmp_path / f"cut-{cut}"
        home.mkdir()
        (home / "x.db").write_bytes(kept[0])
        (home / "x.db-wal").write_bytes(kept[1][:cut])
        with contextlib.closing(sqlite3.connect(home / "x.db")) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            there = [row[0] for row in opened.execute("SELECT content FROM messages ORDER BY seq")]
        answered = sum(size <= cut for size in written)
        assert there[:answered] == [f"message {number}" for number in range(answered)]
        seen.add(len(there))
        shutil.rmtree(home)
    assert {0, 20} < seen, "the cuts took away something, and not always everything"


async def test_without_a_free_connection_it_is_said_and_nobody_is_signed_out(place: Place) -> None:
    async with running_server(place, store_patience=0.2) as server:
        dana = await server.sign_in()
        database = server.app.services.database
        async with contextlib.AsyncExitStack() as held:
            for _ in range(HELD["postgresql" if "database" in place.settings else "sqlite"]):
                _ = await held.enter_async_context(database.read())
            answer = await dana.http.get("/v1/chat/sessions")
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
            assert (await dana.http.get("/readyz")).status_code == 503
        assert (await dana.http.get("/v1/chat/sessions")).status_code == 200


async def test_nodes_whose_clocks_differ_by_minutes_keep_one_order_and_let_everybody_in(place: Place) -> None:
    fast, slow = HandClock(), HandClock()
    fast.advance(300)
    async with (
        running_server(place, clock=fast, log_check=0.05) as one,
        running_server(place, clock=slow, log_check=0.05) as other,
    ):
        dana, visitor = await one.sign_in(), await one.visitor()
        async with agent_socket(other, dana) as far:
            said = [f"{number}" for number in range(6)]
            for number, words in enumerate(said):
                node = (one, other)[number % 2]
                answer = await at(node, visitor).post("/v1/visitor/messages", json=sending(words))
                assert answer.status_code == 201
            assert [(await far.until("chat_message"))["data"]["content"] for _ in said] == said
        times = await created(dana, visitor)
        assert times != sorted(times), "the clocks differ"
        assert await contents_of(dana, visitor) == said


def at(node: RunningServer, visitor: Visitor) -> httpx.AsyncClient:
    client = node.client()
    client.headers["Authorization"] = f"Bearer {visitor.token}"
    return client


async def created(agent: SignedIn, visitor: Visitor) -> list[str]:
    page = await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")
    return [one["created_at"] for one in page.json()["messages"]]


async def test_one_intent_sent_to_two_nodes_at_once_is_stored_once(place: Place) -> None:
    async with running_server(place) as one, running_server(place) as other:
        dana, visitor = await one.sign_in(), await one.visitor()
        doors, body = [at(node, visitor) for node in (one, other)], sending("once")
        answers = await asyncio.gather(
            *(doors[number % 2].post("/v1/visitor/messages", json=body) for number in range(50))
        )
        assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
        assert len({answer.text for answer in answers}) == 1
        assert await contents_of(dana, visitor) == ["once"]
