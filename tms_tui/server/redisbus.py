"""The bus over Redis: one channel for notices, one key a node for its roster, one key a shared bucket."""

import asyncio
import contextlib
import hashlib
import logging
import random
from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tms_tui.server.bus import Draw, Hear, Missed, Notice, Roster
from tms_tui.server.settings import Rate

logger = logging.getLogger(__name__)

CHANNEL: Final = "tms-chat:{}:notices"
ROSTERS: Final = "tms-chat:{}:node:"
BUCKETS: Final = "tms-chat:{}:bucket:"
"""With the installation's name in it: two that share a Redis must not hear each other."""
PATIENCE: Final = 1.0
LIMIT_PATIENCE: Final = 0.25
LIMIT_REST: Final = 2.0
"""After a bucket could not be asked for in time, nobody asks for so long."""
QUIET: Final = 2.0
CANCELLED_WITHIN: Final = 0.2
DEAF: Final = 5.0
"""A subscription on which even pings bring nothing for so long is made anew."""
MOST_WAITING: Final = 10_000

# By the clock of Redis: the nodes' own may differ. Of each bucket: rate, burst, how many. All are taken, or none.
_TAKE: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local waits, held, must_wait = {}, {}, false
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  local many = math.min(tonumber(ARGV[3 * i]), burst)
  local found = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(found[1]) or burst, tonumber(found[2]) or now
  held[i] = math.min(burst, tokens + math.max(0, now - at) * rate)
  local wait = 0
  if held[i] < many then wait = (many - held[i]) / rate must_wait = true end
  waits[i] = tostring(wait)
