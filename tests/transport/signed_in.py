"""Somebody who has signed in, for what needs a token."""

from dataclasses import dataclass

from tms_tui.domain.ids import AgentId
from tms_tui.domain.secret import Secret
from tms_tui.transport.addresses import ServerAddress

CANARY = "canary-6f1d-token"
AGENT = AgentId("agent-1")


@dataclass
class SignedInAs:
    """Hands its token out for one origin."""

    origin: str
    token: str = CANARY
    agent: AgentId | None = AGENT

    def bearer(self, origin: str) -> Secret | None:
        return Secret(self.token) if origin == self.origin else None


def at(port: int) -> ServerAddress:
    return ServerAddress(secure=False, host="127.0.0.1", port=port)
