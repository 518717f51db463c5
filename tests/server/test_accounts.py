"""An agent's account as an operator's commands change it: felt on every running server within seconds."""

import asyncio
import contextlib
import logging
import sqlite3
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import PASSWORD, RunningServer, SignedIn, Visitor, running_server
from tests.server.sockets import agent_socket
from tms_tui.server import accounts, tables
from tms_tui.server.errors import Refusal
from tms_tui.server.passwords import Passwords, Wanted
from tms_tui.server.settings import Rate, ServerSettings
from tms_tui.server.store import agents, sessions

ANOTHER = "another battery horse"
SOON = 2.0
"""Seconds until a server looks whether accounts changed."""


@pytest.fixture
async def nodes(tmp_path: Path, clock: HandClock) -> AsyncIterator[tuple[RunningServer, RunningServer]]:
    """Two servers of one store that cannot hear each other."""
    async with running_server(tmp_path, clock=clock) as one, running_server(tmp_path, clock=clock) as other:
        yield one, other


async def login(server: RunningServer, email: str, password: str = PASSWORD) -> httpx.Response:
    return await server.client().post("/v1/auth/login", json={"email": email, "password": password})


async def me(server: RunningServer, agent: SignedIn) -> httpx.Response:
    return await server.client().get("/v1/auth/me", headers=agent.headers)


async def holder(agent: SignedIn, visitor: Visitor) -> tuple[str | None, str | None, str | None]:
    """Id, name and time of who holds a conversation, as an agent reads it."""
    found = (await agent.http.get(f"/v1/chat/sessions/{visitor.session_id}")).json()
    return found["assigned_agent_id"], found["assigned_agent_name"], found["assigned_at"]


async def give(by: SignedIn, visitor: Visitor, to: SignedIn) -> httpx.Response:
    body = {"agent_id": to.user.id}
    return await by.http.post(f"/v1/chat/sessions/{visitor.session_id}/assign", json=body)


NOBODY = (None, None, None)


@pytest.mark.parametrize("command", ["set-password", "sign-out", "disable-agent"])
async def test_a_command_ends_every_sign_in_on_every_node_within_seconds(
    nodes: tuple[RunningServer, RunningServer], clock: HandClock, command: str
) -> None:
    one, other = nodes
    dana, bo = await one.sign_in("Dana"), await one.sign_in("Bo")
    async with agent_socket(one, dana) as here, agent_socket(other, dana) as there, agent_socket(other, bo) as bos:
        for far in (here, there, bos):
            await far.until("connected")
        assert (await me(other, dana)).status_code == 200, "remembered there"
        assert await done(command, one.settings, dana.user.email) == (1 if command != "disable-agent" else 0)
        clock.advance(SOON)
        assert [await here.close_code(), await there.close_code()] == [4401, 4401]
        assert [(await me(node, dana)).json()["code"] for node in nodes] == ["token_revoked", "token_revoked"]
        renewed = await other.client().post("/v1/auth/refresh", json={"refresh_token": dana.refresh_token})
        assert renewed.json()["code"] == "token_revoked"
        assert (await me(other, bo)).status_code == 200
        await bos.says("dance")
        await bos.until("error")


async def done(command: str, settings: ServerSettings, email: str) -> int:
    if command == "set-password":
        return await accounts.set_password(settings, email=email, password=ANOTHER)
    if command == "sign-out":
        return await accounts.sign_out(settings, email=email)
    return await accounts.disable_agent(settings, email=email)


