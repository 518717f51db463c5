"""Other sites' pages: what they may start, what they may read, and which of them are allowed."""

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.server.matrix import ROWS
from tests.server.place import Place
from tests.server.running import PASSWORD, RunningServer, running_server
from tests.server.test_matrix import ask
from tms_tui.server.commands import serve
from tms_tui.server.origins import normalised

FOREIGN = {"Origin": "https://evil.example"}
SHOP = "https://shop.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


async def stored(server: RunningServer) -> int:
    dana = await server.sign_in()
    listed: list[object] = (await dana.http.get("/v1/chat/sessions")).json()["sessions"]
    return len(listed)


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/plain;application/json", "application/x-www-form-urlencoded", "multipart/form-data", None],
)
async def test_what_another_sites_page_can_post_unasked_starts_nothing(server: RunningServer, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    user = await server.add_agent("Bo")
    for path, body in (
        ("/v1/visitor/sessions", '{"name": "Ana"}'),
        ("/v1/auth/login", f'{{"email": "{user.email}", "password": "{PASSWORD}"}}'),
        ("/v1/auth/refresh", '{"refresh_token": "a.b.c"}'),
    ):
        answer = await server.client().post(path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), path
        assert "application/json" in answer.json()["error"]
    assert await stored(server) == 0


async def test_json_may_say_its_character_set(server: RunningServer) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        answer = await server.client().post("/v1/visitor/sessions", content="{}", headers={"Content-Type": kind})
        assert answer.status_code == 201


async def test_a_foreign_page_is_refused_at_every_address_of_the_interface(server: RunningServer) -> None:
    dana, visitor = await server.sign_in(), await server.visitor()
    for row in ROWS:
        if not row.path.startswith("/v1/"):
            continue
        for http in (dana.http, visitor.http, server.client()):
            http.headers.update(FOREIGN)
            answer = await ask(http, row, visitor.session_id)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused"), row
            assert "access-control-allow-origin" not in answer.headers
    del dana.http.headers["Origin"]
    assert len((await dana.http.get("/v1/chat/sessions")).json()["sessions"]) == 1, "nothing was started"


async def test_a_page_without_an_origin_of_its_own_is_foreign(server: RunningServer) -> None:
    answer = await server.client().post("/v1/visitor/sessions", json={}, headers={"Origin": "null"})
    assert answer.status_code == 403


async def test_the_servers_own_page_may_do_all(server: RunningServer) -> None:
    answer = await server.client().post("/v1/visitor/sessions", json={}, headers={"Origin": server.url})
    assert answer.status_code == 201


async def preflight(http: httpx.AsyncClient, origin: str, path: str = "/v1/visitor/sessions") -> httpx.Response:
    return await http.options(path, headers={"Origin": origin} | PREFLIGHT)


async def test_an_allowed_origin_is_allowed_on_http_and_on_the_socket(place: Place) -> None:
    async with running_server(place, origins=(f"{SHOP}/",)) as server:
        http = httpx.AsyncClient(base_url=server.url, trust_env=False)
        asked = await preflight(http, SHOP)
        assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, SHOP)
        assert {"POST", "PUT", "PATCH"} <= set(asked.headers["Access-Control-Allow-Methods"].split(", "))
        assert {"Authorization", "Content-Type"} <= set(asked.headers["Access-Control-Allow-Headers"].split(", "))
        answer = await http.post("/v1/visitor/sessions", json={}, headers={"Origin": SHOP})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (201, SHOP)
        assert "Origin" in answer.headers["Vary"]
        refused = await http.get("/v1/visitor/messages", headers={"Origin": SHOP})
        assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, SHOP), "readable too"
        assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        async with connect(f"{server.ws_url}/v1/visitor/ws", proxy=None, origin=Origin(SHOP)):
            pass
        await http.aclose()


async def test_a_foreign_page_that_asks_first_is_refused_and_cannot_read_why(place: Place) -> None:
    async with running_server(place, origins=(SHOP,)) as server:
        http = httpx.AsyncClient(base_url=server.url, trust_env=False)
        for origin in ("https://evil.example", f"{SHOP}.evil.example", "http://shop.example", "null", f"{SHOP}:8443"):
            asked = await preflight(http, origin)
            assert asked.status_code == 403, origin
            assert not [name for name in asked.headers if name.lower().startswith("access-control")]
            with pytest.raises(InvalidStatus, match="403"):
                await connect(f"{server.ws_url}/v1/visitor/ws", proxy=None, origin=Origin(origin))
        await http.aclose()


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://shop.example/", SHOP),
        (" https://Shop.EXAMPLE ", SHOP),
        ("https://shop.example:443", SHOP),
        ("http://shop.example:80/", "http://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(typed: str, sent: str) -> None:
    assert normalised(typed) == sent


@pytest.mark.parametrize(
    "typed",
    [
        "shop.example",
        "*",
        "null",
        "",
        "https://",
        "ftp://shop.example",
        "https://shop.example/chat",
        "https://shop.example?x=1",
        "https://shop.example#x",
        "https://ana@shop.example",
        "https://shop.example:port",
        "https://shop.example:99999",
        "https://[::1",
    ],
)
def test_what_is_no_origin_is_refused_when_typed(typed: str, tmp_path: Path) -> None:
    said = CliRunner().invoke(serve, ["--origin", typed, "--data", str(tmp_path), "--port", "0"])
    assert (said.exit_code, "is no origin" in said.output) == (2, True), said.output


async def headers_of(server: RunningServer) -> list[httpx.Response]:
    """Answers of every sort: granted, refused by a route, by the router, by the door, and by a socket."""
    dana, nobody = await server.sign_in(), server.client()
    return [
        await dana.http.get("/v1/chat/sessions"),
        await nobody.get("/v1/chat/sessions"),
        await nobody.get("/nowhere"),
        await nobody.delete("/v1/auth/login"),
        await nobody.get("/v1/auth/me", params={"token": "x"}),
        await nobody.post("/v1/visitor/sessions", json={}, headers=FOREIGN),
        await nobody.post("/v1/visitor/sessions", content="x" * 70_000, headers={"Content-Type": "application/json"}),
        await nobody.get("/healthz"),
        await nobody.get("/metrics"),
        await nobody.get("/openapi.json"),
    ]


async def test_every_answer_is_neither_stored_nor_taken_for_something_else(server: RunningServer) -> None:
    answers = await headers_of(server)
    assert len({answer.status_code for answer in answers}) > 5
    for answer in answers:
        told = (answer.headers.get("Cache-Control"), answer.headers.get("X-Content-Type-Options"))
        assert told == ("no-store", "nosniff"), answer.request.url
    page = await server.client().get("/")
    assert (page.headers["Cache-Control"], page.headers["X-Content-Type-Options"]) == ("no-cache", "nosniff")


async def test_a_socket_that_is_refused_is_answered_with_the_same_headers(server: RunningServer) -> None:
    for path, origin in (("/v1/chat/agent/ws?agent_id=x", None), ("/v1/visitor/ws", Origin(FOREIGN["Origin"]))):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{server.ws_url}{path}", proxy=None, origin=origin)
        headers = refused.value.response.headers
        assert (headers.get("Cache-Control"), headers.get("X-Content-Type-Options")) == ("no-store", "nosniff"), path
