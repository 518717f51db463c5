"""Who may come in at all: draining, full, Origin; and how a socket is refused before its upgrade."""

from starlette.websockets import WebSocket

from tms_tui.server.errors import Refusal
from tms_tui.server.networks import network_of
from tms_tui.server.seats import Seat
from tms_tui.server.services import Services


def admit(socket: WebSocket, served: Services, kind: str) -> Seat:
    """The socket's seat, to be left when it closes; raises 503 when the node has none, 429 and 403 for who asks."""
    if served.draining:
        raise Refusal(503, "draining", "This server is being replaced. Come back.", retry_after=1)
    served.origins.require(socket)
    return served.seats.take(kind, network_of(socket))


async def refuse(socket: WebSocket, served: Services, refusal: Refusal) -> None:
    """A real HTTP answer: a close before the upgrade would arrive as a bare 403."""
    served.audit.refused(socket, refusal)
    await socket.send_denial_response(refusal.response())
