"""A desk from its real parts: that leaving ends the tokens, and never takes long."""

import json

import pytest

from tests.transport import scripted
from tests.transport.scripted import http, say
from tms_tui.assembly import Assembly
from tms_tui.domain.errors import Failure, FailureKind
from tms_tui.domain.secret import Secret
from tms_tui.settings import Settings

USER = {"id": "a1", "email": "ana@chat.test", "name": "Ana", "role": "agent", "tenant_id": "t1"}
TOKENS = {"access_token": "acc", "refresh_token": "ref", "expires_in": 900, "user": USER}


async def signed_in(port: int) -> Assembly:
    """An agent at their desk."""
    assembly = Assembly(Settings(), keeps=False)
    outcome = await assembly.sign_in(f"http://127.0.0.1:{port}", "ana@chat.test", Secret("pw"))
    assert not isinstance(outcome, Failure)
    return assembly


async def test_leaving_ends_the_tokens_on_the_server() -> None:
    async with scripted.scripted(say(http(200, json.dumps(TOKENS).encode())), say(http(204, b""))) as server:
        assembly = await signed_in(server.port)
        await assembly.sign_out()
    _, logout = server.seen
    assert (logout.method, logout.target) == ("POST", "/v1/auth/logout")
    assert logout.headers["authorization"] == "Bearer acc"


@pytest.mark.parametrize("act", [scripted.hang, scripted.hang_up, say(http(500, b""))], ids=["hang", "end", "500"])
async def test_a_server_that_does_not_answer_well_keeps_nobody(act: scripted.Act) -> None:
    async with scripted.scripted(say(http(200, json.dumps(TOKENS).encode())), act) as server:
        assembly = await signed_in(server.port)
        await assembly.sign_out(within=0.1)
    assert len(server.seen) == 2


async def test_a_password_is_changed_with_a_fresh_token_when_the_old_one_has_ended() -> None:
    ended = http(401, b'{"error":"The sign-in has expired.","code":"token_expired"}')
    fresh = TOKENS | {"access_token": "acc2", "refresh_token": "ref2"}
    signs_in, renews = (say(http(200, json.dumps(tokens).encode())) for tokens in (TOKENS, fresh))
    async with scripted.scripted(signs_in, say(ended), renews, say(http(204, b""))) as server:
        assembly = await signed_in(server.port)
        assert assembly.whom == (f"http://127.0.0.1:{server.port}", "ana@chat.test")
        assert await assembly.change_password(Secret("pw"), Secret("another")) is None
        await assembly.sign_out()
    asked = [(one.target, one.headers.get("authorization")) for one in server.seen if "password" in one.target]
    assert asked == [("/v1/auth/password", "Bearer acc"), ("/v1/auth/password", "Bearer acc2")]


async def test_without_a_sign_in_no_password_is_changed() -> None:
    failure = await Assembly(Settings(), keeps=False).change_password(Secret("pw"), Secret("another"))
    assert failure is not None
    assert failure.kind is FailureKind.UNAUTHORIZED


async def test_who_never_signed_in_leaves_at_once() -> None:
    await Assembly(Settings(), keeps=False).sign_out()


@pytest.mark.parametrize("ends", [say(http(204, b"")), scripted.hang_up], ids=["well", "badly"])
async def test_who_signs_in_as_another_leaves_no_tokens_of_the_first(ends: scripted.Act) -> None:
    other = TOKENS | {"access_token": "acc2", "user": USER | {"id": "a2"}}
    signs_in = [say(http(200, json.dumps(tokens).encode(), Connection="close")) for tokens in (TOKENS, other)]
    async with scripted.scripted(*signs_in, ends, say(http(204, b""))) as server:
        assembly = await signed_in(server.port)
        outcome = await assembly.sign_in(f"http://127.0.0.1:{server.port}", "eva@chat.test", Secret("pw"))
        assert not isinstance(outcome, Failure)
        assert outcome.state.me is not None
        await assembly.sign_out()
    assert [(one.target, one.headers.get("authorization")) for one in server.seen] == [
        ("/v1/auth/login", None),
        ("/v1/auth/login", None),
        ("/v1/auth/logout", "Bearer acc"),
        ("/v1/auth/logout", "Bearer acc2"),
    ]
