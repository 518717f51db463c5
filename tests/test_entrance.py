"""The way in: what becomes of a password that was accepted, or refused."""

import pytest

from tests.engine.fakes import empty, stand
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.engine.engine import Engine
from tms_tui.entrance import Entrance
from tms_tui.keeping import KeptPasswords
from tms_tui.settings import Settings
from tms_tui.transport.passwords import Passwords
from tms_tui.ui.bridge import SignInForm

SERVER, EMAIL = "https://chat.test", "ana@chat.test"
KEPT = SignInForm(SERVER, EMAIL, Secret("yesterday's"))
REFUSED = Failure(FailureKind.UNAUTHORIZED)


class Open:
    """A server that lets everybody in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def sign_in(self, server: str, email: str, password: Secret) -> Engine | Failure:  # noqa: ARG002
        return self.engine


class Knows:
    """A server that lets in who has the password."""

    def __init__(self, engine: Engine, password: str) -> None:
        self.engine = engine
        self.password = password

    async def sign_in(self, server: str, email: str, password: Secret) -> Engine | Failure:  # noqa: ARG002
        return self.engine if password.reveal() == self.password else REFUSED


class Closed:
    """A server that lets nobody in, for one reason."""

    def __init__(self, why: Failure) -> None:
        self.why = why

    async def sign_in(self, server: str, email: str, password: Secret) -> Engine | Failure:  # noqa: ARG002
        return self.why


class Shelf:
    """Who was told to keep and forget what."""

    def __init__(self) -> None:
        self.forgotten: list[tuple[str, str]] = []

    async def keep(self, server: str, email: str, password: Secret) -> str:  # noqa: ARG002
        return "kept"

    async def forget(self, server: str, email: str) -> str:
        self.forgotten.append((server, email))
        return "forgotten"


async def tried(*forms: SignInForm, kept: SignInForm | None = KEPT, why: Failure = REFUSED) -> tuple[Shelf, list[str]]:
    """Hand in the forms one after the other; what was forgotten, and what was said."""
    shelf, said = Shelf(), list[str]()
    entrance = Entrance(Closed(why), shelf, kept, said.append)
    for form in forms:
        assert await entrance(form) == why
    return shelf, said


async def test_a_kept_password_is_forgotten_when_it_is_refused_twice() -> None:
    assert (await tried(KEPT))[0].forgotten == []
    shelf, said = await tried(KEPT, KEPT, KEPT)
    assert shelf.forgotten == [(SERVER, EMAIL)]
    assert said == ["The kept password was refused twice. forgotten"]


@pytest.mark.parametrize(("remember", "forgotten"), [(False, [(SERVER, EMAIL)]), (True, [])])
async def test_one_refusal_is_enough_when_another_password_is_accepted(
    *, remember: bool, forgotten: list[tuple[str, str]]
) -> None:
    engine, shelf, said = stand(empty).engine, Shelf(), list[str]()
    entrance = Entrance(Knows(engine, "today's"), shelf, KEPT, said.append)
    assert await entrance(KEPT) == REFUSED
    assert await entrance(SignInForm(SERVER, EMAIL, Secret("today's"), remember)) is engine
    assert shelf.forgotten == forgotten
    assert said == (["kept"] if remember else ["forgotten"])


async def test_another_agents_sign_in_says_nothing_of_the_first_ones_password() -> None:
    shelf = Shelf()
    entrance = Entrance(Knows(stand(empty).engine, "hers"), shelf, KEPT, list[str]().append)
    await entrance(KEPT)
    assert not isinstance(await entrance(SignInForm(SERVER, "eva@chat.test", Secret("hers"))), Failure)
    assert shelf.forgotten == []


@pytest.mark.parametrize("kind", [FailureKind.NOT_REACHED, FailureKind.SERVER_ERROR, FailureKind.TOO_MANY])
async def test_only_a_refusal_counts(kind: FailureKind) -> None:
    assert (await tried(KEPT, KEPT, KEPT, why=Failure(kind)))[0].forgotten == []


@pytest.mark.parametrize(
    "other",
    [
        SignInForm(SERVER, EMAIL, Secret("mistyped")),
        SignInForm(SERVER, "eva@chat.test", KEPT.password),
        SignInForm("https://elsewhere.test", EMAIL, KEPT.password),
    ],
    ids=["another password", "another agent", "another server"],
)
async def test_what_was_typed_is_no_reason_to_forget(other: SignInForm) -> None:
    assert (await tried(KEPT, other, other))[0].forgotten == []
    assert (await tried(other, other, kept=None))[0].forgotten == []


async def test_the_first_sign_in_is_remembered_once_and_all_is_said_together() -> None:
    said, remembered = list[str](), list[tuple[str, str]]()

    def remember(server: str, email: str) -> str:
        remembered.append((server, email))
        return "remembered"

    entrance = Entrance(Open(stand(empty).engine), Shelf(), None, said.append, remember)
    await entrance(SignInForm(SERVER, EMAIL, Secret("pw"), remember=True))
    await entrance(SignInForm(SERVER, EMAIL, Secret("pw")))
    assert remembered == [(SERVER, EMAIL)]
    assert said == ["kept remembered"]


async def test_who_is_not_let_in_is_not_remembered() -> None:
    entrance = Entrance(Closed(REFUSED), Shelf(), None, list[str]().append, lambda *_: pytest.fail("remembered"))
    assert await entrance(SignInForm(SERVER, EMAIL, Secret("pw"))) == REFUSED


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


async def test_the_keyring_itself_loses_it() -> None:
    ring = Ring()
    trusted = frozenset({f"{__name__}.Ring"})
    passwords = KeptPasswords(Settings(), lambda server: Passwords(server, find=lambda: ring, trusted=trusted))
    assert "is kept" in await passwords.keep(SERVER, EMAIL, KEPT.password)
    assert ring.entries
    assert "no longer in" in await passwords.forget(SERVER, EMAIL)
    assert not ring.entries
