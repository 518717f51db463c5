"""What leaves by HTTP: a note only ever as a note, every text only ever to its own conversation."""

import asyncio
import json
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transport import scripted
from tests.transport.scripted import http, say
from tests.transport.signed_in import SignedInAs, at
from tms_tui.domain.effects import Transmit
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.model import Draft
from tms_tui.protocol.reading import checked_id
from tms_tui.transport.http import HttpRest

drafts = st.builds(
    Draft,
    send_id=st.uuids().map(lambda one: SendId(str(one))),
    session=st.text(st.characters(codec="ascii", exclude_categories=["Cc", "Zs"]), min_size=1, max_size=20)
    .filter(lambda name: name not in {".", ".."})
    .map(SessionId),
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    private=st.booleans(),
    asked_at=st.just(0.0),
    seen_up_to=st.integers(0, 99),
)
sends = st.lists(st.builds(Transmit, drafts, st.none() | st.integers(0, 99)), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(sends)
async def test_every_text_arrives_as_what_it_was_meant_and_where(asked: list[Transmit]) -> None:
    assert all(map(checked_id, (one.draft.session for one in asked)))
    async with scripted.scripted(say(http(500, b""))) as server:
        address = at(server.port)
        rest = HttpRest(address, SignedInAs(address.origin))
        await asyncio.gather(*map(rest.ask, asked))
        await rest.aclose()
    arrived = {}
    for seen in server.seen:
        body = json.loads(seen.body)
        place = tuple(map(unquote, seen.target.split("/")))
        arrived[body["client_message_id"]] = (seen.method, place, body["content"], body.get("is_private", False))
    assert arrived == {
        one.draft.send_id: (
            "POST",
            ("", "v1", "chat", "sessions", one.draft.session, "messages"),
            one.draft.text,
            one.draft.private,
        )
        for one in asked
    }
