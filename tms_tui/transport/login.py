"""Signing in, and the tokens: in memory only, renewed once however many ask."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import SignedIn
from tms_tui.domain.ids import AgentId
from tms_tui.domain.model import User
from tms_tui.domain.policy import RENEW_WITHIN
from tms_tui.domain.secret import Secret
from tms_tui.protocol import signing
from tms_tui.protocol.dialect import V1, Dialect
from tms_tui.protocol.signing import Tokens
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.http import HttpCaller


class Login:
    """Holds one agent's tokens for one server, and hands them out for no other."""

    def __init__(
        self,
        server: ServerAddress,
        *,
        caller: HttpCaller | None = None,
        dialect: Dialect = V1,
        renew_within: Sequence[float] = RENEW_WITHIN,
    ) -> None:
        """`renew_within`: seconds that the 1st, 2nd and every later try of one renewal waits for its answer."""
        self._server = server
        self._caller = caller or HttpCaller(server)
        self._dialect = dialect
        self._renew_within = renew_within
        self._tokens: Tokens | None = None
        self._user: User | None = None
        self._renewal = ""
        """What the next renewal is called: the same as long as no answer to it brought tokens."""
        self._tries = 0
        self._refused: Tokens | None = None
        """Tokens the server will not renew any more."""
        self._renewing = asyncio.Lock()
        self._renewals = 0
        self._renewed: float | Failure = Failure(FailureKind.UNAUTHORIZED)

    @property
    def agent(self) -> AgentId | None:
        """Who signed in; None before."""
        return self._user.id if self._user else None

    def bearer(self, origin: str) -> Secret | None:
        """The access token, if one is held and `origin` is where it came from."""
        return self._tokens.access if self._tokens and origin == self._server.origin else None

    async def sign_in(self, email: str, password: Secret) -> SignedIn | Failure:
        """Exchange e-mail and password for tokens. The password is not kept."""
        answer = await self._caller.call(signing.login_request(email, password, self._dialect))
        if isinstance(answer, Failure):
            return answer
        tokens = signing.read_tokens(answer)
        if isinstance(tokens, Failure):
            return tokens
        if tokens.user is None:
            return Failure(FailureKind.UNREADABLE, answer.status)
        self._hold(tokens)
        self._user = tokens.user
        return SignedIn(tokens.user, tokens.lifetime, tokens.server_time)

    async def renew(self) -> float | Failure:
        """Exchange the refresh token once, however many callers wait; the new lifetime in seconds, or why not."""
        renewals = self._renewals
        async with self._renewing:
            if self._renewals == renewals:
                self._renewed = await self._exchange()
                self._renewals += 1
            return self._renewed

    async def change_password(self, current: Secret, new: Secret) -> Failure | None:
        """Give the agent another password; None when it is done. Neither is kept."""
        if self._tokens is None:
            return Failure(FailureKind.UNAUTHORIZED)
        answer = await self._caller.call(signing.password_request(current, new, self._dialect), self._tokens.access)
        return answer if isinstance(answer, Failure) else signing.read_done(answer)

    async def sign_out(self) -> Failure | None:
        """Forget the tokens, and have the server end them; None when it did."""
        tokens, self._tokens, self._user = self._tokens, None, None
        if tokens is None:
            return None
        answer = await self._caller.call(signing.logout_request(self._dialect), tokens.access)
        return answer if isinstance(answer, Failure) else signing.read_done(answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._caller.aclose()

    async def _exchange(self) -> float | Failure:
        tokens = self._tokens
        if tokens is None:
            return Failure(FailureKind.UNAUTHORIZED)
        if tokens is self._refused:  # Asked again it would be refused again, and count as an attack.
            return self._renewed
        within = self._renew_within[min(self._tries, len(self._renew_within) - 1)]
        self._tries += 1
        answer = await self._caller.call(
            signing.refresh_request(tokens.refresh, self._renewal, self._dialect), within=within
        )
        fresh = answer if isinstance(answer, Failure) else signing.read_tokens(answer)
        if isinstance(fresh, Failure):
            if fresh.kind in (FailureKind.UNAUTHORIZED, FailureKind.FORBIDDEN, FailureKind.INVALID):
                self._refused = tokens
            return fresh
        if self._tokens is tokens:  # Nobody signed out, or in again, meanwhile.
            self._hold(fresh)
        return fresh.lifetime

    def _hold(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._renewal, self._tries = uuid4().hex, 0
