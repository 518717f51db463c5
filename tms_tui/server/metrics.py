"""What the server counts about itself, and what consoles report, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector

from tms_tui.domain.policy import DELIVERY_BOUNDS
from tms_tui.protocol.wire import MetricsBody

REPORT_EVERY = 60.0
"""Seconds between two reports that a console is asked for."""
CONSOLE_COUNTERS = (
    "connects",
    "failures",
    "reconnects",
    "unread_frames",
    "duplicates",
    "gaps_filled",
    "deaf_lines",
)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "WS"})
"""What requests are counted by; `WS` is a socket. Whatever else a caller makes up is `other`."""
LEAVING_CODES = frozenset({1000, 1001, 1002, 1005, 1006, 1007, 1009, 1011})
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
        self._leavings = Counter(
            "tms_chat_socket_leavings",
            "Sockets whose client went; 1005 and 1006: without a word",
            ["code"],
            registry=self._registry,
        )
        self.messages = Counter("tms_chat_messages", "Messages stored", ["author_type"], registry=self._registry)
        self.logins = Counter("tms_chat_logins", "Sign-ins", ["outcome"], registry=self._registry)
        self.request_seconds = Histogram("tms_chat_http_seconds", "Time to answer a request", registry=self._registry)
        self.console = Counter(
            "tms_chat_console_events", "What consoles report of themselves", ["kind"], registry=self._registry
        )
        self.console_latency = ConsoleLatency()
        self._registry.register(self.console_latency)
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
        self.folded = Counter(
            "tms_chat_folded", "What came too soon and was folded into the next", ["kind"], registry=self._registry
        )
        self.refusals = Counter(
            "tms_chat_refusals", "Calls refused for who made them", ["code"], registry=self._registry
        )
        self.cut = Counter(
            "tms_chat_http_cut", "HTTP connections cut or not let in", ["reason"], registry=self._registry
        )
        self.assignment_seconds = Histogram(
            "tms_chat_first_message_to_assignment_seconds",
            "From a customer's first message to the first assignment",
            buckets=ASSIGNMENT_BUCKETS,
            registry=self._registry,
        )

    def left(self, code: int | None) -> None:
        """A client went. Codes of its own making share one label, for it could make thousands."""
        self._leavings.labels(str(code) if code in LEAVING_CODES else "other").inc()

    def reported(self, report: MetricsBody) -> None:
        """Adds what a console counted since its last report; whose console it was is not kept."""
        for kind in CONSOLE_COUNTERS:
            self.console.labels(kind).inc(getattr(report, kind))
        self.console_latency.add(report)

    def page(self) -> bytes:
        return generate_latest(self._registry)


class ConsoleLatency(Collector):
    """A histogram that is told counts instead of single values. Its bounds are fixed: a report adds no label."""

    def __init__(self) -> None:
        self._within = dict.fromkeys(DELIVERY_BOUNDS, 0)
        self._count = 0
        self._sum = 0.0

    def add(self, report: MetricsBody) -> None:
        """Adds one report; a bound that is not known, or counts more than there were, is left out or cut."""
        for bucket in report.latency:
            if bucket.le in self._within:
                self._within[bucket.le] += min(bucket.count, report.latency_count)
        self._count += report.latency_count
        self._sum += report.latency_sum

    def collect(self) -> Iterator[HistogramMetricFamily]:
        buckets = [(str(bound), float(count)) for bound, count in self._within.items()]
        yield HistogramMetricFamily(
            "tms_chat_console_delivery_seconds",
            "From a message's commit to its arrival at a console, as consoles report",
            buckets=[*buckets, ("+Inf", float(self._count))],
            sum_value=self._sum,
        )
