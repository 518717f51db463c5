"""What is done to the company, each fault with the proof that it bit."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from redis import Redis

from tests.load.company import Company
from tests.load.crowd import Crowd

Strike = Callable[[Company, Crowd], Awaitable[str]]
DOWN = 4.0
"""Seconds that a killed node stays away."""
FROZEN = 8.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`strike` does it, mends it, and tells how it showed; it raises AssertionError when nothing was felt."""

    words: str
    strike: Strike


def _killed(*numbers: int) -> Strike:
    async def strike(company: Company, crowd: Crowd) -> str:
        nodes = [company.nodes[number] for number in numbers]
        before = len(crowd.ledger.losses)
        codes = await asyncio.gather(*(node.kill() for node in nodes))
        assert set(codes) == {-signal.SIGKILL}, codes
        await asyncio.sleep(DOWN)
        lost = len(crowd.ledger.losses) - before
        assert lost, "no socket was lost"
        await asyncio.gather(*(node.start() for node in nodes))
        return f"{lost} sockets lost, away for {DOWN:.0f} s"

    return strike


async def _redis_restarted(company: Company, _crowd: Crowd) -> str:
    redis = company.redis
    before = await asyncio.to_thread(_run_id, redis.port)
    redis.kill()
    await company.until_ready(lambda ready: not any(ready))
    await asyncio.to_thread(redis.start)
    assert await asyncio.to_thread(_run_id, redis.port) != before
    return "/readyz red at both nodes, another run id, all keys gone"


async def _redis_frozen(company: Company, _crowd: Crowd) -> str:
    company.redis.freeze()
    try:
        await company.until_ready(lambda ready: not any(ready))
        await asyncio.sleep(FROZEN)
    finally:
        company.redis.thaw()
    return f"/readyz red at both nodes, frozen for more than {FROZEN:.0f} s"


async def _postgres_restarted(company: Company, crowd: Crowd) -> str:
    before = sum(crowd.ledger.refused.values())
    await asyncio.to_thread(company.postgres.stop, "immediate")
    await company.until_ready(lambda ready: not any(ready))
    await asyncio.sleep(1)
    await asyncio.to_thread(company.postgres.start)
    await company.until_ready(all)
    refused = sum(crowd.ledger.refused.values()) - before
    assert refused, "no call was refused"
    return f"/readyz red at both nodes, {refused} calls refused"


def _run_id(port: int) -> str:
    with Redis(port=port, decode_responses=True) as client:
        about = client.info("server")
    assert isinstance(about, dict)
    return str(about["run_id"])


FIRST_NODE = Fault("`kill -9` of node 1", _killed(0))
SECOND_NODE = Fault("`kill -9` of node 2", _killed(1))
BOTH_NODES = Fault("`kill -9` of both nodes at once", _killed(0, 1))
REDIS_RESTARTED = Fault("Redis killed and restarted, empty", _redis_restarted)
REDIS_FROZEN = Fault("Redis frozen (SIGSTOP)", _redis_frozen)
POSTGRES_RESTARTED = Fault("PostgreSQL restarted (`-m immediate`)", _postgres_restarted)

ROUND = (FIRST_NODE, REDIS_RESTARTED, POSTGRES_RESTARTED, SECOND_NODE, REDIS_FROZEN, BOTH_NODES)
"""Every fault once."""
