"""The password in the system's keyring: only when asked to, checked after writing, never waited for long."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText, clean_line
from tms_tui.domain.value import Value
from tms_tui.transport.addresses import ServerAddress

T = TypeVar("T")

ANSWER_WITHIN: Final = 5.0
"""Seconds for one call; a locked keyring can hold a caller for minutes."""

TRUSTED: Final = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
"""Backends that keep what they are given, and encrypted. Configuration can name any class at all."""

_CHAIN: Final = "keyring.backends.chainer.ChainerBackend"
_NONE: Final = frozenset({"keyring.backends.fail.Keyring"})


class KeyringTrouble(StrEnum):
    """Why the keyring cannot be used."""

    ABSENT = "absent"
    """This machine has none."""
    REFUSED = "refused"
    """It is of a kind that does not keep secrets safe."""
    LOCKED = "locked"
    """It was not unlocked."""
    SILENT = "silent"
    """It did not answer in time, and is not asked again."""
    FORGETFUL = "forgetful"
    """It took the password and did not give it back."""
    BROKEN = "broken"


class NoKeyring(Value):
    """The keyring did not do what was asked. `words` name the backend, or the kind of error; no secret."""

    trouble: KeyringTrouble
    words: CleanText = CleanText("")


class Backend(Protocol):
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def system_keyring() -> Backend:
    """The backend that the system or its configuration names."""
    import keyring

    return keyring.get_keyring()


class Passwords:
    """Keeps the password of each e-mail address for one server. `find` gives the backend."""

    def __init__(
        self,
        server: ServerAddress,
        *,
        find: Callable[[], Backend] = system_keyring,
        trusted: frozenset[str] = TRUSTED,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._service = f"tms-chat:{server.origin}"
        self._find = find
        self._trusted = trusted
        self._answer_within = answer_within
        self._silent = False

    async def check(self) -> NoKeyring | None:
        """None when passwords can be kept here, so that it can be offered."""
        return await self._with_backend(lambda _: None)

    async def keep(self, email: str, password: Secret) -> NoKeyring | None:
        """Write, read back and compare; None when the password is really kept."""

        def write(backend: Backend) -> NoKeyring | None:
            backend.set_password(self._service, email, password.reveal())
            kept = backend.get_password(self._service, email) == password.reveal()
            return None if kept else NoKeyring(KeyringTrouble.FORGETFUL, _name(backend))

        return await self._with_backend(write)

    async def recall(self, email: str) -> Secret | NoKeyring | None:
        """The password; None when none is kept."""

        def read(backend: Backend) -> Secret | None:
            text = backend.get_password(self._service, email)
            return Secret(text) if text else None

        return await self._with_backend(read)

    async def forget(self, email: str) -> NoKeyring | None:
        """Remove the password; None when none is kept any more."""

        def remove(backend: Backend) -> None:
            if backend.get_password(self._service, email) is not None:
                backend.delete_password(self._service, email)

        return await self._with_backend(remove)

    async def _with_backend(self, work: Callable[[Backend], T]) -> T | NoKeyring:
        if self._silent:
            return NoKeyring(KeyringTrouble.SILENT)

        def found_and_trusted() -> T | NoKeyring:
            backend = self._find()
            return self._distrust(backend) or work(backend)

        try:
            async with asyncio.timeout(self._answer_within):
                return await _in_thread(found_and_trusted)
        except TimeoutError:
            self._silent = True
            return NoKeyring(KeyringTrouble.SILENT)

    def _distrust(self, backend: object) -> NoKeyring | None:
        names = {_name(each) for each in _links(backend)}
        if not names or names <= _NONE:
            return NoKeyring(KeyringTrouble.ABSENT)
        stranger = min(names - self._trusted, default=None)
        return None if stranger is None else NoKeyring(KeyringTrouble.REFUSED, stranger)


def _links(backend: object) -> list[object]:
    """The backends that do the work: those of a chain, or the one."""
    return list(getattr(backend, "backends", [])) if _name(backend) == _CHAIN else [backend]


def _name(backend: object) -> CleanText:
    return clean_line(f"{type(backend).__module__}.{type(backend).__qualname__}")


async def _in_thread(work: Callable[[], T]) -> T | NoKeyring:
    """Run foreign code that may hang. A daemon thread, as nothing waits for one when the program ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T | NoKeyring] = loop.create_future()

    def settle(outcome: T | NoKeyring) -> None:
        if not done.done():
            done.set_result(outcome)

    def run() -> None:
        try:
            outcome: T | NoKeyring = work()
        except Exception as error:  # noqa: BLE001 - a backend is any class at all, and raises anything
            outcome = _trouble(error)
        with suppress(RuntimeError):  # The loop is closed: nobody asks any more.
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await done


def _trouble(error: Exception) -> NoKeyring:
    names = {cause.__name__ for cause in type(error).__mro__}
    if "NoKeyringError" in names:
        return NoKeyring(KeyringTrouble.ABSENT)
    locked = names & {"KeyringLocked", "LockedException", "PromptDismissedException"}
    kind = KeyringTrouble.LOCKED if locked else KeyringTrouble.BROKEN
    return NoKeyring(kind, clean_line(type(error).__name__))