async def test_a_command_leaves_a_line_in_the_servers_log(
    timed: RunningServer, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    dana = await timed.sign_in("Dana")
    clock.advance(SOON)
    await clock.someone_sleeps_until(2 * SOON)
    assert "accounts were changed" not in caplog.text
    async with agent_socket(timed, dana) as far:
        await far.until("connected")
        await accounts.sign_out(timed.settings, email=dana.user.email)
        clock.advance(SOON)
        assert await far.close_code() == 4401
    assert "accounts were changed by a command" in caplog.text


async def test_a_new_password_takes_the_place_of_the_old_one(server: RunningServer) -> None:
    dana = await server.sign_in("Dana")
    await accounts.set_password(server.settings, email=" DANA@example.com ", password=ANOTHER)
    assert (await login(server, dana.user.email)).json()["code"] == "bad_credentials"
    assert (await login(server, dana.user.email, ANOTHER)).status_code == 200


class HeldUp:
    """Checks passwords as the server does, and hands the answer on when it is told to."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self.hash, self.renewed = passwords.hash, passwords.renewed
        self.checked, self.go_on = asyncio.Event(), asyncio.Event()

    async def verify(self, stored: str | None, password: str, whose: str, *, known: bool, wanted: Wanted) -> bool:
        right = await self._passwords.verify(stored, password, whose, known=known, wanted=wanted)
        self.checked.set()
        await self.go_on.wait()
        return right


@pytest.mark.parametrize("command", ["set-password", "disable-agent"])
async def test_a_sign_in_under_way_when_the_account_changes_does_not_come_about(
    server: RunningServer, command: str
) -> None:
    dana = await server.add_agent("Dana")
    served = server.app.services
    held = HeldUp(served.passwords)
    served.passwords = held  # type: ignore[assignment]
    signing_in = asyncio.create_task(login(server, dana.email))
    checked = asyncio.create_task(held.checked.wait())
    await asyncio.wait((checked, signing_in), return_when=asyncio.FIRST_COMPLETED)
    assert checked.done(), (await signing_in).text
    await done(command, server.settings, dana.email)
    held.go_on.set()
    assert (await signing_in).json()["code"] == "bad_credentials"


async def test_who_was_signed_out_can_sign_in_again(server: RunningServer) -> None:
    dana = await server.sign_in("Dana")
    assert await accounts.sign_out(server.settings, email=dana.user.email) == 1
    assert await accounts.sign_out(server.settings, email=dana.user.email) == 0, "nothing stands any more"
    assert (await login(server, dana.user.email)).status_code == 200


async def test_who_is_enabled_signs_in_with_the_password_they_had_and_no_old_sign_in_comes_back(
    timed: RunningServer, clock: HandClock
) -> None:
    dana = await timed.sign_in("Dana")
    await accounts.disable_agent(timed.settings, email=dana.user.email)
    assert (await login(timed, dana.user.email)).json()["code"] == "bad_credentials"
    await accounts.enable_agent(timed.settings, email=dana.user.email)
    clock.advance(SOON)
    assert (await login(timed, dana.user.email)).status_code == 200
    assert (await me(timed, dana)).json()["code"] == "token_revoked"


@pytest.mark.parametrize("command", ["set-password", "sign-out", "disable-agent", "enable-agent", "erase-agent"])
async def test_an_agent_of_another_tenant_is_not_there(server: RunningServer, command: str) -> None:
    await server.add_agent("Mallory", tenant="elsewhere")
    work = {"enable-agent": accounts.enable_agent, "erase-agent": accounts.erase_agent}.get(command)
    for email in ("mallory@example.com", "nobody@example.com"):
        with pytest.raises(Refusal, match="unknown_agent"):
            await (work(server.settings, email=email) if work else done(command, server.settings, email))
    assert (await login(server, "mallory@example.com")).status_code == 200


@pytest.mark.parametrize("unfit", ["", "seven77", " " * 12, "x" * 1001, "with a \0 in it"])
async def test_an_unfit_password_changes_nothing(server: RunningServer, unfit: str) -> None:
    dana = await server.sign_in("Dana")
    with pytest.raises(Refusal, match="invalid_field"):
        await accounts.set_password(server.settings, email=dana.user.email, password=unfit)
    assert (await me(server, dana)).status_code == 200


async def test_an_accent_is_the_same_however_a_keyboard_writes_it(server: RunningServer) -> None:
    dana = await server.add_agent("Dana")
    one, two = (unicodedata.normalize(form, "crème brûlée") for form in ("NFC", "NFD"))
    assert one != two
    for stored, typed in ((one, two), (two, one), (two, two)):
        await accounts.set_password(server.settings, email=dana.email, password=stored)
        assert (await login(server, dana.email, typed)).status_code == 200


async def test_a_password_of_before_that_was_not_composed_still_opens(server: RunningServer) -> None:
    dana = await server.add_agent("Dana")
    typed = unicodedata.normalize("NFD", "crème brûlée")
    old = await Passwords(server.settings.password_cost).hash(typed)
    async with server.app.services.database.write() as connection:
        await agents.set_password(connection, dana.id, old)
    for spelling in ("NFD", "NFC"):
        assert (await login(server, dana.email, unicodedata.normalize(spelling, typed))).status_code == 200
    assert (await login(server, dana.email, "creme brulee")).status_code == 401


async def change_password(server: RunningServer, agent: SignedIn, current: str, new: str) -> httpx.Response:
    body = {"current": current, "new": new}
    return await server.client().post("/v1/auth/password", json=body, headers=agent.headers)


async def test_an_agent_changes_their_own_password_and_this_sign_in_alone_stays(server: RunningServer) -> None:
    here = await server.sign_in("Dana")
    other = (await login(server, here.user.email)).json()
    there = SignedIn(here.user, other["access_token"], other["refresh_token"], server.client())
    async with agent_socket(server, here) as staying, agent_socket(server, there) as ending:
        for far in (staying, ending):
            await far.until("connected")
        assert (await change_password(server, here, PASSWORD, ANOTHER)).status_code == 204
        assert await ending.close_code() == 4401
        await staying.says("dance")
        await staying.until("error")
    assert (await me(server, here)).status_code == 200
    assert (await me(server, there)).json()["code"] == "token_revoked"
    assert (await login(server, here.user.email)).json()["code"] == "bad_credentials"
    assert (await login(server, here.user.email, ANOTHER)).status_code == 200
    renewed = await server.client().post("/v1/auth/refresh", json={"refresh_token": here.refresh_token})
    assert renewed.status_code == 200


async def test_a_change_on_one_node_ends_sign_ins_on_a_node_that_does_not_hear_it(
    nodes: tuple[RunningServer, RunningServer], clock: HandClock
) -> None:
    one, other = nodes
    here = await one.sign_in("Dana")
    there = (await login(other, here.user.email)).json()
    elsewhere = SignedIn(here.user, there["access_token"], there["refresh_token"], other.client())
    assert (await me(other, elsewhere)).status_code == 200, "remembered there"
    assert (await change_password(one, here, PASSWORD, ANOTHER)).status_code == 204
    clock.advance(SOON)
    await until_refused(other, elsewhere)


async def until_refused(server: RunningServer, agent: SignedIn) -> None:
    async with asyncio.timeout(30):
        while (await me(server, agent)).status_code == 200:
            pass


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("not the password", ANOTHER, 403, "wrong_password"),
        (PASSWORD, "", 422, "invalid_field"),
        (PASSWORD, "seven77", 422, "invalid_field"),
        (PASSWORD, " " * 20, 422, "invalid_field"),
        (PASSWORD, "x" * 1001, 422, "invalid_field"),
        (PASSWORD, "nul \0 within", 422, "invalid_field"),
        (PASSWORD, PASSWORD, 422, "invalid_field"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    server: RunningServer, current: str, new: str, status: int, code: str
) -> None:
    dana = await server.sign_in("Dana")
    other = (await login(server, dana.user.email)).json()
    refused = await change_password(server, dana, current, new)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    elsewhere = SignedIn(dana.user, other["access_token"], other["refresh_token"], server.client())
    assert (await me(server, elsewhere)).status_code == 200
    assert (await login(server, dana.user.email)).status_code == 200


async def test_guessing_the_current_password_with_a_stolen_token_is_slow(place: Place) -> None:
    async with running_server(place, password_change_rate=Rate(1 / 30, 3)) as server:
        dana, bo = await server.sign_in("Dana"), await server.sign_in("Bo")
        answers = [await change_password(server, dana, f"guess {number}", ANOTHER) for number in range(4)]
        assert [one.status_code for one in answers] == [403, 403, 403, 429]
        assert int(answers[-1].headers["Retry-After"]) >= 25
        assert (await change_password(server, bo, PASSWORD, ANOTHER)).status_code == 204, "nobody else waits"
        assert (await login(server, dana.user.email)).status_code == 200, "and signing in is not locked"


async def test_a_change_leaves_a_line_in_the_log_without_the_password(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    dana = await server.sign_in("Dana")
    await login(server, dana.user.email)
    await change_password(server, dana, PASSWORD, ANOTHER)
    assert f"password changed agent={dana.user.id} ended=1" in caplog.text
    assert (PASSWORD in caplog.text, ANOTHER in caplog.text) == (False, False)


async def test_what_a_disabled_agent_held_is_everybodys_at_once_and_the_log_tells_so(
    timed: RunningServer, clock: HandClock
) -> None:
    dana, eva = await timed.sign_in("Dana"), await timed.sign_in("Eva")
    waiting, aside, over, bos = [await timed.visitor() for _ in range(4)]
    for one in (waiting, aside, over):
        await give(dana, one, eva)
    await give(dana, bos, dana)
    await dana.http.post(f"/v1/chat/sessions/{aside.session_id}/status", json={"status": "pending"})
    await dana.http.post(f"/v1/chat/sessions/{over.session_id}/status", json={"status": "ended"})
    async with agent_socket(timed, dana) as far:
        await far.until("connected")
        assert await accounts.disable_agent(timed.settings, email=eva.user.email) == 2
        assert [await holder(dana, one) for one in (waiting, aside)] == [NOBODY, NOBODY], "with the command itself"
        clock.advance(SOON)
        heard = [await far.until("session_assigned") for _ in range(2)]
    assert {told["session_id"] for told in heard} == {waiting.session_id, aside.session_id}
    for told in heard:
        assert (told["data"]["previous_agent_id"], told["data"]["by_agent_id"]) == (eva.user.id, None)
        assert told["data"]["session"]["assigned_agent_id"] is None
        assert told["cursor"], "whoever comes later reads it in the log"
    assert (await holder(dana, bos))[0] == dana.user.id
    assert (await holder(dana, over))[0] == eva.user.id, "who had it is part of what is over"
    listed = (await dana.http.get("/v1/chat/sessions", params={"assigned": "none"})).json()["sessions"]
    assert {one["id"] for one in listed} == {waiting.session_id, aside.session_id}


async def test_nothing_is_handed_to_a_disabled_agent(server: RunningServer) -> None:
    dana, eva, visitor = await server.sign_in("Dana"), await server.sign_in("Eva"), await server.visitor()
    await give(dana, visitor, eva)
    await accounts.disable_agent(server.settings, email=eva.user.email)
    refused = await give(dana, visitor, eva)
    assert (refused.status_code, refused.json()["code"]) == (422, "agent_disabled")
    assert "Eva" in refused.json()["error"]
    unknown = await dana.http.post(f"/v1/chat/sessions/{visitor.session_id}/assign", json={"agent_id": "nobody"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_agent")
    names = [one["name"] for one in (await dana.http.get("/v1/agents")).json()["agents"]]
    assert names == ["Dana"], "they are not offered either"
    await accounts.enable_agent(server.settings, email=eva.user.email)
    assert (await give(dana, visitor, eva)).status_code == 200


async def test_who_holds_it_already_does_not_get_it_once_disabled(server: RunningServer) -> None:
    """As a command of before left it: disabled, and still the holder."""
    dana, eva, visitor = await server.sign_in("Dana"), await server.sign_in("Eva"), await server.visitor()
    await give(dana, visitor, eva)
    await _change(server, tables.agents, tables.agents.c.id == eva.user.id, disabled_at="2026-01-01T00:00:00.000000Z")
    assert (await give(dana, visitor, eva)).json()["code"] == "agent_disabled"


@pytest.mark.parametrize("by", ["the customer's words", "an agent"])
async def test_an_ended_conversation_that_opens_again_is_not_the_disabled_agents(
    server: RunningServer, by: str
) -> None:
    dana, eva, visitor = await server.sign_in("Dana"), await server.sign_in("Eva"), await server.visitor()
    await give(dana, visitor, eva)
    status = f"/v1/chat/sessions/{visitor.session_id}/status"
    await dana.http.post(status, json={"status": "ended"})
    await accounts.disable_agent(server.settings, email=eva.user.email)
    async with agent_socket(server, dana) as far:
        await far.until("connected")
        if by == "an agent":
            await dana.http.post(status, json={"status": "active"})
        else:
            await visitor.says("one more thing")
        told = await far.until("session_update", status="active")
        assert told["data"]["assigned_agent_id"] is None
    assert await holder(dana, visitor) == NOBODY


async def _change(server: RunningServer, table: sa.Table, where: sa.ColumnElement[bool], **values: Any) -> None:
    async with server.app.services.database.write() as connection:
        await connection.execute(sa.update(table).where(where).values(**values))


async def test_holders_who_were_disabled_before_this_version_hold_nothing_after_the_start(
    server: RunningServer,
) -> None:
    dana, eva, visitor = await server.sign_in("Dana"), await server.sign_in("Eva"), await server.visitor()
    await give(dana, visitor, eva)
    await server.stop()
    async with running_store(server.settings) as connection:
        old = sa.update(tables.agents).where(tables.agents.c.id == eva.user.id)
        await connection.execute(old.values(disabled_at="2026-01-01T00:00:00.000000Z"))
    await server.start()
    assert await holder(dana, visitor) == NOBODY
    logged = (await dana.http.get("/v1/chat/events", params={"after": "0", "limit": 200})).json()["events"]
    assert [one["data"]["previous_agent_id"] for one in logged if one["type"] == "session_assigned"] == [
        None,
        eva.user.id,
    ]


@contextlib.asynccontextmanager
async def running_store(settings: ServerSettings) -> AsyncIterator[Any]:
    """The store, while no server runs."""
    from tms_tui.server.admin import open_store

    async with open_store(settings) as connection:
        yield connection


async def test_a_holder_whose_row_is_gone_holds_nothing(tmp_path: Path, clock: HandClock) -> None:
    """As SQL typed by hand leaves it, which checks no reference: found at the next full look."""
    async with running_server(tmp_path, clock=clock) as server:
        dana, eva, visitor = await server.sign_in("Dana"), await server.sign_in("Eva"), await server.visitor()
        await give(dana, visitor, eva)
        async with agent_socket(server, dana) as far:
            await far.until("connected")
            with contextlib.closing(sqlite3.connect(tmp_path / "tms-chat.db")) as store, store:
                assert store.execute("DELETE FROM agents WHERE name = 'Eva'").rowcount == 1
            clock.advance(server.settings.sign_in_check)
            told = await far.until("session_assigned")
            assert told["data"]["session"]["assigned_agent_id"] is None


async def test_an_erased_account_is_gone_and_what_they_wrote_stays(server: RunningServer) -> None:
    dana, eva, visitor = await server.sign_in("Dana"), await server.sign_in("Eva"), await server.visitor()
    over = await server.visitor()
    for one in (visitor, over):
        await one.says("good day")
        await give(dana, one, eva)
    said = {"content": "good day to you", "client_message_id": "6b1a4e1e-8c9f-4d3e-9a3f-0d6f2f6f1a11"}
    messages = f"/v1/chat/sessions/{visitor.session_id}/messages"
    assert (await eva.http.post(messages, json=said)).status_code == 201
    await eva.http.post(f"/v1/chat/sessions/{visitor.session_id}/read", json={"up_to": 1})
    await dana.http.post(f"/v1/chat/sessions/{over.session_id}/status", json={"status": "ended"})
    with pytest.raises(Refusal, match="agent_enabled"):
        await accounts.erase_agent(server.settings, email=eva.user.email)
    await accounts.disable_agent(server.settings, email=eva.user.email)
    await accounts.erase_agent(server.settings, email=eva.user.email)
    assert [await holder(dana, one) for one in (visitor, over)] == [NOBODY, NOBODY]
    assert (await dana.http.get(messages)).json()["messages"][-1]["author_name"] == "Eva"
    assert (await login(server, eva.user.email)).json()["code"] == "bad_credentials"
    await server.add_agent("Eva")  # the address is free again


def test_erasing_knows_every_table_that_names_an_agent() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if any(key.column is tables.agents.c.id for key in column.foreign_keys)
    }
    taken_care_of = {
        "logins.agent_id",
        "read_marks.agent_id",
        "sessions.assigned_agent_id",
        "sign_in_networks.agent_id",
    }
    assert named == taken_care_of, "whoever adds one lets `agents.delete` take care of it"


async def test_looking_for_what_is_stranded_does_not_look_at_every_conversation(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, server.app.services.database.read() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sessions.STRANDED}")
        assert "sessions_held" in " ".join(str(row) for row in plan)
