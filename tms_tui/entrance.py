"""The way in: signs in for the desk, keeps what was asked to be kept, forgets a password that was refused twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret

if TYPE_CHECKING:
    from tms_tui.engine.engine import Engine
    from tms_tui.ui.bridge import SignInForm

REFUSALS: Final = 2
"""How often a kept password is refused before it is forgotten: once may be the server's mistake.

Once is enough when another password is accepted after it.
"""


class Desks(Protocol):
    """Who opens desks."""

    async def sign_in(self, server: str, email: str, password: Secret) -> "Engine | Failure":
        """A desk that is signed in, or why there is none."""
        ...


class Passwords(Protocol):
    """Who keeps passwords; both say what came of it."""

    async def keep(self, server: str, email: str, password: Secret) -> str:
        """Keep one."""
        ...

    async def forget(self, server: str, email: str) -> str:
        """Keep it no longer."""
        ...


class Entrance:
    """Called with each form that is handed in. `kept` is the one that the keyring filled in, if it did.

    `remember`, when given, writes down server and e-mail of the first sign-in, and says what came of it.
    """

    def __init__(
        self,
        desks: Desks,
        passwords: Passwords,
        kept: "SignInForm | None",
        say: Callable[[str], None],
        remember: Callable[[str, str], str] | None = None,
    ) -> None:
        self._desks = desks
        self._passwords = passwords
        self._kept = kept
        self._say = say
        self._remember = remember
        self._refused = 0

    async def __call__(self, form: "SignInForm") -> "Engine | Failure":
        outcome = await self._desks.sign_in(form.server, form.email, form.password)
        if not isinstance(outcome, Failure):
            await self._keep(form)
        elif outcome.kind is FailureKind.UNAUTHORIZED and self._is_kept(form):
            await self._refuse(form)
        return outcome

    async def _keep(self, form: "SignInForm") -> None:
        said = []
        if form.remember:
            said.append(await self._passwords.keep(form.server, form.email, form.password))
        elif self._refused and self._is_of(form) and not self._is_kept(form):
            said.append(await self._forget(form))
        if self._remember is not None:
            said.append(self._remember(form.server, form.email))
            self._remember = None
        if said:
            self._say(" ".join(said))

    def _is_of(self, form: "SignInForm") -> bool:
        """Whether a password is kept for that agent on that server."""
        return self._kept is not None and (self._kept.server, self._kept.email) == (form.server, form.email)

    def _is_kept(self, form: "SignInForm") -> bool:
        kept = self._kept
        return kept is not None and self._is_of(form) and kept.password.reveal() == form.password.reveal()

    async def _refuse(self, form: "SignInForm") -> None:
        self._refused += 1
        if self._refused == REFUSALS:
            self._say(f"The kept password was refused twice. {await self._forget(form)}")

    async def _forget(self, form: "SignInForm") -> str:
        self._kept = None
        return await self._passwords.forget(form.server, form.email)
