"""Refusals for who somebody is: a line in the log and a figure, without token or text."""

import logging
from typing import Final

from starlette.requests import HTTPConnection

from tms_tui.server.errors import Refusal
from tms_tui.server.metrics import Metrics

logger = logging.getLogger(__name__)
AUDITED: Final = frozenset({401, 403, 429})


def refused(connection: HTTPConnection, refusal: Refusal, metrics: Metrics) -> None:
    """Notes a 401, 403 or 429; anything else is no matter of trust."""
    if refusal.status not in AUDITED:
        return
    metrics.refusals.labels(refusal.code).inc()
    logger.warning(
        "refused code=%s status=%d path=%r address=%s",
        refusal.code,
        refusal.status,
        connection.url.path,
        connection.client.host if connection.client else "unknown",
    )
