"""The short runs: every fault once, and one rolling restart, with few clients."""

import asyncio

import pytest

from tests.load.chaos import SMALL, chaos
from tests.load.faults import ROUND
from tests.load.rolling import rolling
from tests.server.postgres import running_postgres
from tests.server.redisserver import running_redis

pytestmark = pytest.mark.services


def test_whatever_dies_every_message_is_delivered_once_and_in_order() -> None:
    with running_postgres() as postgres, running_redis() as redis:
        outcome = asyncio.run(chaos(postgres, redis, SMALL, 45, ROUND))
    assert [one.words for one in outcome.stretches[1:]] == [fault.words for fault in ROUND]
    assert outcome.clean, outcome
    assert outcome.total.messages > 300


def test_a_rolling_restart_loses_nothing_and_brings_everybody_back() -> None:
    with running_postgres() as postgres, running_redis() as redis:
        rolled = asyncio.run(rolling(postgres, redis, SMALL, pause=2))
    assert len(rolled.replaced) == 2
    assert rolled.held, rolled
