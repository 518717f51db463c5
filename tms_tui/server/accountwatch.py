"""Looks for accounts that were changed by another process: closes what may not stay open, frees what is held."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from tms_tui.server.holders import release_stranded
from tms_tui.server.hub import Hub
from tms_tui.server.journal import Journal
from tms_tui.server.settings import ServerSettings
from tms_tui.server.signins import SignIns
from tms_tui.server.store import installation

logger = logging.getLogger(__name__)


class AccountWatch:
    """An operator's command leaves a mark in the store; what was changed without one is found at the next full look."""

    def __init__(self, journal: Journal, hub: Hub, signins: SignIns, settings: ServerSettings) -> None:
        self._journal = journal
        self._hub = hub
        self._signins = signins
        self._full = settings.sign_in_check
        self._pause = min(settings.account_check, settings.sign_in_check)
        self._mark: str | None = None
        """None until it was first read."""
        self._looked_at = 0.0

    async def run(self) -> None:
        """For ever."""
        self._looked_at = self._journal.clock.now()
        while True:
            await self._journal.clock.sleep(self._pause)
            try:
                await self._look()
            except SQLAlchemyError as error:
                logger.error("accounts unreadable error=%s", type(error).__name__)

    async def _look(self) -> None:
        now = self._journal.clock.now()
        async with self._journal.database.read() as connection:
            mark = await installation.accounts_mark(connection)
        # A clock that was set back must not put the full look off.
        if mark == self._mark and 0 <= now - self._looked_at < self._full:
            return
        if self._mark not in (None, mark):
            logger.info("accounts were changed by a command")
        self._signins.forget_all()
        await self._hub.close_ended()
        await release_stranded(self._journal)
        self._hub.look_at_logs()
        self._mark, self._looked_at = mark, now
