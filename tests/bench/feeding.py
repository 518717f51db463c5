"""What the fake servers share: the harness's orders, read from standard input, and the pace of what they send.

Orders and answers are one JSON object a line. A feeder first says `{"port": N}`, then answers each order:

    {"op": "wait_client"}                                        {}   once a client takes messages
    {"op": "send", "text": T, "to": N}                           {"at": when, just before the write}
    {"op": "stream", "rate": R, "count": C, "mark": M, "to": N}  {"at": when}; every M-th message carries a token
    {"op": "finish", "now": bool}                                {"marks": [[token, when], ...], "sent": how many}
    {"op": "prepare", "count": C, "last": T, "to": N}            {}   a burst, encoded; the last text begins with T
    {"op": "release"}                                            {"at": when}; the burst goes out in one write

Sending is open-loop: at its hour, whether or not the client keeps up. `to` is the conversation's number from 1.
"""

import asyncio
import json
import random
import sys
import time
from abc import ABC, abstractmethod
from typing import Any, Final

now = time.monotonic

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_SPEECH: Final = (
    "good morning my parcel never came and the shop says it was handed over on friday can you look where it is "
    "i paid twice for one ticket please give the second amount back to the same card thank you for waiting "
    "the link in your letter leads nowhere which form do we need to change an address before monday"
)
_WORDS: Final = _SPEECH.split()


def token(length: int = 9) -> str:
    """A word that stands nowhere else on any screen."""
    return "".join(random.choices(_LETTERS, k=length))


def sentence(chance: random.Random) -> str:
    """What a customer might write: 4 to 22 words."""
    return " ".join(chance.choices(_WORDS, k=chance.randint(4, 22)))


class Feeder(ABC):
    """A fake server for one client, under the harness's orders."""

    def __init__(self) -> None:
        self.client_ready = asyncio.Event()
        self._chance = random.Random(11)
        self._stream: asyncio.Task[None] | None = None
        self._marks: list[tuple[str, float]] = []
        self._sent = 0
        self._burst = b""

    @abstractmethod
    async def listen(self) -> int:
        """Serve from now on; the port."""

    @abstractmethod
    def encode(self, text: str, to: int) -> bytes:
        """One message to conversation `to`, as it goes over the line."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Put bytes on the client's line without waiting for it."""

    async def serve(self) -> None:
        """Obey until standard input ends."""
        orders = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        _say(port=await self.listen())
        while line := await orders.readline():
            _say(**await self._obey(json.loads(line)))
        pipe.close()

    async def _obey(self, order: dict[str, Any]) -> dict[str, Any]:
        match order["op"]:
            case "wait_client":
                await self.client_ready.wait()
                return {}
            case "send":
                data = self.encode(order["text"], order["to"])
                return {"at": self._stamped_write(data)}
            case "prepare":
                self._burst = self._encode_burst(order)
                return {}
            case "release":
                return {"at": self._stamped_write(self._burst)}
            case "stream":
                self._marks, self._sent = [], 0
                self._stream = asyncio.create_task(self._run_stream(order))
                return {"at": now()}
            case "finish":
                return await self._finish(at_once=order["now"])
        raise ValueError(order["op"])

    def _stamped_write(self, data: bytes) -> float:
        at = now()
        self.write(data)
        return at

    def _encode_burst(self, order: dict[str, Any]) -> bytes:
        texts = [sentence(self._chance) for _ in range(order["count"] - 1)]
        return b"".join(self.encode(text, order["to"]) for text in [*texts, f"{order['last']} was the last"])

    async def _run_stream(self, order: dict[str, Any]) -> None:
        begin = now()
        for number in range(order["count"]):
            await asyncio.sleep(max(0.0, begin + number / order["rate"] - now()))
            text = sentence(self._chance)
            if number % order["mark"] == order["mark"] - 1:
                mark = token()
                self._marks.append((mark, self._stamped_write(self.encode(f"{mark} {text}", order["to"]))))
            else:
                self.write(self.encode(text, order["to"]))
            self._sent += 1

    async def _finish(self, *, at_once: bool) -> dict[str, Any]:
        if self._stream:
            if at_once:
                self._stream.cancel()
            await asyncio.wait([self._stream])
        return {"marks": self._marks, "sent": self._sent}


def _say(**answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