end
if must_wait then return waits end
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  local tokens = math.min(burst, held[i] - math.min(tonumber(ARGV[3 * i]), burst))
  redis.call('HSET', key, 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', key, math.ceil((burst - tokens) / rate * 1000) + 1000)
end
return waits
"""


class BusLostError(OSError):
    """Redis cannot be reached, or did not answer in time."""


class _Packet(msgspec.Struct, frozen=True):
    """A notice and who sent it, so that a node skips its own."""

    sender: str
    notice: Notice


class RedisBus:
    """Never in the way of a request: what Redis does not take at once is dropped, and `Missed` follows."""

    def __init__(
        self, url: str, node: str, password: str | None = None, *, limit_patience: float = LIMIT_PATIENCE
    ) -> None:
        """`limit_patience`: after so many seconds without an answer limits are counted here alone."""
        self._node = node
        self._installation = ""
        self._redis = _client(url, password, PATIENCE)
        self._limit_patience = limit_patience
        self._buckets = _client(url, password, limit_patience)
        self._take = self._buckets.register_script(_TAKE)
        self._rest_until = 0.0
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._roster: tuple[Roster, float] | None = None
        self._news = asyncio.Event()
        self._lost = False
        self._tasks: list[asyncio.Task[None]] = []
        self._hear: Hear = _nobody
        self._closing = False
        """The driver may swallow a cancellation while it connects; so the tasks look at this too."""
        self.reachable = False

    async def start(self, hear: Hear, installation: str) -> None:
        """Does not wait for Redis: a server starts without it, and finds it when it is there."""
        self._hear = hear
        self._installation = installation
        self._tasks = [
            asyncio.create_task(self._listen_on(), name="bus listener"),
            asyncio.create_task(self._send_on(), name="bus sender"),
        ]

    async def publish(self, notice: Notice) -> None:
        self._hear(notice)
        self._lost = self._lost or len(self._waiting) == MOST_WAITING
        self._waiting.append(self._packed(notice))
        self._news.set()

    async def register(self, roster: Roster, lease: float) -> None:
        self._roster = (roster, lease)
        self._news.set()

    async def take(self, bucket: str, rate: Rate, many: int = 1) -> float | None:
        waits = await self.take_all([Draw(bucket, rate, many)])
        return None if waits is None else waits[0]

    async def take_all(self, draws: Sequence[Draw]) -> list[float] | None:
        now = asyncio.get_running_loop().time()
        if now < self._rest_until:
            return None
        numbers = [number for one in draws for number in (one.rate.per_second, one.rate.burst, one.many)]
        try:
            async with asyncio.timeout(self._limit_patience):
                return [float(wait) for wait in await self._take([self._key(one.bucket) for one in draws], numbers)]
        except (RedisError, OSError) as error:
            self._rest_until = now + LIMIT_REST
            logger.warning("limits are counted here alone error=%s", type(error).__name__)
            return None

    def _key(self, bucket: str) -> str:
        """Without the name of the network or the account in it."""
        return BUCKETS.format(self._installation) + hashlib.blake2b(bucket.encode(), digest_size=16).hexdigest()

    async def ping(self) -> None:
        try:
            await self._redis.ping()
        except RedisError as error:
            raise BusLostError(type(error).__name__) from error

    async def close(self) -> None:
        self._closing = True
        pending = set(self._tasks)
        while pending:  # once is not enough: the driver may swallow it while it connects
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCELLED_WITHIN)
        with contextlib.suppress(RedisError, OSError):  # the last words; without them the lease runs out
            await self._send()
        await self._redis.aclose()
        await self._buckets.aclose()

    def _packed(self, notice: Notice) -> bytes:
        return msgspec.json.encode(_Packet(self._node, notice))

    async def _listen_on(self) -> None:
        while not self._closing:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL.format(self._installation))
                    await self._listen(subscription)
            except (RedisError, OSError) as error:
                if self.reachable:
                    logger.error("bus lost error=%s", type(error).__name__)
            self.reachable = False
            await asyncio.sleep(random.uniform(0.1, 1))  # noqa: S311 - jitter is no secret

    async def _listen(self, subscription: PubSub) -> None:
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        while not self._closing and loop.time() - heard_at < DEAF:
            message = await subscription.get_message(timeout=QUIET)
            if message is None:
                await subscription.ping()
                continue
            heard_at = loop.time()
            if message["type"] == "subscribe":
                await self._subscribed()
            elif message["type"] == "message":
                self._heard(message["data"])

    async def _subscribed(self) -> None:
        """What was said before this moment was not heard; the rosters are still there to read."""
        self.reachable = True
        logger.info("bus reached")
        self._hear(Missed())
        keys = [key async for key in self._redis.scan_iter(match=f"{ROSTERS.format(self._installation)}*", count=100)]
        for held in await self._redis.mget(keys) if keys else []:
            if held is not None:
                self._heard(held)

    def _heard(self, data: bytes | str) -> None:
        try:
            packet = msgspec.json.decode(data, type=_Packet)
        except msgspec.DecodeError:
            logger.warning("a notice could not be read; do all nodes run the same version?")
            return
        if packet.sender != self._node:
            self._hear(packet.notice)

    async def _send_on(self) -> None:
        while not self._closing:
            await self._news.wait()
            self._news.clear()
            try:
                await self._send()
            except (RedisError, OSError):
                self._lost = True
                await asyncio.sleep(0.5)
                self._news.set()

    async def _send(self) -> None:
        packets, roster = list(self._waiting), self._roster
        self._waiting.clear()
        async with self._redis.pipeline(transaction=False) as pipeline:
            if roster is not None:
                said, lease = roster
                packed = self._packed(said)
                _ = pipeline.set(ROSTERS.format(self._installation) + self._node, packed, px=round(lease * 1000))
                packets.append(packed)
            if self._lost:
                packets.append(self._packed(Missed()))
            for packet in packets:
                _ = pipeline.publish(CHANNEL.format(self._installation), packet)
            await pipeline.execute()
        self._lost = False
        if self._roster is roster:
            self._roster = None


def _client(url: str, password: str | None, patience: float) -> Redis:
    return Redis.from_url(
        url,
        password=password,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        client_name="tms-chat",
    )


def _nobody(_notice: Notice) -> None:
    """Hears nothing: the bus was not started yet."""
