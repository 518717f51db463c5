"""A console to be killed: asks for sends in its outbox, says which, and waits for the end.

`python -m tests.matrix.dying_desk ASKED` with the address, the file of the outbox and the conversations as JSON.
"""

import asyncio
import json
import random
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.matrix.desk import Desk
from tests.matrix.quick_clock import QuickClock
from tms_tui.engine.keep import Keep


async def main(asked: dict[str, Any]) -> None:
    """Until it is killed."""
    desk = Desk(asked["url"], QuickClock(), random.Random(0), Keep(Path(asked["kept"])))
    await desk.sign_in("dana@example.com")
    desk.start()
    await desk.until(lambda state: set(asked["sessions"]) <= set(state.sessions), what="the conversations are known")
    for number, session in enumerate(asked["sessions"]):
        desk.send(session, f"before the end {number}")
    await desk.until(lambda state: all(send.kept for send in state.outbox), what="all are kept")
    sys.stdout.write(json.dumps([asdict(intent) for intent in desk.intents]) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
