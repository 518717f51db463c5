"""What went wrong, as values: a request that failed, a socket that ended."""

from enum import StrEnum
from typing import Final

from tms_tui.domain.model import Session
from tms_tui.domain.text import CleanText
from tms_tui.domain.value import Value


class FailureKind(StrEnum):
    NOT_REACHED = "not_reached"
    """No connection: nothing of the request arrived, so it may be repeated."""
    NO_ANSWER = "no_answer"
    """The request left and no answer came: it may have been carried out."""
    UNTRUSTED = "untrusted"
    """The server's certificate is not valid for it."""
    CLEARTEXT = "cleartext"
    """The address is not encrypted and not on this machine."""
    MISCONFIGURED = "misconfigured"
    """A setting of this machine cannot be used; `words` are whole sentences that name it. Nothing was sent."""
    REDIRECTED = "redirected"
    """The server points elsewhere; a token is never sent there."""
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    REPLACED = "replaced"
    """The same agent opened more lines than the server allows, and this was the oldest."""
    MISSING = "missing"
    MOVED_ON = "moved_on"
    """The conversation moved on since the agent looked."""
    TAKEN = "taken"
    """Somebody else holds the conversation now."""
    ENDED = "ended"
    ERASED = "erased"
    """The conversation is no longer there, and nothing of it may be kept."""
    UNSUPPORTED = "unsupported"
    """The server is older than what was asked of it."""
    EXPIRED = "expired"
    """The event log no longer reaches back that far."""
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    """The server failed (5xx); whether it carried the request out is not known."""
    UNREADABLE = "unreadable"
    """An answer came that no chat server gives: HTML, another shape, not JSON."""


UNKNOWN_ISSUER: Final = "unknown_issuer"
"""Code of an UNTRUSTED failure: nobody whom this machine trusts signed the server's certificate."""


class Failure(Value):
    """Why a request did not do what was asked. `retry_after` is in seconds; `words` are the server's, cleaned."""

    kind: FailureKind
    status: int | None = None
    code: str | None = None
    words: CleanText = CleanText("")
    retry_after: float | None = None
    session: Session | None = None
    """With TAKEN: the conversation as it stands now."""


class EndingKind(StrEnum):
    CLOSED = "closed"
    """A close frame came; `code` is its close code."""
    LOST = "lost"
    """The line broke without a close frame."""
    SILENT = "silent"
    """A ping was not answered in time."""
    UNREACHED = "unreached"
    """No connection came about."""
    REFUSED = "refused"
    """An HTTP answer instead of an upgrade; `code` is its status."""
    NO_WELCOME = "no_welcome"
    """The socket opened and said nothing."""
    REDIRECTED = "redirected"
    UNTRUSTED = "untrusted"
    CLEARTEXT = "cleartext"
    MISCONFIGURED = "misconfigured"
    """A setting of this machine cannot be used; `words` name it."""
    DEAF = "deaf"
    """Replaced by ourselves: pings were answered, events were not brought."""
    ASKED = "asked"
    """Replaced by ourselves: the agent asked, or the token was about to end."""


class Ending(Value):
    """How a socket ended. `words` are the server's or the system's, cleaned; `retry_after` in seconds."""

    kind: EndingKind
    code: int | None = None
    words: CleanText = CleanText("")
    retry_after: float | None = None
