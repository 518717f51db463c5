"""The agent's own password: changed by whoever knows it, and every other sign-in of theirs ends."""

from starlette.requests import Request
from starlette.responses import Response

from tms_tui.protocol import wire
from tms_tui.server import audit
from tms_tui.server.bus import LoginEnded
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal, invalid, unauthorized
from tms_tui.server.rest.call import About, for_agents
from tms_tui.server.rest.request import Caller, body
from tms_tui.server.services import Services
from tms_tui.server.store import agents, installation
from tms_tui.server.texts import composed, new_password


async def change(request: Request, served: Services, caller: Caller) -> Response:
    asked = await body(request, wire.PasswordBody)
    new = new_password("new", asked.new)
    if new == composed(asked.current):
        raise invalid("new", "This is the password you have already.")
    ended = await _store(served, caller, await _new_hash(served, caller, asked.current, new))
    audit.password_changed(caller.id, len(ended))
    for login_id in ended:
        await served.bus.publish(LoginEnded(caller.tenant_id, login_id))
    return Response(status_code=204)


async def _new_hash(served: Services, caller: Caller, current: str, new: str) -> str:
    """Counts the attempt; raises the 429, and 403 for a wrong current password."""
    gate, name = served.limits.password_changes, f"agent {caller.id}"
    await gate.require(name, "too_many_attempts")
    try:
        await _check(served, caller, current)
        return await served.passwords.hash(new, caller.id)
    except Refusal as refusal:
        if refusal.status == 429:  # too many wait: it was not looked at
            await gate.give_back(name)
        raise


async def _check(served: Services, caller: Caller, current: str) -> None:
    """Raises 403 unless it is their password; the one that is stored now, not the one remembered with the sign-in."""
    async with served.database.read() as database:
        agent = await agents.by_id(database, caller.tenant_id, caller.id)
    if not await served.passwords.verify(agent.password_hash if agent else None, current, caller.id):
        raise Refusal(403, "wrong_password", "The current password is not right.")


async def _store(served: Services, caller: Caller, password_hash: str) -> list[str]:
    """The sign-ins that ended. Raises 401 when this one did meanwhile, as by an operator who set another password."""
    async with served.database.write() as database:
        if await agents.signed_in(database, caller.tenant_id, caller.id, caller.claims.sid) is None:
            raise unauthorized("token_revoked", "This sign-in is over. Sign in again.")
        await agents.set_password(database, caller.id, password_hash)
        at = timestamp(served.clock.now())
        ended = await agents.end_logins(database, caller.id, at, but=caller.claims.sid)
        await installation.accounts_changed(database)  # for a node that does not hear the bus
    return ended


routes = [
    for_agents(
        "POST",
        "/v1/auth/password",
        change,
        About(
            "Change one's own password; every other sign-in of the agent ends, this one stays.",
            {204: None},
            refusals={403: "wrong_password", 429: "too_many_attempts"},
            body=wire.PasswordBody,
        ),
    ),
]
