"""A server in a process of its own that never announces what it stored: the moment before a crash, held."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from tests.server.running import QUICK
from tms_tui.server.bus import LogGrew, MemoryBus, Notice
from tms_tui.server.run import Running
from tms_tui.server.settings import ServerSettings


class MuteBus(MemoryBus):
    async def publish(self, notice: Notice) -> None:
        if not isinstance(notice, LogGrew):
            await super().publish(notice)


async def main(data: Path) -> None:
    # Each of these looks at the log of itself.
    seldom: dict[str, Any] = {"log_check": 3600, "account_check": 3600, "sign_in_check": 3600}
    settings = ServerSettings(data=data, port=0, password_cost=QUICK, **seldom)
    async with Running(settings, bus=MuteBus()) as running:
        sys.stdout.write(f"{running.port}\n")
        sys.stdout.flush()
        await running.until(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
