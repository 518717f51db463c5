"""Every address of the server, in one table."""

from typing import Final

from starlette.routing import BaseRoute

from tms_tui.server import agentsocket, operations, visitors, visitorsocket
from tms_tui.server.rest import agents, auth, blocks, events, messages, password, sessions

ROUTES: Final[list[BaseRoute]] = [
    *auth.routes,
    *password.routes,
    *agents.routes,
    *sessions.routes,
    *messages.routes,
    *blocks.routes,
    *events.routes,
    *visitors.routes,
    *operations.routes,
    agentsocket.route,
    visitorsocket.route,
]
