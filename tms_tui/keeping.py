"""The password between two days: what this computer's keyring holds of it, and why it may hold nothing."""

from collections.abc import Callable
from typing import Final

from tms_tui.assembly import address_of
from tms_tui.domain.secret import Secret
from tms_tui.domain.value import Value
from tms_tui.settings import Settings
from tms_tui.transport.addresses import BadAddress, ServerAddress
from tms_tui.transport.passwords import KeyringTrouble, NoKeyring, Passwords

PLACE: Final = "this computer's keyring"
_WHY: Final = {
    KeyringTrouble.ABSENT: "this machine has no keyring",
    KeyringTrouble.REFUSED: "the keyring set up here does not keep secrets safe",
    KeyringTrouble.LOCKED: "the keyring is locked",
    KeyringTrouble.SILENT: "the keyring does not answer",
    KeyringTrouble.FORGETFUL: "the keyring took the password and did not give it back",
    KeyringTrouble.BROKEN: "the keyring failed",
}
_FORGET: Final = "run `tms-chat config forget`"
_BY_HAND: Final = f" Remove it with the keyring's own program, or {_FORGET} once that works."
_REMEDIES: Final = {
    KeyringTrouble.ABSENT: "",
    KeyringTrouble.REFUSED: " If it holds the password, remove it there.",
    KeyringTrouble.LOCKED: f" Unlock it and {_FORGET}.",
    KeyringTrouble.SILENT: f" See whether it waits for you, and {_FORGET}.",
    KeyringTrouble.FORGETFUL: _BY_HAND,
    KeyringTrouble.BROKEN: _BY_HAND,
}
"""What removes a password that could not be removed."""
_KEEPS_NOTHING: Final = (KeyringTrouble.ABSENT, KeyringTrouble.REFUSED)


class Kept(Value):
    """A password that was kept, and whether one can be: `place` names where, or `why_not` says why nowhere."""

    password: Secret | None = None
    place: str | None = None
    why_not: str = ""


class Removal(Value):
    """What came of removing a password: whether it may still be kept, and what to say."""

    is_kept: bool
    words: str


async def look_up(settings: Settings) -> Kept:
    """What the keyring holds for the server and e-mail of the settings; takes at most ten seconds."""
    try:
        passwords = Passwords(address_of(settings.server, settings))
    except BadAddress:
        return _kept(None, await Passwords(ServerAddress.parse("https://localhost")).check())
    if not settings.email:
        return _kept(None, await passwords.check())
    found = await passwords.recall(settings.email)
    return _kept(None, found) if isinstance(found, NoKeyring) else _kept(found, None)


class KeptPasswords:
    """Writes to the keyring, and says what came of it. All raise BadAddress."""

    def __init__(self, settings: Settings, passwords_for: Callable[[ServerAddress], Passwords] = Passwords) -> None:
        self._settings = settings
        self._passwords_for = passwords_for

    async def keep(self, server: str, email: str, password: Secret) -> str:
        """Keep a password that was accepted."""
        trouble = await self._of(server).keep(email, password)
        if trouble is None:
            return f"The password is kept in {PLACE}."
        return f"The password is not kept: {_why(trouble)}. You stay signed in."

    async def replace(self, server: str, email: str, password: Secret) -> str:
        """Keep another password where one is kept; "" where none is."""
        kept = await self._of(server).recall(email)
        if kept is None or (isinstance(kept, NoKeyring) and kept.trouble in _KEEPS_NOTHING):
            return ""
        if isinstance(kept, NoKeyring):
            return f"If {PLACE} holds the old one, that stays there: {_why(kept)}. `tms-chat config forget` removes it."
        trouble = await self._of(server).keep(email, password)
        if trouble is None:
            return f"The new one is in {PLACE}."
        return f"The new one is not kept: {_why(trouble)}. {await self.forget(server, email)}"

    async def forget(self, server: str, email: str) -> str:
        """Remove a password."""
        return (await self.remove(server, email)).words

    async def remove(self, server: str, email: str) -> Removal:
        """The same, for who has to know whether it is gone."""
        no_ring = await self._of(server).forget(email)
        if no_ring is None:
            return Removal(is_kept=False, words=f"The password of {email} is no longer in {PLACE}.")
        words = f"The password of {email} could not be removed: {_why(no_ring)}.{_REMEDIES[no_ring.trouble]}"
        return Removal(is_kept=no_ring.trouble is not KeyringTrouble.ABSENT, words=words)

    def _of(self, server: str) -> Passwords:
        return self._passwords_for(address_of(server, self._settings))


def _kept(password: Secret | None, trouble: NoKeyring | None) -> Kept:
    return Kept(password, PLACE) if trouble is None else Kept(why_not=_why(trouble))


def _why(trouble: NoKeyring) -> str:
    return f"{_WHY[trouble.trouble]} ({trouble.words})" if trouble.words else _WHY[trouble.trouble]
