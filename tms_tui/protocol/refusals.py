"""HTTP answers, and what a refusing one means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.model import Session
from tms_tui.domain.text import CleanText
from tms_tui.protocol import shapes, wire
from tms_tui.protocol.reading import UnreadableError, line, parse
from tms_tui.protocol.times import retry_after

EXCERPT: Final = 80
"""Characters shown of an answer that no chat server gives."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Conflict(wire.ErrorBody):
    """A refusal with the conversation as it stands now."""

    session: msgspec.Raw = msgspec.Raw(b"null")


def failure_of(answer: HttpAnswer) -> Failure:
    """Why the server refused. For any status but 2xx."""
    conflict = _conflict(answer.body)
    return Failure(
        kind=_kind(answer.status, conflict.code if conflict else None),
        status=answer.status,
        code=(line(conflict.code) or None) if conflict else None,
        words=line(conflict.error) if conflict else _redirection(answer) or excerpt(answer.body),
        retry_after=wait_of(answer),
        session=_session(conflict),
    )


def unreadable(answer: HttpAnswer) -> Failure:
    """A 2xx that does not say what was asked for: another program answers at this address."""
    return Failure(FailureKind.UNREADABLE, answer.status, words=excerpt(answer.body))


def wait_of(answer: HttpAnswer) -> float | None:
    """Seconds that the server asks to wait, if it does."""
    return retry_after(answer.headers.get("retry-after"), answer.headers.get("date"))


def excerpt(body: bytes) -> CleanText:
    """The beginning of a text of unknown kind, on one clean line."""
    return line(" ".join(body[: 8 * EXCERPT].decode("utf-8", "replace").split()), EXCERPT)


def _redirection(answer: HttpAnswer) -> CleanText | None:
    place = answer.headers.get("location") if 300 <= answer.status < 400 else None
    return line(place) if place else None


def _conflict(body: bytes) -> Conflict | None:
    try:
        return parse(body, _CONFLICTS)
    except UnreadableError:
        return None


def _session(conflict: Conflict | None) -> Session | None:
    if conflict is None:
        return None
    try:
        return shapes.session(parse(conflict.session, _SESSIONS))
    except UnreadableError:
        return None


def _kind(status: int, code: str | None) -> FailureKind:
    if status in _FOREIGN and code is None:
        return FailureKind.UNREADABLE
    if status == 409:
        return _CONFLICT_KINDS.get(code or "", FailureKind.INVALID)
    if (status, code) == _ERASED:
        return FailureKind.ERASED
    if status in _KINDS:
        return _KINDS[status]
    if status >= 500:
        return FailureKind.SERVER_ERROR
    return FailureKind.REDIRECTED if 300 <= status < 400 else FailureKind.INVALID


_CONFLICTS = msgspec.json.Decoder(Conflict)
_SESSIONS = msgspec.json.Decoder(wire.Session)

_CONFLICT_KINDS = {
    "conversation_moved": FailureKind.MOVED_ON,
    "already_assigned": FailureKind.TAKEN,
    "session_ended": FailureKind.ENDED,
}

_ERASED = (410, "session_erased")
_FOREIGN = (404, 405)
"""A chat server says so in its own shape; without it, another program answers at this address."""

_KINDS = {
    400: FailureKind.INVALID,
    401: FailureKind.UNAUTHORIZED,
    403: FailureKind.FORBIDDEN,
    404: FailureKind.MISSING,
    408: FailureKind.SERVER_ERROR,
    410: FailureKind.EXPIRED,
    413: FailureKind.TOO_LARGE,
    422: FailureKind.INVALID,
    425: FailureKind.SERVER_ERROR,
    429: FailureKind.TOO_MANY,
}
