"""Old data pruned, one customer's handed out and erased; tokens outlive a change of keys once."""

import dataclasses
import json
import os
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.server.hand_clock import HandClock
from tests.server.running import RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket
from tms_tui.server import retention, tables
from tms_tui.server.clock import SystemClock
from tms_tui.server.commands import server_group
from tms_tui.server.errors import Refusal

DAY = 86_400.0


async def end(agent: SignedIn, visitor: Visitor) -> None:
    answer = await agent.http.post(f"/v1/chat/sessions/{visitor.session_id}/status", json={"status": "ended"})
    assert answer.status_code == 200


async def everything_stored(server: RunningServer) -> str:
    async with server.app.services.database.read() as connection:
        return str([list(await connection.execute(sa.select(table))) for table in tables.metadata.sorted_tables])


async def test_pruning_takes_what_is_old_and_ended_and_nothing_else(timed: RunningServer, clock: HandClock) -> None:
    clock.advance(-40 * DAY - (clock.now() - SystemClock().now()))
    dana = await timed.sign_in()
    ended, waiting = await timed.visitor(name="Old"), await timed.visitor(name="Waiting")
    for visitor in (ended, waiting):
        await visitor.says("long ago")
    await end(dana, ended)
    await dana.http.post(f"/v1/chat/sessions/{ended.session_id}/read", json={"up_to": 1})
    await dana.http.post("/v1/auth/logout")
    clock.advance(40 * DAY)
    bo, fresh = await timed.sign_in("Bo"), await timed.visitor(name="Fresh")
    await fresh.says("just now")
    await end(bo, fresh)
    gone = await retention.prune(timed.settings, 30 * DAY)
    assert (gone.counts["conversations"], gone.counts["sign-ins"]) == (1, 1)
    listed = (await bo.http.get("/v1/chat/sessions")).json()
    assert {one["customer"]["name"] for one in listed["sessions"]} == {"Waiting", "Fresh"}
    assert (await bo.http.get("/v1/chat/events", params={"after": "0"})).status_code == 410
    assert (await bo.http.get("/v1/chat/events", params={"after": listed["cursor"]})).json()["events"] == []
    page = (await bo.http.get(f"/v1/chat/sessions/{waiting.session_id}/messages")).json()
    assert page["messages"][0]["content"] == "long ago"
    assert (await retention.prune(timed.settings, 30 * DAY)).counts["conversations"] == 0


async def test_a_customers_data_is_handed_out_and_erased(server: RunningServer) -> None:
    dana, other = await server.sign_in(), await server.visitor(name="Other", email="other@example.com")
    await other.says("stays")
    async with agent_socket(server, dana) as far:
        cursor = (await far.hears())["data"]["cursor"]
    own = [await server.visitor(name="Canaryname", email="ana@example.com") for _ in range(2)]
    for visitor in own:
        await visitor.says("canarytext")
    note = {"content": "canarynote", "client_message_id": str(uuid.uuid4()), "is_private": True}
    await dana.http.post(f"/v1/chat/sessions/{own[0].session_id}/messages", json=note)
    exported = json.loads(await retention.export(server.settings, email="ana@example.com"))
    assert sorted(one["id"] for one in exported["sessions"]) == sorted(one.session_id for one in own)
    said = [message["content"] for one in exported["sessions"] for message in one["messages"]]
    assert sorted(said) == ["canarynote", "canarytext", "canarytext"]
    erased = await retention.erase(server.settings, customer_id=exported["sessions"][0]["customer_id"])
    assert erased.counts == {"conversations": 2}
    stored = await everything_stored(server)
    assert "canary" not in stored.lower()
    assert "stays" in stored
    assert (await own[0].http.get("/v1/visitor/messages")).status_code == 410
    async with agent_socket(server, dana, cursor) as far:
        assert (await far.hears())["data"]["resumed"] is True, "a hole in the log is no end of it"
        await other.says("goes on")
        await far.until("chat_message", content="goes on")
    with pytest.raises(Refusal, match="unknown_customer"):
        await retention.export(server.settings, email="ana@example.com")
    with pytest.raises(Refusal, match="invalid_field"):
        await retention.erase(server.settings)


async def test_tokens_outlive_one_change_of_keys(tmp_path: Path) -> None:
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    for file in (old, new):
        file.write_bytes(os.urandom(32))
    async with running_server(tmp_path, signing_key=old) as server:
        dana = await server.sign_in()
        for keys, status in (
            ({"signing_key": new, "previous_signing_key": old}, 200),
            ({"signing_key": new, "previous_signing_key": None}, 401),
        ):
            await server.stop()
            server.settings = dataclasses.replace(server.settings, **keys)
            await server.start()
            assert (await dana.http.get("/v1/auth/me")).status_code == status
            fresh = await server.sign_in(f"Agent {status}")
            assert (await fresh.http.get("/v1/auth/me")).status_code == 200


def test_what_is_erased_is_asked_about_and_said(tmp_path: Path) -> None:
    where = ("--data", str(tmp_path))
    for arguments, word in (
        (["prune", "--older-than", "90d"], "0 conversations, 0 events, 0 sign-ins deleted"),
        (["prune", "--older-than", "soon"], "90d or 12h"),
        (["export-customer", "--email", "nobody@example.com"], "Nothing is kept"),
        (["export-customer"], "--customer-id"),
        (["erase-customer", "--email", "nobody@example.com"], "Aborted"),
        (["erase-customer", "--email", "nobody@example.com", "--yes"], "Nothing is kept"),
    ):
        said = CliRunner().invoke(server_group, [*arguments, *where], input="n\n").output
        assert word in said, arguments
