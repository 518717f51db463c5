"""Signing in, staying in, getting out, and every token that must not pass."""

import asyncio
import time
import uuid
from pathlib import Path
from typing import Any

import argon2
import httpx
import jwt
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.server.hand_clock import HandClock
from tests.server.place import Place
from tests.server.running import PASSWORD, QUICK, RunningServer, running_server
from tms_tui.server.passwords import Passwords
from tms_tui.server.settings import PasswordCost, Rate
from tms_tui.server.store import agents


async def login(server: RunningServer, email: str, password: str = PASSWORD) -> httpx.Response:
    return await server.client().post("/v1/auth/login", json={"email": email, "password": password})


async def me(server: RunningServer, token: str) -> httpx.Response:
    return await server.client().get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


async def refresh(server: RunningServer, token: str, request_id: str | None = None) -> httpx.Response:
    """`request_id`: what the caller calls this request, the same when it is made again."""
    headers = {"X-Request-Id": request_id} if request_id else {}
    return await server.client().post("/v1/auth/refresh", json={"refresh_token": token}, headers=headers)


def token_id(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


async def test_login_answers_tokens_and_the_user(server: RunningServer) -> None:
    user = await server.add_agent("Dana")
    answer = await login(server, "  DANA@example.com ")
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 900
    assert body["user"] == {
        "id": user.id,
        "email": "dana@example.com",
        "name": "Dana",
        "role": "agent",
        "tenant_id": "default",
    }
    assert (await me(server, body["access_token"])).json() == body["user"]


async def test_a_stranger_and_a_wrong_password_get_the_same_answer(server: RunningServer) -> None:
    await server.add_agent("Dana")
    wrong = await login(server, "dana@example.com", "not the password")
    stranger = await login(server, "nobody@example.com")
    assert wrong.status_code == stranger.status_code == 401
    assert wrong.json() == stranger.json()
    assert wrong.json()["code"] == "bad_credentials"


async def test_a_stranger_costs_as_much_work_as_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(PasswordCost(time=2, memory_kib=16_384, lanes=1))
    stored = await passwords.hash("right")
    work: list[argon2.Parameters] = []
    verify = argon2.PasswordHasher.verify

    def counted(hasher: argon2.PasswordHasher, against: str, password: str) -> bool:
        work.append(argon2.extract_parameters(against))
        return verify(hasher, against, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    assert not await passwords.verify(stored, "wrong")
    known = work.copy()
    work.clear()
    assert not await passwords.verify(None, "wrong")
    assert work == known == [argon2.extract_parameters(stored)]


async def test_strangers_passwords_are_looked_at_half_of_the_time_and_known_ones_at_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, began = HandClock(), list[float]()
    passwords = Passwords(QUICK, clock=clock)

    def takes_a_second(_hasher: argon2.PasswordHasher, _against: str, _password: str) -> bool:
        began.append(clock.monotonic())
        clock.advance(1)
        return True

    monkeypatch.setattr(argon2.PasswordHasher, "verify", takes_a_second)
    start = clock.monotonic()
    assert await passwords.verify("stored", "right", known=False)
    next_one = asyncio.create_task(passwords.verify("stored", "right", known=False))
    await clock.someone_sleeps_until(2)
    assert await passwords.verify("stored", "right"), "of a known network, while the stranger waits"
    assert await next_one
    assert [at - start for at in began] == [0, 1, 2]


async def test_a_password_kept_at_another_cost_is_kept_at_todays_once_its_agent_signs_in(server: RunningServer) -> None:
    user = await server.add_agent("Dana")
    old = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=4).hash(PASSWORD)
    database = server.app.services.database
    async with database.write() as connection:
        await agents.set_password(connection, user.id, old)
    assert (await login(server, user.email, "not this one")).status_code == 401
    async with database.read() as connection:
        assert await _kept(connection, user.email) == old
    assert (await login(server, user.email)).status_code == 200
    async with database.read() as connection:
        new = await _kept(connection, user.email)
    assert argon2.extract_parameters(new).parallelism == QUICK.lanes
    assert (await login(server, user.email)).status_code == 200
    async with database.read() as connection:
        assert await _kept(connection, user.email) == new


async def _kept(connection: AsyncConnection, email: str) -> str:
    agent = await agents.by_email(connection, email)
    assert agent is not None
    return agent.password_hash


async def test_one_attempt_is_never_hashed_more_than_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("right")
    tried: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(hasher: argon2.PasswordHasher, against: str, password: str) -> bool:
        tried.append(password)
        return verify(hasher, against, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    for typed, most in (("plain", 1), ("\u00e9", 2), ("e\u0301", 2), ("\u00e9 e\u0301", 2)):
        tried.clear()
        assert not await passwords.verify(stored, typed)
        assert len(tried) == most, ascii(typed)


async def test_a_password_once_kept_in_two_spellings_still_opens() -> None:
    passwords, typed = Passwords(QUICK), "\u00e9 e\u0301"
    assert await passwords.verify(await passwords.hash(typed), typed)


async def test_too_many_attempts_are_told_when_to_come_back(place: Place) -> None:
    async with running_server(place, login_rate=Rate(1 / 30, 3)) as server:
        answers = [await login(server, "dana@example.com") for _ in range(4)]
    assert [one.status_code for one in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["code"] == "too_many_attempts"
    assert 25 <= int(answers[-1].headers["Retry-After"]) <= 31


async def test_refresh_rotates_and_the_new_tokens_work(server: RunningServer) -> None:
    agent = await server.sign_in()
    answer = await refresh(server, agent.refresh_token)
    assert answer.status_code == 200
    fresh = answer.json()
    assert fresh["user"] is None
    assert fresh["refresh_token"] != agent.refresh_token
    assert (await me(server, fresh["access_token"])).status_code == 200
    assert (await refresh(server, fresh["refresh_token"])).status_code == 200


async def test_a_reused_refresh_token_ends_the_whole_sign_in(server: RunningServer) -> None:
    agent = await server.sign_in()
    fresh = (await refresh(server, agent.refresh_token)).json()
    assert (await me(server, fresh["access_token"])).status_code == 200
    reused = await refresh(server, agent.refresh_token)
    assert (reused.status_code, reused.json()["code"]) == (401, "token_revoked")
    assert (await refresh(server, fresh["refresh_token"])).json()["code"] == "token_revoked"
    assert (await me(server, fresh["access_token"])).json()["code"] == "token_revoked"


async def test_a_refresh_whose_answer_was_lost_is_given_the_same_successor(
    timed: RunningServer, clock: HandClock
) -> None:
    agent = await timed.sign_in()
    lost = (await refresh(timed, agent.refresh_token, "one")).json()
    clock.advance(9.5)
    again = (await refresh(timed, agent.refresh_token, "one")).json()
    assert token_id(again["refresh_token"]) == token_id(lost["refresh_token"])
    assert (await me(timed, again["access_token"])).status_code == 200
    assert (await refresh(timed, again["refresh_token"], "two")).status_code == 200


async def test_the_name_in_the_body_counts_where_a_proxy_names_each_request_anew(server: RunningServer) -> None:
    agent = await server.sign_in()
    body = {"refresh_token": agent.refresh_token, "request_id": "one"}
    lost, again, other = [
        await server.client().post("/v1/auth/refresh", json=body | more, headers={"X-Request-Id": header})
        for header, more in (("a", {}), ("b", {}), ("b", {"request_id": "two"}))
    ]
    assert token_id(again.json()["refresh_token"]) == token_id(lost.json()["refresh_token"])
    assert other.json()["code"] == "token_revoked"


async def test_of_requests_of_one_name_that_come_together_all_get_the_same(server: RunningServer) -> None:
    agent = await server.sign_in()
    answers = await asyncio.gather(*(refresh(server, agent.refresh_token, "one") for _ in range(5)))
    assert [one.status_code for one in answers] == [200] * 5
    assert len({token_id(one.json()["refresh_token"]) for one in answers}) == 1


@pytest.mark.parametrize(
    ("request_id", "later"),
    [("two", 0.0), (None, 0.0), ("with a space", 0.0), ("one", 10.5)],
    ids=["another name", "no name", "no fit name", "too late"],
)
async def test_any_other_reuse_ends_the_sign_in(
    timed: RunningServer, clock: HandClock, request_id: str | None, later: float
) -> None:
    agent = await timed.sign_in()
    fresh = (await refresh(timed, agent.refresh_token, "one")).json()
    clock.advance(later)
    assert (await refresh(timed, agent.refresh_token, request_id)).json()["code"] == "token_revoked"
    assert (await refresh(timed, fresh["refresh_token"], "three")).json()["code"] == "token_revoked"
    assert (await me(timed, fresh["access_token"])).json()["code"] == "token_revoked"


async def test_a_repeated_name_opens_nothing_once_the_successor_was_used(server: RunningServer) -> None:
    agent = await server.sign_in()
    fresh = (await refresh(server, agent.refresh_token, "one")).json()
    assert (await refresh(server, fresh["refresh_token"], "two")).status_code == 200
    assert (await refresh(server, agent.refresh_token, "one")).json()["code"] == "token_revoked"


async def test_two_requests_without_a_name_are_not_the_same(server: RunningServer) -> None:
    agent = await server.sign_in()
    assert (await refresh(server, agent.refresh_token)).status_code == 200
    assert (await refresh(server, agent.refresh_token)).json()["code"] == "token_revoked"


async def test_a_repeated_name_opens_nothing_after_the_sign_out(server: RunningServer) -> None:
    agent = await server.sign_in()
    assert (await refresh(server, agent.refresh_token, "one")).status_code == 200
    await agent.http.post("/v1/auth/logout")
    assert (await refresh(server, agent.refresh_token, "one")).json()["code"] == "token_revoked"


async def test_what_a_repeated_refresh_is_given_is_known_on_every_node_and_holds_no_token(tmp_path: Path) -> None:
    async with running_server(tmp_path) as one, running_server(tmp_path) as other:
        agent = await one.sign_in()
        lost = (await refresh(one, agent.refresh_token, "one")).json()
        again = (await refresh(other, agent.refresh_token, "one")).json()
        assert token_id(again["refresh_token"]) == token_id(lost["refresh_token"])
        await one.stop()
        await other.stop()
    kept = (tmp_path / "tms-chat.db").read_bytes()
    assert token_id(lost["refresh_token"]).encode() in kept
    assert not [token for token in (*lost.values(), *again.values()) if len(str(token)) > 60 and token.encode() in kept]


async def test_another_sign_in_of_the_same_agent_survives(server: RunningServer) -> None:
    agent = await server.sign_in()
    other = (await login(server, agent.user.email)).json()
    await refresh(server, agent.refresh_token)
    await refresh(server, agent.refresh_token)
    assert (await me(server, agent.access_token)).status_code == 401
    assert (await me(server, other["access_token"])).status_code == 200


async def test_logout_kills_both_tokens(server: RunningServer) -> None:
    agent = await server.sign_in()
    assert (await agent.http.post("/v1/auth/logout")).status_code == 204
    assert (await me(server, agent.access_token)).json()["code"] == "token_revoked"
    assert (await refresh(server, agent.refresh_token)).json()["code"] == "token_revoked"


async def test_tokens_end_when_their_time_is_over(timed: RunningServer, clock: HandClock) -> None:
    agent = await timed.sign_in()
    clock.advance(15 * 60 + 9)
    assert (await me(timed, agent.access_token)).status_code == 200, "within the leeway"
    clock.advance(2)
    assert (await me(timed, agent.access_token)).json()["code"] == "token_expired"
    assert (await refresh(timed, agent.refresh_token)).status_code == 200
    clock.advance(12 * 3600)
    assert (await refresh(timed, agent.refresh_token)).json()["code"] == "token_expired"


async def test_a_good_signature_is_not_void_for_being_new(server: RunningServer) -> None:
    agent = await server.sign_in()
    key = (server.settings.data / "signing.key").read_bytes()
    claims = jwt.decode(agent.access_token, key, ["HS256"], audience="tms-chat")
    new = jwt.encode(claims | {"iat": 4_000_000_000}, key, "HS256")
    assert (await me(server, new)).status_code == 200
    over = jwt.encode(claims | {"iat": 4_000_000_000, "exp": int(time.time()) - 60}, key, "HS256")
    assert (await me(server, over)).json()["code"] == "token_expired"


async def test_each_token_opens_its_own_doors_only(server: RunningServer) -> None:
    agent = await server.sign_in()
    visitor = await server.visitor()
    assert (await me(server, agent.refresh_token)).status_code == 401
    assert (await me(server, visitor.token)).status_code == 401
    assert (await refresh(server, agent.access_token)).status_code == 401
    with_agents = {"Authorization": f"Bearer {agent.access_token}"}
    answer = await server.client().get("/v1/visitor/messages", headers=with_agents)
    assert answer.status_code == 401


FORGERIES: list[tuple[dict[str, Any], str]] = [
    ({"iss": "tms-chat2"}, "HS256"),
    ({"iss": "tms"}, "HS256"),
    ({"aud": "other"}, "HS256"),
    ({"aud": ["tms-chat", "other"]}, "HS256"),
    ({"iat": "soon"}, "HS256"),
    ({"exp": "never"}, "HS256"),
    ({}, "HS512"),
    ({"token_type": "refresh"}, "HS256"),
    *[({name: None}, "HS256") for name in ("iss", "aud", "sub", "exp", "iat", "jti", "token_type")],
]


async def test_a_token_that_differs_in_one_thing_is_refused(server: RunningServer) -> None:
    agent = await server.sign_in()
    key = (server.settings.data / "signing.key").read_bytes()
    claims = jwt.decode(agent.access_token, key, ["HS256"], audience="tms-chat")
    same = jwt.encode(claims | {"jti": str(uuid.uuid4())}, key, "HS256")
    assert (await me(server, same)).status_code == 200, "the forger's tools work"
    for change, algorithm in FORGERIES:
        changed = {name: value for name, value in (claims | change).items() if value is not None}
        answer = await me(server, jwt.encode(changed, key, algorithm))
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token"), change


async def test_a_token_that_asks_for_what_the_server_does_not_know_is_refused(server: RunningServer) -> None:
    agent = await server.sign_in()
    key = (server.settings.data / "signing.key").read_bytes()
    claims = jwt.decode(agent.access_token, key, ["HS256"], audience="tms-chat")
    strange = jwt.encode(claims, key, "HS256", headers={"crit": ["twice"], "twice": True})
    assert (await me(server, strange)).status_code == 401


async def test_unsigned_and_foreign_tokens_are_refused(server: RunningServer) -> None:
    agent = await server.sign_in()
    claims = jwt.decode(agent.access_token, options={"verify_signature": False})
    foreign = jwt.encode(claims, "another key of more than thirty-two bytes", "HS256")
    for token in (jwt.encode(claims, "", "none"), foreign, "a.b.c", ".", "é"):
        headers = {b"Authorization": b"Bearer " + token.encode()}
        answer = await server.client().get("/v1/auth/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_in_an_address_is_refused(server: RunningServer) -> None:
    agent = await server.sign_in()
    for name in ("token", "access_token"):
        answer = await agent.http.get("/v1/auth/me", params={name: agent.access_token})
        assert (answer.status_code, answer.json()["code"]) == (400, "token_in_url")
