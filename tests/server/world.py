"""A server with everybody in it who may or may not do something, and everything they leave behind."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import sqlalchemy as sa

from tests.server.hand_clock import START, HandClock
from tests.server.matrix import VISITORS, Id, Role, Row
from tests.server.running import RunningServer, SignedIn, Visitor
from tms_tui.server import accounts, tables
from tms_tui.server.bus import Bus, Notice
from tms_tui.server.clock import timestamp
from tms_tui.server.store import blocks
from tms_tui.server.store.blocks import Block


@dataclass
class World:
    """Everybody with their tokens, and the conversations that are named."""

    server: RunningServer
    tokens: dict[Role, str] = field(default_factory=dict)
    agents: dict[Role, SignedIn] = field(default_factory=dict)
    visitors: dict[Role, Visitor] = field(default_factory=dict)
    ids: dict[Id, str] = field(default_factory=dict)
    told: list[Notice] = field(default_factory=list)
    """What was said on the bus."""

    def client(self, role: Role) -> httpx.AsyncClient:
        client = self.server.client()
        if role in self.tokens:
            client.headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return client

    async def named(self, row: Row, named: Id) -> str:
        """What stands in the row's path: a conversation, or a block that was just made."""
        return await self._block(named) if row.names_block else self.ids[named]

    async def _block(self, named: Id) -> str:
        tenant = {Id.OWN: "default", Id.FOREIGN: "elsewhere"}.get(named)
        if tenant is None:
            return self.ids[named]
        made = Block(str(uuid.uuid4()), tenant, "customer", None, "", "a", "A", timestamp(START), None)
        async with self.server.app.services.database.write() as connection:
            await blocks.insert(connection, made, {"customer": made.id})
        return made.id

    async def fingerprint(self) -> dict[str, list[Any]]:
        """Everything that is stored or was said."""
        async with self.server.app.services.database.read() as connection:
            stored = {
                table.name: sorted(map(repr, await connection.execute(sa.select(table))))
                for table in tables.metadata.sorted_tables
            }
        return stored | {"told": list(self.told)}


class OverheardBus:
    """A bus whose notices a test can read."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.told: list[Notice] = []
        self.start, self.register = bus.start, bus.register
        self.take, self.take_all = bus.take, bus.take_all
        self.ping, self.close = bus.ping, bus.close

    @property
    def reachable(self) -> bool:
        return self._bus.reachable

    async def publish(self, notice: Notice) -> None:
        self.told.append(notice)
        await self._bus.publish(notice)


async def populated(made: World, timed: RunningServer, clock: HandClock) -> World:
    """With every role signed in, or out, and the conversations that are named."""
    leaving = {Role.EXPIRED: "Eve", Role.SIGNED_OUT: "Sue", Role.DISABLED: "Dis", Role.REFRESH: "Ref"}
    made.tokens[Role.RUBBISH] = "a.b.c"
    expired = await timed.sign_in(leaving[Role.EXPIRED])
    made.tokens[Role.EXPIRED] = expired.access_token
    clock.advance(timed.settings.access_seconds + timed.settings.leeway + 1)
    gone = await timed.sign_in(leaving[Role.SIGNED_OUT])
    made.tokens[Role.SIGNED_OUT] = gone.access_token
    await gone.http.post("/v1/auth/logout")
    made.tokens[Role.DISABLED] = (await timed.sign_in(leaving[Role.DISABLED])).access_token
    await accounts.disable_agent(timed.settings, email="dis@example.com")
    made.tokens[Role.REFRESH] = (await timed.sign_in(leaving[Role.REFRESH])).refresh_token
    for role, name in ((Role.AGENT, "Dana"), (Role.ASSIGNEE, "Bo"), (Role.ADMIN, "Ada")):
        made.agents[role] = await timed.sign_in(name)
    made.agents[Role.STRANGER] = await timed.sign_in("Mallory", tenant="elsewhere")
    made.tokens |= {role: agent.access_token for role, agent in made.agents.items()}
    await _conversations(made)
    await _kept_out(made)
    return made


async def _conversations(made: World) -> None:
    for role in VISITORS:
        made.visitors[role] = await made.server.visitor(name=f"{role}")
        made.tokens[role] = made.visitors[role].token
        await made.visitors[role].says("good day")
    made.ids[Id.OWN] = made.visitors[Role.VISITOR].session_id
    assignee = made.agents[Role.ASSIGNEE]
    await assignee.http.post(f"/v1/chat/sessions/{made.ids[Id.OWN]}/assign", json={"agent_id": assignee.user.id})
    made.ids[Id.FOREIGN] = await _of_another_tenant(made.server)
    made.ids[Id.UNKNOWN] = str(uuid.uuid4())
    made.ids[Id.MALFORMED] = "1%20or%201=1"


async def _kept_out(made: World) -> None:
    """Visitors whom an agent blocked, and whose token one made void."""
    for role, address, body in ((Role.BLOCKED, "block", {"scope": "conversation"}), (Role.REVOKED, "revoke", {})):
        visitor = await made.server.visitor(name=f"{role}")
        made.tokens[role] = visitor.token
        place = f"/v1/chat/sessions/{visitor.session_id}/{address}"
        (await made.agents[Role.AGENT].http.post(place, json=body)).raise_for_status()


async def _of_another_tenant(server: RunningServer) -> str:
    """A conversation the stranger's tenant owns."""
    visitor = await server.visitor(name="Elsewhere")
    async with server.app.services.database.write() as connection:
        moved = sa.update(tables.sessions).where(tables.sessions.c.id == visitor.session_id)
        await connection.execute(moved.values(tenant_id="elsewhere"))
        await connection.execute(sa.delete(tables.events).where(tables.events.c.session_id == visitor.session_id))
    return visitor.session_id
