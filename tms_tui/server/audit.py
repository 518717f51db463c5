"""What concerns trust: refusals for who somebody is, and changed passwords, in the log without token or text."""

import logging
from typing import Final

from starlette.requests import HTTPConnection

from tms_tui.server.clock import Clock
from tms_tui.server.errors import Refusal
from tms_tui.server.logs import SparingLog
from tms_tui.server.metrics import Metrics

logger = logging.getLogger(__name__)
PATH_SHOWN: Final = 200
AUDITED: Final = frozenset({401, 403, 429})


class Audit:
    """Refusals as figures, all of them, and as lines, of each code one a minute."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._log = SparingLog(logger, clock)

    def refused(self, connection: HTTPConnection, refusal: Refusal) -> None:
        """Notes a 401, 403 or 429; anything else is no matter of trust."""
        if refusal.status not in AUDITED:
            return
        self._metrics.refusals.labels(refusal.code).inc()
        self._log.say(
            logging.WARNING,
            refusal.code,
            "refused code=%s status=%d path=%r address=%s",
            refusal.code,
            refusal.status,
            connection.url.path[:PATH_SHOWN],
            connection.client.host if connection.client else "unknown",
        )


def password_changed(agent_id: str, ended: int) -> None:
    """Notes that an agent changed their own; `ended`: how many other sign-ins it cost."""
    logger.info("password changed agent=%s ended=%d", agent_id, ended)
