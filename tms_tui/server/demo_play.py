"""What the demo's child process plays: the reference server, two agents, and the customers, in one loop."""

import asyncio
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tms_tui.server import admin
from tms_tui.server.clock import SystemClock
from tms_tui.server.customer_scripts import cast
from tms_tui.server.customers import run_customers
from tms_tui.server.demo import Answer, DemoAgent, Order
from tms_tui.server.line import first_of
from tms_tui.server.run import Running
from tms_tui.server.settings import PasswordCost, ServerSettings
from tms_tui.server.signals import end_asked

AGENTS: Final = (("Ana", "ana@demo.example"), ("Eva", "eva@demo.example"))
QUICK_HASH: Final = PasswordCost(time=1, memory_kib=8_192, lanes=1)
"""These passwords die with the folder, and somebody waits for the desk."""
CONSONANTS: Final = "bdfgklmnprstvz"
VOWELS: Final = "aeiou"


async def play(order: Order, answer: Callable[[Answer], None]) -> None:
    """Serve until stdin closes or a signal asks for the end.

    `answer` is called once the server answers and the agents can sign in.
    """
    settings = ServerSettings(data=Path(order.folder) / "server", port=0, password_cost=QUICK_HASH)
    agents = tuple(DemoAgent(name, email, _password()) for name, email in AGENTS)
    await _furnish(settings, agents)
    with end_asked() as asked:
        async with Running(settings) as running:
            answer(Answer(url=running.url, agents=agents))
            # Customers go on for ever: if they end, that is a failure to be raised.
            await first_of(
                run_customers(running.url, seed=order.seed, clock=SystemClock()), _stdin_closes(), _until(asked)
            )


async def _until(asked: asyncio.Event) -> None:
    await asked.wait()


async def _furnish(settings: ServerSettings, agents: tuple[DemoAgent, ...]) -> None:
    for agent in agents:
        await admin.add_agent(settings, email=agent.email, name=agent.name, password=agent.password)
    for canned in cast().canned:
        await admin.add_canned(settings, shortcut=canned.shortcut, title=canned.title, content=canned.content)


def _password() -> str:
    """Such as "zafo-kimu-deru-nola": 49 bits that a person can type in another terminal."""
    return "-".join(_syllable() + _syllable() for _ in range(4))


def _syllable() -> str:
    return secrets.choice(CONSONANTS) + secrets.choice(VOWELS)


async def _stdin_closes() -> None:
    """The parent's end of the pipe closes when it is done, and also when it is killed."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        await reader.read()
    finally:
        pipe.close()
