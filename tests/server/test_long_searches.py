"""Searches that take too long: given up and said as that, and in nobody else's way."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.server.place import Place
from tests.server.running import RunningServer, running_server
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.server.store.database import TooLongError
from tms_tui.server.store.engines import SEARCHERS
from tms_tui.server.yielding import BEHIND
from tms_tui.wording import reason

ENDLESS_MESSAGES = """CREATE VIEW messages AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)
SELECT sessions.id AS session_id, CAST(c.n AS VARCHAR(20)) AS content, CAST(c.n AS VARCHAR(20)) AS content_folded
FROM c, sessions"""
COUNTED = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c LIMIT 1 OFFSET :far"
SHORT = 0.3


async def make_searches_endless(server: RunningServer) -> None:
    """From now on there is no end of messages to look through."""
    async with server.app.services.database.write() as connection:
        await connection.execute(sa.text("ALTER TABLE messages RENAME TO kept_messages"))
        await connection.execute(sa.text(ENDLESS_MESSAGES))


async def test_a_search_without_an_end_is_given_up_and_said_as_that(place: Place) -> None:
    async with running_server(place, search_patience=SHORT) as server:
        dana, _visitor = await server.sign_in(), await server.visitor()
        await make_searches_endless(server)
        answer = await dana.http.get("/v1/chat/sessions", params={"q": "nowhere"})
        assert (answer.status_code, answer.json()["code"]) == (503, "search_too_long")
        assert "more letters" in answer.json()["error"]
        assert int(answer.headers["Retry-After"]) >= 1
        assert (await dana.http.get("/v1/chat/sessions")).status_code == 200
        async with server.app.services.database.search() as connection:
            assert (await connection.execute(sa.text("SELECT 1"))).scalar_one() == 1, "it is as good as before"


async def test_what_searches_an_sqlite_file_steps_back_behind_the_event_loop(tmp_path: Path) -> None:
    here = os.getpriority(os.PRIO_PROCESS, 0)
    async with running_server(tmp_path) as server, server.app.services.database.search() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.create_function("niceness", 0, lambda: os.getpriority(os.PRIO_PROCESS, 0))
        there = (await connection.execute(sa.text("SELECT niceness()"))).scalar_one()
    assert there == (min(19, here + BEHIND) if sys.platform == "linux" else here)


async def test_six_searches_that_hang_keep_no_colleague_from_reading_and_writing(place: Place) -> None:
    async with running_server(place, search_patience=3600) as server:
        dana, bo, visitor = await server.sign_in("Dana"), await server.sign_in("Bo"), await server.visitor()
        async with contextlib.AsyncExitStack() as held:
            for _ in range(SEARCHERS):
                _ = await held.enter_async_context(server.app.services.database.search())
            searches = [
                asyncio.create_task(dana.http.get("/v1/chat/sessions", params={"q": "nowhere"}, timeout=60))
                for _ in range(6)
            ]
            assert (await bo.http.get("/v1/chat/sessions")).status_code == 200
            await visitor.says("Hello")
            read = await bo.http.get(f"/v1/chat/sessions/{visitor.session_id}/messages")
            assert [one["content"] for one in read.json()["messages"]] == ["Hello"]
            assert (await bo.http.get("/readyz")).status_code == 200
            assert not any(one.done() for one in searches)
        assert [one.status_code for one in await asyncio.gather(*searches)] == [200] * 6


async def test_who_finds_all_places_for_searches_taken_is_told_the_same(place: Place) -> None:
    async with running_server(place, search_patience=SHORT) as server:
        dana, database = await server.sign_in(), server.app.services.database
        async with contextlib.AsyncExitStack() as held:
            for _ in range(SEARCHERS):
                _ = await held.enter_async_context(database.search())
            answer = await dana.http.get("/v1/chat/sessions", params={"q": "nowhere"})
            assert (answer.status_code, answer.json()["code"]) == (503, "search_too_long")
        assert (await dana.http.get("/v1/chat/sessions", params={"q": "nowhere"})).status_code == 200


async def test_only_searches_have_that_limit(tmp_path: Path) -> None:
    async with running_server(tmp_path, search_patience=SHORT) as server:
        counted = sa.text(COUNTED)
        database = server.app.services.database
        with pytest.raises(TooLongError):
            async with database.search() as connection:
                await connection.execute(counted, {"far": 10**12})
        async with database.search() as connection:
            assert (await connection.execute(counted, {"far": 10})).scalar_one() == 11


def test_the_console_says_it_as_what_it_is() -> None:
    said = reason(Failure(FailureKind.SERVER_ERROR, code="search_too_long"))
    assert "took too long" in said
    assert "more letters" in said
