"""What the console says on the socket."""

import json

from tms_tui.domain.ids import SessionId
from tms_tui.domain.secret import Secret
from tms_tui.protocol.encode import auth_frame, typing_frame, viewing_frame


def test_frames_carry_type_session_and_data() -> None:
    frames = [
        typing_frame(SessionId("s1"), active=True),
        typing_frame(SessionId("s1"), active=False),
        viewing_frame(SessionId("s1")),
        viewing_frame(None),
        auth_frame(Secret("t")),
    ]
    assert [json.loads(frame) for frame in frames] == [
        {"type": "typing_start", "session_id": "s1", "data": {}, "ref": None},
        {"type": "typing_stop", "session_id": "s1", "data": {}, "ref": None},
        {"type": "viewing", "session_id": "s1", "data": {}, "ref": None},
        {"type": "viewing", "session_id": None, "data": {}, "ref": None},
        {"type": "auth", "session_id": None, "data": {"token": "t"}, "ref": None},
    ]
