"""Signing in, staying signed in, signing out."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from tms_tui.protocol import wire
from tms_tui.server.bus import LoginEnded
from tms_tui.server.clock import timestamp
from tms_tui.server.errors import Refusal, unauthorized
from tms_tui.server.networks import network_of
from tms_tui.server.rest.call import About, Call, for_agents
from tms_tui.server.rest.request import Caller, answer, body, given_id
from tms_tui.server.services import Services, services
from tms_tui.server.store import agents, signin_networks
from tms_tui.server.store.agents import AgentRow, Spending
from tms_tui.server.texts import NAME_CHARACTERS, storable
from tms_tui.server.tokens import ACCESS, REFRESH, Claims


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Who is to sign in from where. `known`: they have signed in from there before.

    `waits`: whether whoever asked is still there.
    """

    network: str
    email: str
    agent: AgentRow | None
    known: bool
    waits: Callable[[], Awaitable[bool]]


async def login(request: Request) -> Response:
    served = services(request)
    asked = await body(request, wire.LoginBody)
    email = storable("email", asked.email.strip().lower(), NAME_CHARACTERS)
    network = network_of(request)
    async with served.attempts.turn(network):
        attempt = await _attempt(served, request, email)
    agent = await _proven(served, attempt, asked.password)
    served.metrics.logins.labels("refused" if agent is None else "granted").inc()
    if agent is None:
        raise _wrong()
    renewed = await served.passwords.renewed(agent.password_hash, asked.password, email)
    return answer(await _start(served, agent, served.identities.network(network), renewed))


def _wrong() -> Refusal:
    return unauthorized("bad_credentials", "The e-mail or the password is not right.")


async def _attempt(served: Services, request: Request, email: str) -> _Attempt:
    """Counts it; raises the 429."""
    network = network_of(request)
    await served.guard.enter(network)
    async with served.database.read() as database:
        agent = await agents.by_email(database, email)
        place = served.identities.network(network)
        known = agent is not None and await signin_networks.knows(database, agent.id, place)
    await served.guard.attempt(network, email, known=known)

    async def waits() -> bool:
        return not await request.is_disconnected()

    return _Attempt(network, email, agent, known, waits)


async def _proven(served: Services, attempt: _Attempt, password: str) -> AgentRow | None:
    """The agent, if this is their password. Raises the 429 when too many wait."""
    agent, network, known = attempt.agent, attempt.network, attempt.known
    enabled = agent is not None and agent.disabled_at is None
    stored = agent.password_hash if agent and enabled else None
    try:
        whose = attempt.email if known else network
        right = await served.passwords.verify(stored, password, whose, known=known, wanted=attempt.waits)
    except Refusal:  # nobody looked at it
        await served.guard.give_back(network, attempt.email, known=known)
        raise
    if not right:
        return None
    await served.guard.give_back(network, attempt.email, known=known)
    return agent


async def _start(served: Services, agent: AgentRow, network: str, renewed: str | None) -> wire.TokenAnswer:
    """`renewed`: what is kept of the password from now on, if it is to be another."""
    login_id, jti = str(uuid.uuid4()), str(uuid.uuid4())
    async with served.database.write() as database:
        at = timestamp(served.clock.now())
        if not await agents.start_login(database, login_id, agent, jti, at):
            raise _wrong()
        if renewed is not None:
            await agents.set_password(database, agent.id, renewed)
        await signin_networks.remember(database, agent.id, network, at)
    tokens = _tokens(served, agent, login_id, jti)
    tokens.user = agent.user()
    return tokens


def _tokens(served: Services, agent: AgentRow, login_id: str, jti: str) -> wire.TokenAnswer:
    settings = served.settings
    about = {
        "sub": agent.id,
        "tenant_id": agent.tenant_id,
        "name": agent.name,
        "role": agent.role,
        "sid": login_id,
    }
    return wire.TokenAnswer(
        access_token=served.tokens.issue(ACCESS, settings.access_seconds, **about),
        refresh_token=served.tokens.issue(REFRESH, settings.refresh_seconds, **(about | {"jti": jti})),
        expires_in=int(settings.access_seconds),
    )


async def refresh(request: Request) -> Response:
    served = services(request)
    asked = await body(request, wire.RefreshBody)
    claims = served.tokens.verify(asked.refresh_token, REFRESH)
    now = served.clock.now()
    spending = Spending(
        login_id=claims.sid,
        jti=claims.jti,
        successor=str(uuid.uuid4()),
        request_id=given_id(request, asked.request_id),
        at=timestamp(now),
        again_since=timestamp(now - served.settings.refresh_again),
    )
    async with served.database.write() as database:
        agent = await agents.by_id(database, claims.tenant_id, claims.sub)
        successor = await agents.rotate(database, spending)
    if successor is None or agent is None or agent.disabled_at is not None:
        await _announce_end(served, claims)
        raise unauthorized("token_revoked", "This sign-in is over. Sign in again.")
    return answer(_tokens(served, agent, claims.sid, successor))


async def logout(_request: Request, served: Services, caller: Caller) -> Response:
    async with served.database.write() as database:
        await agents.end_login(database, caller.claims.sid, timestamp(served.clock.now()))
    await _announce_end(served, caller.claims)
    return Response(status_code=204)


async def me(_request: Request, _served: Services, caller: Caller) -> Response:
    return answer(caller.agent.user())


async def _announce_end(served: Services, claims: Claims) -> None:
    await served.bus.publish(LoginEnded(claims.tenant_id, claims.sid))


routes = [
    Call(
        "POST",
        "/v1/auth/login",
        login,
        About(
            "Sign in.",
            {200: wire.TokenAnswer},
            refusals={401: "bad_credentials", 429: "too_many_attempts"},
            body=wire.LoginBody,
        ),
    ),
    Call(
        "POST",
        "/v1/auth/refresh",
        refresh,
        About(
            "Exchange a refresh token, once, for a new pair; one used twice ends the sign-in, unless the request of"
            " the same name (request_id, or else X-Request-Id) is made again within 10 s.",
            {200: wire.TokenAnswer},
            refusals={401: "bad_token, token_expired, token_revoked"},
            body=wire.RefreshBody,
        ),
    ),
    for_agents("POST", "/v1/auth/logout", logout, About("Sign out: the tokens are dead.", {204: None})),
    for_agents("GET", "/v1/auth/me", me, About("Who the token speaks for.", {200: wire.User})),
]
