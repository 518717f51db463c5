"""What the server counts about itself, and what consoles report, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tms_tui.protocol.wire import MetricsBody

MAX_BUCKETS = 20
DELIVERY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ASSIGNMENT_BUCKETS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
MEDIA_TYPE = "text/plain"
CONTENT_TYPE = f"{MEDIA_TYPE}; version=0.0.4; charset=utf-8"


class Metrics:
    """One registry per server, so that two in one process do not share figures."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "tms_chat_http_requests", "Requests answered", ["method", "status"], registry=self._registry
        )
        self.sockets = Gauge("tms_chat_sockets", "Open sockets", ["side"], registry=self._registry)
        self.closes = Counter("tms_chat_socket_closes", "Sockets the server closed", ["code"], registry=self._registry)
        self.messages = Counter("tms_chat_messages", "Messages stored", ["author_type"], registry=self._registry)
        self.logins = Counter("tms_chat_logins", "Sign-ins", ["outcome"], registry=self._registry)
        self.request_seconds = Histogram("tms_chat_http_seconds", "Time to answer a request", registry=self._registry)
        self.console = Counter(
            "tms_chat_console_events", "What consoles report of themselves", ["kind"], registry=self._registry
        )
        self.console_latency = Counter(
            "tms_chat_console_delivery_bucket",
            "Deliveries consoles report, by upper bound in seconds",
            ["le"],
            registry=self._registry,
        )

        self.delivery_seconds = Histogram(
            "tms_chat_delivery_seconds",
            "From a message's commit to its write to an agent's socket",
            buckets=DELIVERY_BUCKETS,
            registry=self._registry,
        )
        self.opens = Counter("tms_chat_socket_opens", "Sockets asked for", ["side", "outcome"], registry=self._registry)
        self.resumes = Counter(
            "tms_chat_socket_resumes", "Sockets that came back with a cursor", ["outcome"], registry=self._registry
        )
        self.delivery_failures = Counter(
            "tms_chat_delivery_failures", "Sockets cut with frames still to be written", registry=self._registry
        )
        self.typing = Counter("tms_chat_typing_frames", "Typing frames taken in", ["side"], registry=self._registry)
        self.refusals = Counter(
            "tms_chat_refusals", "Calls refused for who made them", ["code"], registry=self._registry
        )
        self.assignment_seconds = Histogram(
            "tms_chat_first_message_to_assignment_seconds",
            "From a customer's first message to the first assignment",
            buckets=ASSIGNMENT_BUCKETS,
            registry=self._registry,
        )
        self._last: dict[str, MetricsBody] = {}

    def reported(self, agent_id: str, report: MetricsBody) -> None:
        """Adds what a console counted since its last report; smaller figures mean it started anew."""
        last = self._last.get(agent_id, MetricsBody())
        self._last[agent_id] = report
        for kind in ("connects", "failures", "reconnects", "unread_frames", "duplicates", "gaps_filled"):
            self.console.labels(kind).inc(_grown(getattr(report, kind), getattr(last, kind)))
        before = {one.le: one.count for one in last.latency}
        for one in report.latency[:MAX_BUCKETS]:
            self.console_latency.labels(str(one.le)).inc(_grown(one.count, before.get(one.le, 0)))

    def page(self) -> bytes:
        return generate_latest(self._registry)


def _grown(now: int, before: int) -> int:
    now = max(0, now)
    return now - before if now >= before else now
