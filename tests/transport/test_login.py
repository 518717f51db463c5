"""Signing in and the tokens, against a scripted server."""

import asyncio
import base64
import json
import pickle
from pathlib import Path

import pytest

from tests.transport import scripted
from tests.transport.scripted import http, say
from tests.transport.signed_in import at
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.events import SignedIn
from tms_tui.domain.ids import AgentId
from tms_tui.domain.policy import RENEW_REPEATED_AFTER, RENEW_REPEATS, RENEW_WITHIN
from tms_tui.domain.secret import Secret
from tms_tui.domain.text import CleanText
from tms_tui.protocol import signing
from tms_tui.protocol.refusals import HttpAnswer
from tms_tui.server.settings import ServerSettings
from tms_tui.transport.login import Login

USER = {"id": "agent-1", "email": "anna@example.com", "name": "Anna", "role": "agent", "tenant_id": "t1"}
PASSWORD = Secret("canary-password")


def token(name: str, **claims: object) -> str:
    """A JWT as far as its shape goes."""
    middle = base64.urlsafe_b64encode(json.dumps({"jti": name, **claims}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{middle}.c2lnbmF0dXJl"


def tokens(access: str, refresh: str = "refresh-1", user: object = None, expires_in: int = 900) -> bytes:
    body = {"access_token": access, "refresh_token": refresh, "expires_in": expires_in, "user": user}
    return http(200, json.dumps(body).encode())


async def test_signing_in_gives_the_user_and_keeps_the_token_for_this_server() -> None:
    access = token("a", iat=1_000_000, exp=1_000_300)
    async with scripted.scripted(say(tokens(access, user=USER))) as server:
        login = Login(at(server.port))
        assert login.bearer(at(server.port).origin) is None
        answer = await login.sign_in("anna@example.com", PASSWORD)
        await login.aclose()
    assert isinstance(answer, SignedIn)
    assert (answer.user.name, answer.lifetime) == ("Anna", 300.0)
    assert login.agent == AgentId("agent-1")
    held = login.bearer(at(server.port).origin)
    assert held is not None
    assert held.reveal() == access
    assert login.bearer("https://elsewhere.example:443") is None
    (seen,) = server.seen
    assert json.loads(seen.body) == {"email": "anna@example.com", "password": "canary-password"}
    assert "authorization" not in seen.headers


@pytest.mark.parametrize(
    ("access", "lifetime"),
    [
        (token("a", iat=5, exp=65), 60.0),
        (token("a", iat=5, exp=5), 900.0),
        (token("a", iat="soon", exp=[]), 900.0),
        (token("a", exp=65), 900.0),
        ("opaque", 900.0),
        ("a.!!!.c", 900.0),
        ("a.bnVsbA.c", 900.0),
    ],
)
async def test_the_lifetime_is_the_tokens_own_and_else_what_the_answer_says(access: str, lifetime: float) -> None:
    async with scripted.scripted(say(tokens(access, user=USER))) as server:
        login = Login(at(server.port))
        answer = await login.sign_in("anna@example.com", PASSWORD)
        await login.aclose()
    assert isinstance(answer, SignedIn)
    assert answer.lifetime == lifetime


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (
            http(401, b'{"error":"E-mail or password is wrong","code":"bad_credentials"}'),
            Failure(FailureKind.UNAUTHORIZED, 401, "bad_credentials", CleanText("E-mail or password is wrong")),
        ),
        (
            http(429, b'{"error":"Slow down","code":"too_many_attempts"}', Retry_After="60"),
            Failure(FailureKind.TOO_MANY, 429, "too_many_attempts", CleanText("Slow down"), 60.0),
        ),
        (http(200, b"<html>"), Failure(FailureKind.UNREADABLE, 200, words=CleanText("<html>"))),
        (tokens("has\nbreak", user=USER), None),
        (tokens("no-user"), None),
        (tokens("", user=USER), None),
    ],
)
async def test_a_sign_in_that_fails_says_why_and_holds_nothing(answer: bytes, failure: Failure | None) -> None:
    async with scripted.scripted(say(answer)) as server:
        login = Login(at(server.port))
        got = await login.sign_in("anna@example.com", PASSWORD)
        await login.aclose()
    assert isinstance(got, Failure)
    assert got == failure if failure else got.kind is FailureKind.UNREADABLE
    assert login.bearer(at(server.port).origin) is None
    assert login.agent is None


