"""What the console says on the socket, as frames."""

import msgspec

from tms_tui.domain.ids import SessionId
from tms_tui.domain.secret import Secret
from tms_tui.protocol import wire


def typing_frame(session: SessionId, *, active: bool) -> bytes:
    """The agent types in a conversation, or stopped."""
    return _frame(wire.ClientFrame(type=wire.TYPING_START if active else wire.TYPING_STOP, session_id=session))


def viewing_frame(session: SessionId | None) -> bytes:
    """The agent looks at a conversation, or at none."""
    return _frame(wire.ClientFrame(type=wire.VIEWING, session_id=session))


def auth_frame(token: Secret) -> bytes:
    """A fresh access token for the socket that is already open."""
    data = msgspec.Raw(msgspec.json.encode(wire.VisitorAuth(token=token.reveal())))
    return _frame(wire.ClientFrame(type=wire.AUTH, data=data))


def _frame(frame: wire.ClientFrame) -> bytes:
    return msgspec.json.encode(frame)
