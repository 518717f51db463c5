"""Generated calls: a few hundred in each run, thousands by `python -m tests.server.fuzz`."""

from pathlib import Path

import pytest

from tests.server.fuzz import fuzz
from tests.server.running import running_server
from tests.server.test_operations import Crashing

pytestmark = pytest.mark.services


async def test_generated_calls_are_answered_as_the_document_says(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        outcome = await fuzz(server, tmp_path, 100)
    assert outcome.passed, outcome.words
    assert outcome.answers.total() > 500
    assert outcome.answers[500] == 0


async def test_a_planted_crash_is_found(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        server.app.services.presence = Crashing()  # type: ignore[assignment]
        outcome = await fuzz(server, tmp_path, 100, "--include-path", "/v1/agents")
    assert not outcome.passed
    assert outcome.answers[500] > 0
    assert "Server error" in outcome.words
