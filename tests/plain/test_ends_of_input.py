"""What is said of messages that were not sent, once the input of the line face is over."""

from pathlib import Path

import pytest

from tests.core.desk import ANA
from tests.engine.fakes import Stand, running, stand, until
from tests.plain.test_linear import Server, texts_sent
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import SignedIn
from tms_tui.domain.secret import Secret
from tms_tui.engine.keep import Keep
from tms_tui.plain.conversing import Desk, converse

NOT_REACHED = Failure(FailureKind.NOT_REACHED)
NO_ANSWER = Failure(FailureKind.NO_ANSWER)
MOVED_ON = Failure(FailureKind.MOVED_ON, 409)
REFUSED = Failure(FailureKind.INVALID, 422)


class Script:
    """Lines that are there from the beginning, as those of a file."""

    def __init__(self, *lines: str) -> None:
        self._lines = [*lines]

    async def line(self) -> str | None:
        return self._lines.pop(0) if self._lines else None

    async def secret(self, prompt: str) -> str | None:
        raise AssertionError(prompt)

    async def unseen(self, prompt: str) -> str | None:
        return await self.line() if prompt else None

    def under_way(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing was opened."""


async def signed_in(_: Secret) -> Failure | None:
    return None


async def changed(current: Secret, new: Secret) -> str | Failure:
    return "" if current == new else "The password is changed."


async def obeyed(at: Stand, *lines: str) -> tuple[int, list[str]]:
    """Do these lines; the exit code, and all that was said."""
    said: list[str] = []
    async with running(at.engine):
        at.engine.take(SignedIn(ANA, 900.0))
        await at.engine.settled()
        at.link.welcome(ANA.id)
        await at.engine.settled()
        desk = Desk("ana@example.test", signed_in, changed)
        return await converse(at.engine, Script(*lines), said.append, desk, patient=True), said


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (NOT_REACHED, "1 message not sent yet: it goes out at the next sign-in. Do not write it again."),
        (REFUSED, "1 message not sent yet: it goes out at the next sign-in. Do not write it again."),
        (NO_ANSWER, "1 message not known to be sent. That is settled at the next sign-in: do not write it again."),
        (MOVED_ON, "1 message not sent."),
    ],
)
async def test_what_is_kept_is_not_to_be_written_again(tmp_path: Path, failure: Failure, words: str) -> None:
    at = stand(Server(refuse=failure).reply, keep=Keep(tmp_path / "kept"))
    code, said = await obeyed(at, "open 1", "hello")
    assert (code, said[-1]) == (1, words)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (NOT_REACHED, "1 message not sent."),
        (NO_ANSWER, "1 message not known to be sent. Look at the conversation before you write it again."),
    ],
)
async def test_where_nothing_is_kept_that_is_said(failure: Failure, words: str) -> None:
    code, said = await obeyed(stand(Server(refuse=failure).reply), "open 1", "hello")
    assert (code, said[-1]) == (1, words)


async def test_several_are_counted_apart_and_go_out_at_the_next_sign_in_as_was_said(tmp_path: Path) -> None:
    first = stand(Server(refuse=NO_ANSWER).reply, keep=Keep(tmp_path / "kept"))
    code, said = await obeyed(first, "open 1", "one", "two", "three")
    assert code == 1
    assert said[-2:] == [
        "1 message not known to be sent. That is settled at the next sign-in: do not write it again.",
        "2 messages not sent yet: they go out at the next sign-in. Do not write them again.",
    ]
    second = stand(Server().reply, keep=Keep(tmp_path / "kept"))
    async with running(second.engine):
        second.engine.take(SignedIn(ANA, 900.0))
        await until(lambda: len(texts_sent(second)) == 3)
        await second.engine.settled()
    assert texts_sent(second) == ["one", "two", "three"]
