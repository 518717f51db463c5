"""The short run: a little of every attack, beside a few honest people; how long they wait is for the program to say."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.load.abuse import Verdict, abuse
from tests.load.attacks import ROWS
from tests.load.siege import SMALL, Install, on_sqlite

pytestmark = pytest.mark.services


async def _played(install: Install) -> Sequence[Verdict]:
    return [one async for one in abuse(install, SMALL)]


def test_no_attack_cuts_off_honest_people_or_loses_what_they_say() -> None:
    verdicts = asyncio.run(_played(on_sqlite))
    assert [one.row for one in verdicts] == list(ROWS)
    assert {one.row.name: one.broken for one in verdicts if one.broken} == {}
