"""The application: parts wired together, routes laid out, started and stopped in order."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute

from tms_tui.server import keys
from tms_tui.server.accountwatch import AccountWatch
from tms_tui.server.audit import Audit
from tms_tui.server.background import Background
from tms_tui.server.budgets import NETWORK_BUSY, Budgets
from tms_tui.server.bus import Bus, Roster
from tms_tui.server.clock import Clock, SystemClock
from tms_tui.server.connections import Connections
from tms_tui.server.envelope import Envelope
from tms_tui.server.errors import Refusal, on_crash, on_http_error, on_store_failure, on_too_long
from tms_tui.server.fairqueue import FairQueue
from tms_tui.server.holders import release_stranded
from tms_tui.server.hub import Hub
from tms_tui.server.identities import Identities
from tms_tui.server.journal import Journal
from tms_tui.server.limits import Gate
from tms_tui.server.metrics import Metrics
from tms_tui.server.nodes import Nodes
from tms_tui.server.openbus import open_bus
from tms_tui.server.origins import Origins
from tms_tui.server.pacing import Pace
from tms_tui.server.passwords import Passwords
from tms_tui.server.presence import Presence
from tms_tui.server.proxies import Proxies
from tms_tui.server.receipts import Receipts
from tms_tui.server.routes import ROUTES
from tms_tui.server.seats import CODE as TOO_MANY_SOCKETS
from tms_tui.server.seats import Seats
from tms_tui.server.services import Limits, Services
from tms_tui.server.settings import ServerSettings
from tms_tui.server.signinguard import SignInGuard
from tms_tui.server.signins import SignIns
from tms_tui.server.store import installation
from tms_tui.server.store.agents import ensure_tenant
from tms_tui.server.store.database import Database, TooLongError, open_database
from tms_tui.server.tokens import Tokens
from tms_tui.server.visitorpresence import VisitorPresence
from tms_tui.server.waking import wake_for_ever
from tms_tui.server.whispers import Whispers


def create_app(
    settings: ServerSettings,
    database: Database | None = None,
    bus: Bus | None = None,
    clock: Clock | None = None,
) -> Envelope:
    """The server as an ASGI application.

    What is not handed in is opened by the settings' URLs. Raises WeakKeyError, and ValueError for
    a bus or a store nobody serves, and for what is no origin or no proxy. Its life begins with StrangeKeyError,
    OutdatedSchemaError, or well.
    """
    background = Background()
    node = uuid.uuid4().hex
    served = _wired(
        settings,
        database or open_database(settings),
        bus or open_bus(settings, node),
        clock or SystemClock(),
        background,
    )
    life = partial(_life, node, served, background)
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            Refusal: partial(_on_refusal, served),
            HTTPException: on_http_error,
            TooLongError: on_too_long,
            SQLAlchemyError: on_store_failure,
            Exception: on_crash,
        },
        lifespan=lambda _app: life(),
    )
    app.router.redirect_slashes = False  # an address is right or not there; none leads elsewhere
    app.state.services = served
    return Envelope(app, served, life, {one.path for one in ROUTES if isinstance(one, WebSocketRoute)})


@contextlib.asynccontextmanager
async def _life(node: str, served: Services, background: Background) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(served.database.close)
        closing.push_async_callback(served.bus.close)
        closing.push_async_callback(served.journal.close)
        await _open(served)
        closing.push_async_callback(background.close)
        roll = partial(_roster, node, served.presence, served.hub)
        background.start(served.hub.nodes.run(roll), "nodes")
        accounts = AccountWatch(served.journal, served.hub, served.signins, served.settings)
        background.start(accounts.run(), "accounts")
        background.start(served.hub.watch_writing(served.settings.slow_write), "slow sockets")
        background.start(served.connections.watch(), "connections")
        background.start(wake_for_ever(served.journal, served.settings.wake_check), "waking")
        yield
        served.draining = True
        await background.close()
        await served.receipts.settle()
        await served.hub.nodes.leave(roll())


async def _on_refusal(served: Services, request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for this type alone
    served.audit.refused(request, refusal)
    return refusal.response()


async def _open(served: Services) -> None:
    await served.database.prepare()
    async with served.database.write() as connection:
        await ensure_tenant(connection, served.settings.tenant)
        await keys.agree(connection, served.tokens.keys)
        await connection.run_sync(served.identities.learn)
        name = await installation.name(connection)
    await served.bus.start(served.hub.hear, name)
    await served.visitors.adopt()
    await release_stranded(served.journal)


def _roster(node: str, presence: Presence, hub: Hub) -> Roster:
    return Roster(node, presence.roll.said(), hub.visitors_here())


def _pace(clock: Clock, background: Background, metrics: Metrics, kind: str, seconds: float) -> Pace:
    return Pace(seconds, clock, background, metrics.folded.labels(kind))


def _passwords(settings: ServerSettings, clock: Clock) -> Passwords:
    at_once = settings.sign_ins_at_once, settings.strangers_at_once
    waiting = settings.sign_ins_waiting_of_network, settings.sign_ins_waiting
    known, strangers = (FairQueue(many, *waiting) for many in at_once)
    return Passwords(settings.password_cost, known, strangers, clock)


def _wired(settings: ServerSettings, database: Database, bus: Bus, clock: Clock, background: Background) -> Services:
    signins = SignIns(database, clock)
    metrics = Metrics()
    pace = partial(_pace, clock, background, metrics)
    proxies = Proxies(settings.trusted_proxies)
    hub = Hub(database, settings, signins, background, Nodes(bus, settings.heartbeat))
    journal = Journal(database, bus, clock, hub.hand_over)
    return Services(
        settings=settings,
        database=database,
        bus=bus,
        clock=clock,
        connections=Connections(settings, proxies, clock, metrics),
        journal=journal,
        tokens=Tokens(keys.signing_keys(settings), settings, clock),
        identities=Identities(),
        signins=signins,
        proxies=proxies,
        passwords=_passwords(settings, clock),
        guard=SignInGuard(
            Gate("login network", settings.network_login_rate, clock, bus),
            Gate("login there", settings.login_rate, clock, bus),
            Gate("login account", settings.account_login_rate, clock, bus),
        ),
        seats=Seats(settings, clock),
        openings=FairQueue(1, settings.sockets_per_network, settings.sockets_per_node, TOO_MANY_SOCKETS),
        readings=FairQueue(2, settings.sockets_per_network, settings.sockets_per_node, NETWORK_BUSY),
        attempts=FairQueue(2, settings.sockets_per_network, settings.sockets_per_node),
        audit=Audit(metrics, clock),
        hub=hub,
        presence=Presence(
            database, bus, hub, clock, settings.agent_grace, background, pace("presence", settings.whisper_every)
        ),
        visitors=VisitorPresence(
            journal, hub, clock, settings.visitor_grace, background, pace("customers", settings.customer_seen_every)
        ),
        whispers=Whispers(bus, clock, pace("typing", settings.whisper_every), settings, metrics),
        receipts=Receipts(journal, pace("receipts", settings.receipt_every)),
        limits=Limits(
            password_changes=Gate("password", settings.password_change_rate, clock, bus),
            agent_sends=Gate("agent send", settings.agent_send_rate, clock, bus),
        ),
        budgets=Budgets(settings, clock, bus),
        origins=Origins(settings.origins),
        metrics=metrics,
    )
