"""What concerns trust: refusals for who somebody is, and changed passwords, in the log without token or text."""

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


def password_changed(agent_id: str, ended: int) -> None:
    """Notes that an agent changed their own; `ended`: how many other sign-ins it cost."""
    logger.info("password changed agent=%s ended=%d", agent_id, ended)
