"""What customers may ask for together: one network and the whole tenant, counted over all nodes; agents are apart."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.redisserver import running_redis
from tests.server.running import RunningServer, Visitor, running_server
from tms_tui.server.redisbus import RedisBus
from tms_tui.server.settings import Rate, ServerSettings

HERE, THERE, ELSEWHERE = "127.0.0.5", "127.0.0.6", "127.0.0.7"
TWO = Rate(0.01, 2)
NETWORK, TENANT = (429, "network_busy"), (429, "tenant_busy")


def told(answer: httpx.Response) -> tuple[int, str | None]:
    """The status and, of a refusal, its code; whoever is told to wait is told how long."""
    body = answer.json()
    assert answer.status_code != 429 or int(answer.headers["Retry-After"]) >= 1
    assert answer.status_code < 400 or body["error"]
    return answer.status_code, body.get("code")


async def starts(server: RunningServer, address: str) -> tuple[int, str | None]:
    return told(await server.client(address).post("/v1/visitor/sessions", json={}))


async def writes(visitor: Visitor, words: str = "hello") -> tuple[int, str | None]:
    body = {"content": words, "client_message_id": str(uuid.uuid4())}
    return told(await visitor.http.post("/v1/visitor/messages", json=body))


async def reads(visitor: Visitor) -> tuple[int, str | None]:
    return told(await visitor.http.get("/v1/visitor/messages"))


async def two_here_and_one_there(server: RunningServer) -> list[Visitor]:
    return [await server.visitor(address=address) for address in (HERE, HERE, THERE)]


async def test_one_network_starts_only_so_many_conversations_and_another_one_does_not_notice(place: Place) -> None:
    async with running_server(place, visitor_session_rate=TWO) as server:
        assert [await starts(server, HERE) for _ in range(3)] == [(201, None), (201, None), NETWORK]
        assert await starts(server, THERE) == (201, None)


async def test_addresses_of_one_ipv6_network_start_conversations_together(tmp_path: Path) -> None:
    async with running_server(tmp_path, visitor_session_rate=TWO, trusted_proxies=("127.0.0.1",)) as server:
        statuses = []
        for address in ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3", "2001:db8:1:3::1"):
            headers = {"X-Forwarded-For": address}
            answer = await server.client().post("/v1/visitor/sessions", json={}, headers=headers)
            statuses.append(answer.status_code)
        assert statuses == [201, 201, 429, 201]


async def test_all_networks_together_start_only_so_many_conversations(place: Place) -> None:
    async with running_server(place, tenant_start_rate=TWO) as server:
        assert await starts(server, HERE) == (201, None)
        assert await starts(server, THERE) == (201, None)
        assert await starts(server, ELSEWHERE) == TENANT


async def test_the_conversations_of_one_network_share_a_budget_of_messages(place: Place) -> None:
    async with running_server(place, network_message_rate=TWO) as server:
        one, other, stranger = await two_here_and_one_there(server)
        assert [await writes(visitor) for visitor in (one, other, one)] == [(201, None), (201, None), NETWORK]
        assert await writes(stranger) == (201, None)


async def test_all_customers_together_share_a_budget_of_messages(place: Place) -> None:
    async with running_server(place, tenant_message_rate=TWO) as server:
        one, _, stranger = await two_here_and_one_there(server)
        assert [await writes(visitor) for visitor in (one, stranger, one)] == [(201, None), (201, None), TENANT]


async def test_the_bytes_that_one_network_writes_are_counted_in_utf_8(place: Place) -> None:
    async with running_server(place, network_byte_rate=Rate(1, 1000)) as server:
        one, other, stranger = await two_here_and_one_there(server)
        assert await writes(one, "\N{GRINNING FACE}" * 225) == (201, None)
        assert await writes(other, "x" * 150) == NETWORK
        assert await writes(other, "x" * 50) == (201, None), "what fits still goes"
        assert await writes(stranger, "x" * 1000) == (201, None)


async def test_the_bytes_that_all_customers_write_are_counted(place: Place) -> None:
    async with running_server(place, tenant_byte_rate=Rate(1, 1000)) as server:
        one, _, stranger = await two_here_and_one_there(server)
        assert await writes(one, "x" * 900) == (201, None)
        assert await writes(stranger, "x" * 900) == TENANT


async def test_a_message_larger_than_the_whole_budget_waits_for_a_full_one(tmp_path: Path, clock: HandClock) -> None:
    async with running_server(tmp_path, clock=clock, network_byte_rate=Rate(10, 100)) as server:
        visitor = await server.visitor()
        assert [await writes(visitor, "x" * 8000) for _ in range(2)] == [(201, None), NETWORK]
        clock.advance(10)
        assert await writes(visitor, "x" * 8000) == (201, None)


async def test_the_conversations_of_one_network_share_a_budget_of_reads(place: Place) -> None:
    async with running_server(place, network_read_rate=TWO) as server:
        one, other, stranger = await two_here_and_one_there(server)
        assert [await reads(visitor) for visitor in (one, other, one)] == [(200, None), (200, None), NETWORK]
        assert await reads(stranger) == (200, None)


async def test_all_customers_together_share_a_budget_of_reads(place: Place) -> None:
    async with running_server(place, tenant_read_rate=TWO) as server:
        one, _, stranger = await two_here_and_one_there(server)
        assert [await reads(visitor) for visitor in (one, stranger, one)] == [(200, None), (200, None), TENANT]


async def test_what_one_budget_refuses_costs_the_others_nothing(place: Place) -> None:
    async with running_server(place, network_message_rate=TWO, tenant_message_rate=Rate(0.01, 3)) as server:
        one, _, stranger = await two_here_and_one_there(server)
        assert [await writes(one) for _ in range(6)] == [(201, None)] * 2 + [NETWORK] * 4
        assert await writes(stranger) == (201, None), "the refused ones have not used up what all share"
        assert await writes(stranger) == TENANT


async def blocked(server: RunningServer, visitor: Visitor) -> None:
    dana = await server.sign_in()
    path = f"/v1/chat/sessions/{visitor.session_id}/block"
    assert (await dana.http.post(path, json={"scope": "address"})).status_code == 200


async def test_whoever_is_kept_out_uses_up_nothing_that_all_share(place: Place) -> None:
    limits: dict[str, Any] = dict.fromkeys(("tenant_start_rate", "tenant_message_rate"), Rate(0.01, 3))
    async with running_server(place, tenant_byte_rate=Rate(0.01, 20), **limits) as server:
        abuser = await server.visitor(address=HERE)
        await blocked(server, abuser)
        assert [await starts(server, HERE) for _ in range(4)] == [(403, "blocked")] * 4
        assert [await writes(abuser) for _ in range(5)] == [(403, "blocked")] * 5
        honest = await server.visitor(address=THERE)
        assert [await writes(honest) for _ in range(3)] == [(201, None)] * 3
        assert await starts(server, THERE) == (201, None)
        assert await starts(server, THERE) == TENANT, "those that were let in do count"


async def test_whoever_is_kept_out_is_held_up_by_what_they_try(place: Place) -> None:
    async with running_server(place, visitor_session_rate=Rate(0.01, 3)) as server:
        await blocked(server, await server.visitor(address=HERE))
        assert [await starts(server, HERE) for _ in range(3)] == [(403, "blocked")] * 2 + [NETWORK]


async def test_a_message_that_had_to_wait_is_taken_after_the_time_that_was_told(
    tmp_path: Path, clock: HandClock
) -> None:
    async with running_server(tmp_path, clock=clock, network_message_rate=Rate(0.1, 1)) as server:
        visitor = await server.visitor()
        mine = {"content": "again", "client_message_id": str(uuid.uuid4())}
        assert await writes(visitor) == (201, None)
        refused = await visitor.http.post("/v1/visitor/messages", json=mine)
        assert refused.status_code == 429
        clock.advance(int(refused.headers["Retry-After"]))
        assert (await visitor.http.post("/v1/visitor/messages", json=mine)).status_code == 201


async def test_agents_beside_strangers_who_used_up_everything_work_on(place: Place) -> None:
    none_left: dict[str, Any] = dict.fromkeys(
        (
            *("visitor_session_rate", "network_message_rate", "network_byte_rate", "network_read_rate"),
            *("tenant_start_rate", "tenant_message_rate", "tenant_byte_rate", "tenant_read_rate"),
        ),
        Rate(0.001, 1),
    )
    async with running_server(place, **none_left) as server:
        dana, visitor = await server.sign_in(), await server.visitor()
        assert (await writes(visitor), await writes(visitor)) == ((201, None), NETWORK)
        assert (await reads(visitor), await reads(visitor)) == ((200, None), NETWORK)
        messages = f"/v1/chat/sessions/{visitor.session_id}/messages"
        for _ in range(3):
            reply = {"content": "hello", "client_message_id": str(uuid.uuid4())}
            assert (await dana.http.post(messages, json=reply)).status_code == 201
            assert (await dana.http.get(messages)).status_code == 200


async def test_an_office_of_300_behind_one_address_comes_writes_and_reads(tmp_path: Path) -> None:
    usual = ServerSettings(data=tmp_path)
    rates = {name: getattr(usual, name) for name in dir(usual) if name.endswith("_rate")}
    async with running_server(tmp_path, **rates) as server:
        nobody = server.client(HERE)
        for place in range(300):
            answer = await nobody.post("/v1/visitor/sessions", json={"name": f"Clerk {place}"})
            assert answer.status_code == 201
            bearer = {"Authorization": f"Bearer {answer.json()['visitor_token']}"}
            clerk = Visitor("", "", nobody, HERE)
            nobody.headers.update(bearer)
            assert await writes(clerk, "Good morning, I have a question about my order. " * 4) == (201, None)
            assert await reads(clerk) == (200, None)


@pytest.mark.services
async def test_budgets_are_counted_over_all_nodes_and_on_each_alone_when_redis_is_gone(tmp_path: Path) -> None:
    with running_redis() as mortal:
        first, second = (RedisBus(mortal.url, f"node {number}", limit_patience=60) for number in range(2))
        async with (
            running_server(tmp_path, bus=first, visitor_session_rate=TWO) as one,
            running_server(tmp_path, bus=second, visitor_session_rate=TWO) as other,
        ):
            nodes = (one, other, one, other)
            assert [await starts(node, HERE) for node in nodes] == [(201, None), (201, None), NETWORK, NETWORK]
            assert await starts(other, THERE) == (201, None)
            mortal.kill()
            assert [await starts(node, HERE) for node in (one, other)] == [(201, None), (201, None)]
