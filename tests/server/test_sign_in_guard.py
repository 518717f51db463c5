"""Guesses are slowed down and lock nobody out: not the agent, not their script, not the colleague beside them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import argon2
import httpx
import pytest

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import PASSWORD, RunningServer, running_server
from tests.server.waiting import until
from tms_tui.server.errors import Refusal
from tms_tui.server.fairqueue import FairQueue
from tms_tui.server.settings import Rate

ANA = "ana@example.com"
SLOW = Rate(0.01, 3)
HOME, ELSEWHERE = "127.0.0.20", "127.0.0.66"


async def sign_in(server: RunningServer, source: str, password: str = PASSWORD, email: str = ANA) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(local_address=source)
    async with httpx.AsyncClient(transport=transport, trust_env=False, base_url=server.url) as client:
        return await client.post("/v1/auth/login", json={"email": email, "password": password})


async def test_guesses_from_elsewhere_do_not_lock_a_network_the_agent_signed_in_from(place: Place) -> None:
    async with running_server(place, login_rate=SLOW, account_login_rate=SLOW) as server:
        await server.add_agent("Ana")
        assert (await sign_in(server, HOME)).status_code == 200
        guesses = [await sign_in(server, f"127.0.0.{place}", "guess") for place in range(60, 66)]
        assert [one.status_code for one in guesses] == [401, 401, 401, 429, 429, 429]
        assert (await sign_in(server, HOME)).status_code == 200
        assert (await sign_in(server, ELSEWHERE)).status_code == 429, "where she never was, guesses hold her up"
        await server.stop()
        await server.start()
        for one in range(60, 64):
            await sign_in(server, f"127.0.0.{one}", "guess")
        assert (await sign_in(server, HOME)).status_code == 200, "remembered over a restart"


async def test_guesses_from_one_network_do_not_lock_the_account_elsewhere(place: Place) -> None:
    async with running_server(place, login_rate=SLOW) as server:
        await server.add_agent("Ana")
        guesses = [(await sign_in(server, ELSEWHERE, "guess")).status_code for _ in range(5)]
        assert guesses == [401, 401, 401, 429, 429]
        assert (await sign_in(server, HOME)).status_code == 200


async def test_right_sign_ins_never_count_however_many(place: Place) -> None:
    async with running_server(
        place, login_rate=SLOW, account_login_rate=SLOW, network_login_rate=Rate(0.01, 3)
    ) as server:
        await server.add_agent("Ana")
        await server.add_agent("Eva")
        answers = [(await sign_in(server, HOME)).status_code for _ in range(16)]
        assert answers == [200] * 16
        assert (await sign_in(server, HOME, email="eva@example.com")).status_code == 200, "the colleague beside"


async def test_a_network_that_guesses_at_many_accounts_is_slowed_down(place: Place) -> None:
    async with running_server(place, network_login_rate=SLOW) as server:
        await server.add_agent("Ana")
        guesses = [await sign_in(server, ELSEWHERE, "guess", f"agent{one}@example.com") for one in range(5)]
        assert [one.status_code for one in guesses] == [401, 401, 401, 429, 429]
        assert (await sign_in(server, HOME)).status_code == 200


async def test_a_burst_of_bad_sign_ins_is_refused_early_and_an_honest_one_does_not_wait(tmp_path: Path) -> None:
    async with running_server(tmp_path, sign_ins_waiting_of_network=4) as server:
        await server.add_agent("Ana")
        burst = [asyncio.create_task(sign_in(server, ELSEWHERE, "guess", f"a{one}@example.com")) for one in range(40)]
        await asyncio.wait(burst, return_when=asyncio.FIRST_COMPLETED)
        assert (await sign_in(server, HOME)).status_code == 200
        statuses = sorted({(await one).status_code for one in burst})
        assert statuses in ([401, 429], [401])


async def test_turns_go_from_network_to_network() -> None:
    queue = FairQueue(1, 10, 20)
    done: list[str] = []

    async def work(name: str) -> None:
        async with queue.turn(name):
            done.append(name)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for name in ("a", "a", "a", "a", "b", "c"):
            group.create_task(work(name))
    assert done == ["a", "a", "b", "c", "a", "a"]


async def test_who_waits_too_many_is_refused_and_who_gives_up_makes_room() -> None:
    queue = FairQueue(1, 1, 3)
    refused = 0

    async def waits(name: str) -> None:
        async with queue.turn(name):
            raise AssertionError("never")

    async with queue.turn("a"):
        waiting = [asyncio.create_task(waits(name)) for name in ("a", "b", "c")]
        await asyncio.sleep(0)
        for name in ("a", "d"):
            try:
                await waits(name)
            except Refusal as refusal:
                refused += refusal.status == 429
        assert refused == 2, "too many of one name; too many altogether"
        for one in waiting:
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one
    async with asyncio.timeout(5), queue.turn("d"):
        pass


@contextlib.asynccontextmanager
async def waiting_strangers(queue: FairQueue, names: Sequence[str]) -> AsyncIterator[None]:
    """Somebody at work, and behind them as many who wait; each stays for good."""
    for_good = asyncio.Event()

    async def stay(name: str) -> None:
        async with queue.turn(name):
            await for_good.wait()

    tasks = [asyncio.create_task(stay(name)) for name in ("at work", *names)]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(one is None or isinstance(one, asyncio.CancelledError | Refusal) for one in ended)


async def test_strangers_of_however_many_networks_do_not_hold_up_a_network_the_agent_signed_in_from(
    place: Place,
) -> None:
    async with running_server(place, sign_ins_waiting=4) as server:
        await server.add_agent("Ana")
        assert (await sign_in(server, HOME)).status_code == 200
        async with waiting_strangers(server.app.services.passwords.strangers, "abcd"):
            assert (await sign_in(server, ELSEWHERE)).status_code == 429, "a stranger, as there are too many"
            assert (await sign_in(server, HOME)).status_code == 200


async def test_two_colleagues_who_sign_in_at_the_same_moment_do_not_wait_for_each_other(place: Place) -> None:
    async with running_server(place) as server:
        await server.add_agent("Ana")
        assert (await sign_in(server, HOME)).status_code == 200
        async with server.app.services.passwords.queue.turn("a colleague's"):
            assert (await sign_in(server, HOME)).status_code == 200


async def test_a_crowd_that_signs_in_from_one_network_is_looked_up_in_turns(place: Place) -> None:
    async with running_server(place) as server:
        await server.add_agent("Ana")
        attempts = server.app.services.attempts
        async with attempts.turn("somebody"), attempts.turn("somebody else"):
            crowd = [asyncio.create_task(sign_in(server, ELSEWHERE, "guess")) for _ in range(3)]
            await until(lambda: attempts.waiting == 3)
            ana = asyncio.create_task(sign_in(server, HOME))
            await until(lambda: attempts.waiting == 4)
        assert (await ana).status_code == 200
        assert [(await one).status_code for one in crowd] == [401] * 3


async def test_sign_ins_that_were_given_up_cost_no_check(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(hasher: argon2.PasswordHasher, against: str, password: str) -> bool:
        checks.append(password)
        return verify(hasher, against, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    async with running_server(place) as server:
        await server.add_agent("Ana")
        queue, connections = server.app.services.passwords.strangers, server.app.services.connections
        async with queue.turn("somebody"):
            gone = [asyncio.create_task(sign_in(server, ELSEWHERE, "given up")) for _ in range(5)]
            await until(lambda: queue.waiting == 5)
            for one in gone:
                one.cancel()
            await until(lambda: len(connections) == 0)
            honest = asyncio.create_task(sign_in(server, HOME))
            await until(lambda: queue.waiting == 6)
        assert (await honest).status_code == 200
        assert checks == [PASSWORD]


async def test_an_account_with_many_known_networks_waits_for_itself(place: Place) -> None:
    networks = [f"127.0.0.{one}" for one in range(70, 73)]
    async with running_server(place, sign_ins_at_once=1, sign_ins_waiting_of_network=2) as server:
        await server.add_agent("Ana")
        await server.add_agent("Bob")
        for network in (HOME, *networks):
            assert (await sign_in(server, network, email="bob@example.com")).status_code == 200
        assert (await sign_in(server, HOME)).status_code == 200
        queue = server.app.services.passwords.queue
        async with queue.turn("somebody"):
            bobs = [asyncio.create_task(sign_in(server, one, email="bob@example.com")) for one in networks[:2]]
            await until(lambda: queue.waiting == 2)
            assert (await sign_in(server, networks[2], email="bob@example.com")).status_code == 429
            ana = asyncio.create_task(sign_in(server, HOME))
            await until(lambda: queue.waiting == 3)
        assert [(await one).status_code for one in (*bobs, ana)] == [200] * 3


async def test_two_networks_do_not_take_every_place_from_a_third() -> None:
    queue = FairQueue(1, 4, 8)
    order: list[str] = []

    async def work(name: str) -> str:
        async with queue.turn(name):
            order.append(name)
        return name

    async with queue.turn("at work"):
        burst = [asyncio.create_task(work(name)) for name in "aaaabbbb"]
        await asyncio.sleep(0)
        honest = asyncio.create_task(work("c"))
        await asyncio.sleep(0)
    ended = await asyncio.gather(*burst, return_exceptions=True)
    assert await honest == "c"
    assert order[:3] == ["a", "b", "c"]
    assert [one.status for one in ended if isinstance(one, Refusal)] == [429], "the newest of who waited most often"
    assert isinstance(ended[3], Refusal)


async def test_a_network_takes_no_place_of_one_that_waits_as_often() -> None:
    queue = FairQueue(1, 4, 4)
    async with waiting_strangers(queue, "aabb"):
        with pytest.raises(Refusal):
            async with queue.turn("b"):
                raise AssertionError("never")


async def test_an_attempt_that_the_full_queue_refused_does_not_count(place: Place) -> None:
    limits: dict[str, Any] = dict.fromkeys(("login_rate", "account_login_rate", "network_login_rate"), SLOW)
    async with running_server(place, sign_ins_waiting=1, **limits) as server:
        await server.add_agent("Ana")
        async with waiting_strangers(server.app.services.passwords.strangers, "a"):
            refused = [(await sign_in(server, ELSEWHERE)).status_code for _ in range(5)]
        assert refused == [429] * 5
        guesses = [(await sign_in(server, ELSEWHERE, "guess")).status_code for _ in range(4)]
        assert guesses == [401, 401, 401, 429], "all of the three that may fail are left, and no more"


async def test_what_is_refused_for_the_account_does_not_count_for_the_network(tmp_path: Path, clock: HandClock) -> None:
    rates: dict[str, Any] = {"login_rate": Rate(0.0001, 3), "account_login_rate": Rate(0.01, 1)}
    async with running_server(tmp_path, clock=clock, **rates) as server:
        await server.add_agent("Ana")
        assert (await sign_in(server, "127.0.0.60", "guess")).status_code == 401
        refused = [(await sign_in(server, ELSEWHERE)).status_code for _ in range(5)]
        assert refused == [429] * 5, "guesses from where she never was"
        clock.advance(101)
        assert (await sign_in(server, ELSEWHERE)).status_code == 200


async def test_a_change_of_password_that_the_full_queue_refused_does_not_count(place: Place) -> None:
    settings: dict[str, Any] = {
        "password_change_rate": Rate(0.01, 2),
        "sign_ins_at_once": 1,
        "sign_ins_waiting_of_network": 0,
    }
    async with running_server(place, **settings) as server:
        dana = await server.sign_in()

        async def changed(current: str) -> int:
            body = {"current": current, "new": "another good password"}
            return (await dana.http.post("/v1/auth/password", json=body)).status_code

        async with server.app.services.passwords.queue.turn("somebody"):
            assert [await changed(PASSWORD) for _ in range(3)] == [429] * 3
        assert [await changed("guess") for _ in range(3)] == [403, 403, 429]
