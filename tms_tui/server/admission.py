"""Who may come in at all: draining, full, Origin; and how a socket is refused before its upgrade."""

from starlette.websockets import WebSocket

from tms_tui.server import audit
from tms_tui.server.errors import Refusal
from tms_tui.server.services import Services


def admit(socket: WebSocket, served: Services) -> None:
    """Raises 503 when the node takes nobody, 403 for a foreign Origin."""
    if served.draining:
        raise Refusal(503, "draining", "This server is being replaced. Come back.", retry_after=1)
    if served.hub.sockets >= served.settings.sockets_per_node:
        raise Refusal(503, "node_full", "This server is full. Come back.", retry_after=5)
    served.origins.require(socket)


async def refuse(socket: WebSocket, served: Services, refusal: Refusal) -> None:
    """A real HTTP answer: a close before the upgrade would arrive as a bare 403."""
    audit.refused(socket, refusal, served.metrics)
    await socket.send_denial_response(refusal.response())