async def test_fifty_renewals_at_once_are_one() -> None:
    acts = [say(tokens("first", "refresh-1", USER)), say(tokens("second", "refresh-2", expires_in=60))]
    async with scripted.scripted(*acts) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        lifetimes = await asyncio.gather(*(login.renew() for _ in range(50)))
        later = await login.renew()
        await login.aclose()
    assert lifetimes == [60.0] * 50
    assert later == 60.0
    assert [json.loads(seen.body).get("refresh_token") for seen in server.seen] == [None, "refresh-1", "refresh-2"]
    held = login.bearer(at(server.port).origin)
    assert held is not None
    assert held.reveal() == "second"


async def test_a_refused_renewal_is_told_to_all_who_waited() -> None:
    refusal = http(401, b'{"error":"used before","code":"token_revoked"}')
    async with scripted.scripted(say(tokens("first", user=USER)), say(refusal)) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        told = await asyncio.gather(login.renew(), login.renew())
        await login.aclose()
    expected = Failure(FailureKind.UNAUTHORIZED, 401, "token_revoked", CleanText("used before"))
    assert list(told) == [expected, expected]
    assert len(server.seen) == 2


async def test_tokens_that_were_refused_once_are_not_offered_again_before_the_next_sign_in() -> None:
    refusal = http(401, b'{"error":"over","code":"token_revoked"}')
    first, second = say(tokens("first", user=USER)), say(tokens("second", user=USER))
    async with scripted.scripted(first, say(refusal), second, say(tokens("third"))) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        told = [await login.renew() for _ in range(3)]
        assert told == [Failure(FailureKind.UNAUTHORIZED, 401, "token_revoked", CleanText("over"))] * 3
        assert len(server.seen) == 2
        await login.sign_in("anna@example.com", PASSWORD)
        assert not isinstance(await login.renew(), Failure)
        await login.aclose()


async def test_a_renewal_whose_answer_was_lost_is_made_again_under_its_name_and_the_next_one_under_another() -> None:
    fresh = [say(tokens(f"access-{number}", f"refresh-{number}", USER)) for number in range(1, 4)]
    lost = [scripted.hang_up, say(http(502, b"<html>"))]
    async with scripted.scripted(fresh[0], *lost, *fresh[1:]) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        outcomes = [await login.renew() for _ in range(4)]
        await login.aclose()
    assert [isinstance(one, Failure) for one in outcomes] == [True, True, False, False]
    asked = [(json.loads(one.body)["refresh_token"], one.headers["x-request-id"]) for one in server.seen[1:]]
    assert [token for token, _ in asked] == ["refresh-1"] * 3 + ["refresh-2"]
    first, second = asked[0][1], asked[3][1]
    assert [name for _, name in asked] == [first] * 3 + [second]
    assert len({first, second}) == 2


def test_all_repeats_of_a_renewal_begin_while_the_server_knows_it() -> None:
    last = sum(RENEW_WITHIN[:RENEW_REPEATS]) + RENEW_REPEATS * RENEW_REPEATED_AFTER
    assert last < ServerSettings(data=Path()).refresh_again - 3, "with some seconds for its own way there"


async def test_a_renewal_waits_longer_when_it_is_repeated() -> None:
    async with scripted.scripted(say(tokens("first", user=USER)), silence, silence, say(tokens("late"))) as server:
        login = Login(at(server.port), renew_within=(0.05, 0.05, 30.0))
        await login.sign_in("anna@example.com", PASSWORD)
        for _ in range(2):
            answer = await login.renew()
            assert isinstance(answer, Failure)
            assert answer.kind is FailureKind.NO_ANSWER
        assert not isinstance(await login.renew(), Failure)
        await login.aclose()


