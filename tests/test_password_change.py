"""A new password: what the server says of it, and what becomes of a copy in the keyring."""

import pytest
from keyring.backends import fail

from tests.transport.test_passwords import Broken, Locked, Shelf
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.keeping import KeptPasswords
from tms_tui.password_change import PasswordChange
from tms_tui.settings import Settings
from tms_tui.transport.passwords import Backend, Passwords
from tms_tui.wording import own_password

SERVER, EMAIL = "https://chat.test:443", "ana@chat.test"
PLACE = (f"tms-chat:{SERVER}", EMAIL)
OLD, NEW = Secret("yesterday's"), Secret("today's")


class Server:
    """Changes the password, or says why not."""

    whom = (SERVER, EMAIL)

    def __init__(self, failure: Failure | None = None) -> None:
        self._failure = failure

    async def change_password(self, current: Secret, new: Secret) -> Failure | None:  # noqa: ARG002
        return self._failure


class Full(Shelf):
    """Gives out what it holds, and takes nothing more."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is kept."""


def keeping(ring: Backend) -> KeptPasswords:
    trusted = frozenset({f"{type(ring).__module__}.{type(ring).__qualname__}"})
    return KeptPasswords(Settings(), lambda server: Passwords(server, find=lambda: ring, trusted=trusted))


async def changed(ring: Backend, server: Server | None = None) -> str | Failure:
    return await PasswordChange(server or Server(), keeping(ring))(OLD, NEW)


async def test_a_copy_in_the_keyring_becomes_the_new_one() -> None:
    ring = Shelf()
    ring.kept[PLACE] = OLD.reveal()
    assert await changed(ring) == f"{own_password.CHANGED} The new one is in this computer's keyring."
    assert ring.kept == {PLACE: NEW.reveal()}


async def test_where_none_is_kept_none_is_kept_afterwards() -> None:
    ring = Shelf()
    assert await changed(ring) == own_password.CHANGED
    assert ring.kept == {}


async def test_a_machine_without_a_keyring_is_not_told_about_one() -> None:
    assert await changed(fail.Keyring()) == own_password.CHANGED  # type: ignore[no-untyped-call]


async def test_a_copy_that_cannot_be_replaced_is_forgotten_with_a_word() -> None:
    ring = Full()
    ring.kept[PLACE] = OLD.reveal()
    said = await changed(ring)
    assert isinstance(said, str)
    assert "The new one is not kept" in said
    assert "no longer in this computer's keyring" in said
    assert ring.kept == {}


@pytest.mark.parametrize("ring", [Locked(), Broken()], ids=["locked", "broken"])
async def test_a_keyring_that_cannot_be_looked_into_is_said(ring: Shelf) -> None:
    said = await changed(ring)
    assert isinstance(said, str)
    assert "tms-chat config forget" in said
    assert "canary" not in said


async def test_a_password_that_was_not_changed_leaves_the_keyring_alone() -> None:
    ring = Shelf()
    ring.kept[PLACE] = OLD.reveal()
    failure = Failure(FailureKind.FORBIDDEN, 403, "wrong_password")
    assert await changed(ring, Server(failure)) is failure
    assert ring.kept == {PLACE: OLD.reveal()}


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure(FailureKind.FORBIDDEN, 403, "wrong_password"), "the current password is not right"),
        (Failure(FailureKind.INVALID, 422, words=CleanText("At least 8 characters.")), "At least 8 characters."),
        (Failure(FailureKind.TOO_MANY, 429, retry_after=12.0), "Wait 12 s"),
        (Failure(FailureKind.MISSING, 404), "this server lets nobody change a password"),
        (Failure(FailureKind.NOT_REACHED), "Not changed: the server cannot be reached"),
        (Failure(FailureKind.UNAUTHORIZED, 401), "Not changed: the server no longer accepts this sign-in"),
        (Failure(FailureKind.NO_ANSWER), "that is not known"),
        (Failure(FailureKind.SERVER_ERROR, 502), "that is not known"),
        (Failure(FailureKind.SERVER_ERROR, 503, retry_after=2.0), "Not changed"),
    ],
)
def test_whatever_the_server_says_has_words_that_are_true(failure: Failure, words: str) -> None:
    assert words in own_password.not_changed(failure)
