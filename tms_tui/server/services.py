"""What the routes and sockets work with, wired once per application."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from tms_tui.server.audit import Audit
from tms_tui.server.budgets import Budgets
from tms_tui.server.bus import Bus
from tms_tui.server.clock import Clock
from tms_tui.server.connections import Connections
from tms_tui.server.fairqueue import FairQueue
from tms_tui.server.hub import Hub
from tms_tui.server.identities import Identities
from tms_tui.server.journal import Journal
from tms_tui.server.limits import Gate
from tms_tui.server.metrics import Metrics
from tms_tui.server.origins import Origins
from tms_tui.server.passwords import Passwords
from tms_tui.server.presence import Presence
from tms_tui.server.proxies import Proxies
from tms_tui.server.receipts import Receipts
from tms_tui.server.seats import Seats
from tms_tui.server.settings import ServerSettings
from tms_tui.server.signinguard import SignInGuard
from tms_tui.server.signins import SignIns
from tms_tui.server.store.database import Database
from tms_tui.server.tokens import Tokens
from tms_tui.server.visitorpresence import VisitorPresence
from tms_tui.server.whispers import Whispers


@dataclass(slots=True)
class Limits:
    """One gate per kind of call that agents make."""

    password_changes: Gate
    agent_sends: Gate


@dataclass(slots=True)
class Services:
    """The wired parts of one running server."""

    settings: ServerSettings
    database: Database
    bus: Bus
    clock: Clock
    connections: Connections
    journal: Journal
    tokens: Tokens
    identities: Identities
    signins: SignIns
    passwords: Passwords
    guard: SignInGuard
    seats: Seats
    openings: FairQueue
    """Customers' sockets on their way in: one after the other, so that what agents do comes between."""
    readings: FairQueue
    """Customers who read their conversations, two at a time."""
    attempts: FairQueue
    """Sign-ins until it is known whose they are, two at a time."""
    audit: Audit
    proxies: Proxies
    hub: Hub
    presence: Presence
    visitors: VisitorPresence
    whispers: Whispers
    receipts: Receipts
    limits: Limits
    budgets: Budgets
    origins: Origins
    metrics: Metrics
    draining: bool = False


def services(connection: HTTPConnection) -> Services:
    found = connection.app.state.services
    assert isinstance(found, Services)  # noqa: S101 - set by the lifespan before any request
    return found
