"""How many files and sockets this process may have open: raised as far as is needed, and said when that is not far."""

import logging
import resource
from typing import Final

from tms_tui.server.settings import ServerSettings

logger = logging.getLogger(__name__)

BESIDES: Final = 512
"""For calls, the store, the bus and the program itself."""


def needed(settings: ServerSettings) -> int:
    """Descriptors: one for each socket, as many for their calls over HTTP, and some besides."""
    return 2 * settings.sockets_per_node + BESIDES


def allow_files(count: int) -> None:
    """Raises this process's own limit to `count`; where the system forbids it, the log says what to raise."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < count:
        words = "open files are limited to %d, and %d are needed: raise the limit, or lower --max-sockets"
        logger.warning(words, most, count)
