"""Every way in which a keyring keeps a password, or does not."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked

from tests.transport.signed_in import at
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.transport.passwords import Backend, KeyringTrouble, NoKeyring, Passwords

EMAIL = "anna@example.com"
PASSWORD = Secret("canary-password")


class Shelf:
    """A keyring that works, in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def before(self) -> None:
        """What happens before it answers."""

    def get_password(self, service: str, username: str) -> str | None:
        self.before()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Sieve(Shelf):
    """Takes everything, keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is kept."""


class Locked(Shelf):
    """Its owner dismissed the prompt."""

    def before(self) -> None:
        raise KeyringLocked("canary-password")


class Broken(Shelf):
    """Raises what no keyring is meant to raise."""

    def before(self) -> None:
        raise ZeroDivisionError("canary-password")


class Hanging(Shelf):
    """Waits for a prompt that nobody sees."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.asked = 0

    def before(self) -> None:
        self.asked += 1
        self.released.wait()


def made(kind: type) -> Backend:
    """One of the library's own, which have no types."""
    backend: Backend = kind()
    return backend


FAKES = frozenset(f"{kind.__module__}.{kind.__qualname__}" for kind in (Shelf, Sieve, Locked, Broken, Hanging))


def keeping(backend: Backend | Exception, answer_within: float = 5.0) -> Passwords:
    def find() -> Backend:
        if isinstance(backend, Exception):
            raise backend
        return backend

    return Passwords(at(8080), find=find, trusted=FAKES, answer_within=answer_within)


async def outcomes(passwords: Passwords) -> list[object]:
    return [await passwords.keep(EMAIL, PASSWORD), await passwords.recall(EMAIL), await passwords.forget(EMAIL)]


async def test_a_password_is_kept_recalled_and_forgotten() -> None:
    shelf = Shelf()
    passwords = keeping(shelf)
    assert await passwords.check() is None
    assert await passwords.recall(EMAIL) is None
    assert await passwords.keep(EMAIL, PASSWORD) is None
    assert shelf.kept == {("tms-chat:http://127.0.0.1:8080", EMAIL): "canary-password"}
    recalled = await passwords.recall(EMAIL)
    assert isinstance(recalled, Secret)
    assert recalled.reveal() == "canary-password"
    assert await passwords.forget(EMAIL) is None
    assert await passwords.forget(EMAIL) is None
    assert shelf.kept == {}


async def test_a_keyring_that_keeps_nothing_is_found_out() -> None:
    trouble = await keeping(Sieve()).keep(EMAIL, PASSWORD)
    assert trouble == NoKeyring(KeyringTrouble.FORGETFUL, CleanText(f"{Sieve.__module__}.Sieve"))


@pytest.mark.parametrize(
    ("backend", "trouble"),
    [
        (made(fail.Keyring), NoKeyring(KeyringTrouble.ABSENT)),
        (made(null.Keyring), NoKeyring(KeyringTrouble.REFUSED, CleanText("keyring.backends.null.Keyring"))),
        (ImportError("no such backend"), NoKeyring(KeyringTrouble.BROKEN, CleanText("ImportError"))),
    ],
)
async def test_what_is_not_trusted_is_never_asked(backend: Backend | Exception, trouble: NoKeyring) -> None:
    passwords = keeping(backend)
    assert await passwords.check() == trouble
    assert await outcomes(passwords) == [trouble] * 3


@pytest.mark.parametrize(
    ("backend", "trouble"),
    [
        (Locked(), NoKeyring(KeyringTrouble.LOCKED, CleanText("KeyringLocked"))),
        (Broken(), NoKeyring(KeyringTrouble.BROKEN, CleanText("ZeroDivisionError"))),
    ],
)
async def test_errors_are_told_without_their_text(backend: Backend, trouble: NoKeyring) -> None:
    assert await outcomes(keeping(backend)) == [trouble] * 3


async def test_a_keyring_that_hangs_is_left_alone_from_then_on() -> None:
    backend = Hanging()
    passwords = keeping(backend, answer_within=0.05)
    try:
        assert await outcomes(passwords) == [NoKeyring(KeyringTrouble.SILENT)] * 3
        assert await passwords.check() == NoKeyring(KeyringTrouble.SILENT)
        assert backend.asked == 1
    finally:
        backend.released.set()


def test_a_hanging_keyring_does_not_hold_up_the_end() -> None:
    backend = Hanging()
    try:
        asyncio.run(asyncio.wait_for(outcomes(keeping(backend, answer_within=0.05)), timeout=10))
        (waiting,) = (thread for thread in threading.enumerate() if thread.name == "keyring")
        assert waiting.daemon
    finally:
        backend.released.set()
    waiting.join(timeout=10)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    ("links", "trouble"),
    [
        (lambda: [Shelf()], None),
        (lambda: [Shelf(), made(null.Keyring)], KeyringTrouble.REFUSED),
        (lambda: [made(fail.Keyring)], KeyringTrouble.ABSENT),
        (list, KeyringTrouble.ABSENT),
    ],
)
async def test_a_chain_is_trusted_when_each_link_is(
    links: Callable[[], list[object]], trouble: KeyringTrouble | None
) -> None:
    found = await keeping(Chain.of(links())).check()
    assert (found.trouble if found else None) == trouble


class Chain(Shelf):
    """Stands for the library's chain, which finds its links by itself."""

    backends: list[object]

    @classmethod
    def of(cls, links: list[object]) -> "Chain":
        chain = cls()
        chain.backends = links
        return chain


Chain.__module__, Chain.__qualname__ = chainer.__name__, chainer.ChainerBackend.__qualname__
