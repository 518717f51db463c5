"""A new password for the agent who is signed in: told to the server, then to the keyring that kept the old one."""

from typing import Protocol

from tms_tui.domain.errors import Failure
from tms_tui.domain.secret import Secret
from tms_tui.wording.own_password import CHANGED


class SignedIn(Protocol):
    """Who is signed in, where, and asks the server."""

    @property
    def whom(self) -> tuple[str, str]:
        """Server and e-mail."""
        ...

    async def change_password(self, current: Secret, new: Secret) -> Failure | None:
        """None when it is done."""
        ...


class Passwords(Protocol):
    """Who keeps passwords."""

    async def replace(self, server: str, email: str, password: Secret) -> str:
        """Keep another one where one is kept; what came of it, "" where none is."""
        ...


class PasswordChange:
    """Called with the current password and the new one; what to say once it is done, or why it is not."""

    def __init__(self, signed_in: SignedIn, passwords: Passwords) -> None:
        self._signed_in = signed_in
        self._passwords = passwords

    async def __call__(self, current: Secret, new: Secret) -> str | Failure:
        failure = await self._signed_in.change_password(current, new)
        if failure is not None:
            return failure
        kept = await self._passwords.replace(*self._signed_in.whom, new)
        return f"{CHANGED} {kept}".rstrip()