async def silence(_writer: asyncio.StreamWriter, _seen: scripted.Seen) -> None:
    """Says nothing, for ever."""
    await asyncio.Event().wait()


async def test_without_a_sign_in_nothing_is_renewed() -> None:
    async with scripted.scripted(say(http(200))) as server:
        login = Login(at(server.port))
        assert await login.renew() == Failure(FailureKind.UNAUTHORIZED)
        assert await login.sign_out() is None
    assert server.connections == 0


async def test_another_password_is_asked_for_with_the_token_and_kept_nowhere() -> None:
    async with scripted.scripted(say(tokens("first", user=USER)), say(http(204, b""))) as server:
        login = Login(at(server.port))
        assert await login.change_password(PASSWORD, Secret("canary-new")) == Failure(FailureKind.UNAUTHORIZED)
        await login.sign_in("anna@example.com", PASSWORD)
        assert await login.change_password(PASSWORD, Secret("canary-new")) is None
        await login.aclose()
    asked = server.seen[1]
    assert (asked.method, asked.target, asked.headers["authorization"]) == ("POST", "/v1/auth/password", "Bearer first")
    assert json.loads(asked.body) == {"current": "canary-password", "new": "canary-new"}
    assert "canary" not in repr(vars(login)) + repr(signing.password_request(PASSWORD, Secret("canary-new")))


async def test_a_refused_password_says_why() -> None:
    refusal = http(403, b'{"error":"The current password is not right.","code":"wrong_password"}')
    async with scripted.scripted(say(tokens("first", user=USER)), say(refusal)) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        failure = await login.change_password(PASSWORD, Secret("another"))
        await login.aclose()
    assert failure is not None
    assert (failure.kind, failure.code) == (FailureKind.FORBIDDEN, "wrong_password")


async def test_signing_out_ends_the_tokens_here_and_there() -> None:
    async with scripted.scripted(say(tokens("first", user=USER)), say(http(204, b""))) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        assert await login.sign_out() is None
        await login.aclose()
    assert login.bearer(at(server.port).origin) is None
    assert login.agent is None
    assert (server.seen[1].target, server.seen[1].headers["authorization"]) == ("/v1/auth/logout", "Bearer first")


async def test_signing_out_without_a_server_still_forgets() -> None:
    async with scripted.scripted(say(tokens("first", user=USER)), scripted.hang_up) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        failure = await login.sign_out()
        await login.aclose()
    assert failure is not None
    assert failure.kind is FailureKind.NO_ANSWER
    assert login.bearer(at(server.port).origin) is None


async def test_a_renewal_that_comes_after_the_sign_out_changes_nothing() -> None:
    reached, release = asyncio.Event(), asyncio.Event()

    async def late(writer: asyncio.StreamWriter, seen: scripted.Seen) -> None:
        reached.set()
        await release.wait()
        await say(tokens("late"))(writer, seen)

    async with scripted.scripted(say(tokens("first", user=USER)), late, say(http(204, b""))) as server:
        login = Login(at(server.port))
        await login.sign_in("anna@example.com", PASSWORD)
        renewing = asyncio.create_task(login.renew())
        await reached.wait()
        await login.sign_out()
        release.set()
        await renewing
        await login.aclose()
    assert login.bearer(at(server.port).origin) is None


async def test_requests_and_answers_do_not_show_what_they_carry() -> None:
    assert "canary" not in repr(signing.login_request("anna@example.com", PASSWORD))
    assert "canary" not in repr(signing.refresh_request(Secret("canary"), "one"))
    answer = HttpAnswer(200, {}, tokens("canary").partition(b"\r\n\r\n")[2])
    assert "canary" not in repr(answer) + repr(signing.read_tokens(answer))


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r} {[secret]} {secret!s}"
    assert not hasattr(secret, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
