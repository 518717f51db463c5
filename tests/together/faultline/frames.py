"""WebSocket frames of a server: split from the stream, and dropped, doubled, shuffled or rewritten."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from websockets.frames import Frame, Opcode

_HEAD_END: Final = b"\r\n\r\n"
_SHORT: Final = 125


def text_frame(payload: bytes) -> bytes:
    """One frame as a server sends it."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Splitter:
    """Cuts what a server says into the head of its answer and whole frames after it."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._in_frames = False

    def feed(self, data: bytes) -> list[bytes]:
        """The pieces that are whole now, in order."""
        self._held += data
        pieces = []
        while length := self._whole():
            pieces.append(bytes(self._held[:length]))
            del self._held[:length]
            self._in_frames = True
        return pieces

    def rest(self) -> bytes:
        """What is held of an unfinished piece."""
        held, self._held = bytes(self._held), bytearray()
        return held

    def _whole(self) -> int:
        """Length of the piece at the front; 0 while it is not whole."""
        if not self._in_frames:
            return self._held.find(_HEAD_END) + len(_HEAD_END) if _HEAD_END in self._held else 0
        if len(self._held) < 2:
            return 0
        length, start = self._held[1] & 0x7F, 2
        if length > _SHORT:
            size = 2 if length == _SHORT + 1 else 8
            if len(self._held) < start + size:
                return 0
            length, start = int.from_bytes(self._held[start : start + size], "big"), start + size
        return start + length if len(self._held) >= start + length else 0


def payload_of(frame: bytes) -> bytes | None:
    """What a text frame carries; None for every other piece."""
    if frame[0] & 0x0F != Opcode.TEXT:
        return None
    length = frame[1] & 0x7F
    start = 2 if length <= _SHORT else 4 if length == _SHORT + 1 else 10
    return frame[start:]


class FrameFault(Protocol):
    """Changes what a server says, frame by frame; it may hold some back for a while."""

    def change(self, payload: bytes) -> list[bytes]:
        """The payloads that go on in place of this one."""
        ...

    def release(self) -> list[bytes]:
        """What was held back."""
        ...


@dataclass
class Drop:
    """Some frames never come; `chance` draws which."""

    share: float
    chance: random.Random

    def change(self, payload: bytes) -> list[bytes]:
        return [] if self.chance.random() < self.share else [payload]

    def release(self) -> list[bytes]:
        return []


@dataclass
class Duplicate:
    """Each frame comes once to `most` times."""

    most: int
    chance: random.Random

    def change(self, payload: bytes) -> list[bytes]:
        return [payload] * self.chance.randint(1, self.most)

    def release(self) -> list[bytes]:
        return []


@dataclass
class Reorder:
    """Frames are gathered, and each handful goes on in another order."""

    window: int
    chance: random.Random
    held: list[bytes] = field(default_factory=list)

    def change(self, payload: bytes) -> list[bytes]:
        self.held.append(payload)
        return self.release() if len(self.held) >= self.window else []

    def release(self) -> list[bytes]:
        held, self.held = self.held, []
        self.chance.shuffle(held)
        return held


@dataclass
class Rewrite:
    """Each payload is put in other words."""

    words: Callable[[bytes], bytes]

    def change(self, payload: bytes) -> list[bytes]:
        return [self.words(payload)]

    def release(self) -> list[bytes]:
        return []
