"""What a site tells of its customer: small, and told to an agent who reads that conversation alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.server.running import RunningServer, running_server
from tests.server.sockets import Far, Frame, agent_socket
from tms_tui.protocol import wire
from tms_tui.server.clock import SystemClock
from tms_tui.server.visitor import RefusedTextError, Visitor

SECRET = "told-by-the-site"
MOST = 4096


def of_size(size: int, letter: str = "x") -> dict[str, str]:
    """Facts whose JSON has so many bytes."""
    names = "abc"
    left = (size - len(msgspec.json.encode(dict.fromkeys(names, "")))) // len(letter.encode())
    return {name: letter * max(0, min(2000, left - 2000 * place)) for place, name in enumerate(names)}


async def test_info_has_at_most_four_kib_and_the_refusal_says_so(server: RunningServer) -> None:
    nobody = server.client()
    largest, larger = of_size(MOST), of_size(MOST + 1)
    assert [len(msgspec.json.encode(one)) for one in (largest, larger)] == [MOST, MOST + 1]
    assert (await nobody.post("/v1/visitor/sessions", json={"info": largest})).status_code == 201
    refused = await nobody.post("/v1/visitor/sessions", json={"info": larger})
    assert refused.status_code == 422
    assert refused.json()["details"] == {"field": "info"}
    assert "4097 bytes" in refused.json()["error"]
    assert "4096 fit" in refused.json()["error"]
    dana = await server.sign_in()
    assert len((await dana.http.get("/v1/chat/sessions")).json()["sessions"]) == 1, "nothing was started"


async def test_the_size_of_info_is_counted_in_utf_8(server: RunningServer) -> None:
    nobody = server.client()
    for size, status in ((MOST, 201), (MOST + 8, 422)):
        answer = await nobody.post("/v1/visitor/sessions", json={"info": of_size(size, "\N{GRINNING FACE}")})
        assert answer.status_code == status


async def test_a_site_that_tells_too_much_hears_it_as_a_refusal(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        profile = wire.VisitorSessionBody(info=of_size(MOST + 1))
        with pytest.raises(RefusedTextError, match="invalid_field"):
            async with Visitor(server.url, profile, clock=SystemClock()):
                pass


async def test_info_is_told_to_who_reads_the_conversation_by_itself_and_in_nothing_else(server: RunningServer) -> None:
    dana, bo = await server.sign_in("Dana"), await server.sign_in("Bo")
    async with agent_socket(server, dana) as far:
        cursor = (await far.hears())["data"]["cursor"]
        visitor = await server.visitor(info={"plan": SECRET})
        await visitor.says("hello")
        one = f"/v1/chat/sessions/{visitor.session_id}"
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("PATCH", "", {"priority": "high"}),
            ("POST", "/assign", {"agent_id": dana.user.id}),
            ("POST", "/assign", {"agent_id": bo.user.id, "expected_agent_id": None}),
            ("POST", "/unread", {}),
            ("POST", "/block", {"scope": "conversation"}),
            ("POST", "/unblock", {}),
            ("POST", "/status", {"status": "ended"}),
        ]
        answers = [await dana.http.request(method, one + path, json=body) for method, path, body in calls]
        assert [answer.status_code for answer in answers] == [200, 200, 409, 200, 200, 200, 200]
        answers.append(await dana.http.get("/v1/chat/sessions"))
        answers.append(await dana.http.get("/v1/chat/events", params={"after": cursor}))
        answers.append(await dana.http.get(f"{one}/messages"))
        heard = [frame async for frame in _until_ended(far)]
    assert {"session_update", "session_assigned"} <= {frame["type"] for frame in heard}
    assert SECRET not in repr(heard)
    assert [answer.request.url.path for answer in answers if SECRET in answer.text] == []
    read = (await dana.http.get(one)).json()
    assert read["customer"]["info"] == {"plan": SECRET}


async def _until_ended(far: Far) -> AsyncIterator[Frame]:
    while True:
        frame = await far.hears()
        yield frame
        if frame["type"] == "session_update" and frame["data"]["status"] == "ended":
            return
