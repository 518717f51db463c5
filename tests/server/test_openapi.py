"""The OpenAPI document: everything stands in it, everything in it is there, and answers are held against it."""

import json
import re
import time

import httpx
import pytest
from click.testing import CliRunner
from starlette.routing import BaseRoute, Route

from tests.server import promises
from tests.server.running import RunningServer
from tests.server.test_matrix import new_route
from tms_tui.server import agentsocket, visitorsocket
from tms_tui.server.commands import server_group
from tms_tui.server.openapi import document
from tms_tui.server.rest.call import Call, Socket
from tms_tui.server.routes import ROUTES


def without_promises(routes: list[BaseRoute]) -> list[BaseRoute]:
    paths = document(routes)["paths"]
    return [one for one in routes if not isinstance(one, Call | Socket) or one.path not in paths]


def test_every_route_stands_in_the_document() -> None:
    assert without_promises(ROUTES) == []
    assert len(without_promises([*ROUTES, Route("/new", new_route)])) == 1
    told = [(path, method) for path, methods in document(ROUTES)["paths"].items() for method in methods]
    assert len(told) == len(ROUTES)


def test_every_frame_stands_in_the_document() -> None:
    paths = document(ROUTES)["paths"]
    heard = {path: set(paths[path]["get"]["x-frames-heard"]) for path in ("/v1/chat/agent/ws", "/v1/visitor/ws")}
    assert heard == {
        "/v1/chat/agent/ws": set(agentsocket.FRAMES),
        "/v1/visitor/ws": {"auth", *visitorsocket.FRAMES},
    }


def test_every_reference_leads_to_a_schema_or_header() -> None:
    text = json.dumps(promises.DOCUMENT)
    references = set(re.findall(r'"\$ref": "#/components/(\w+)/([^"]+)"', text))
    assert len(references) > 30
    assert [(kind, name) for kind, name in references if name not in promises.DOCUMENT["components"][kind]] == []


async def test_the_served_document_is_the_printed_one(server: RunningServer) -> None:
    served = await server.client().get("/openapi.json")
    printed = CliRunner().invoke(server_group, ["openapi"])
    assert printed.exit_code == 0
    assert served.json() == json.loads(printed.output) == promises.DOCUMENT


async def test_asking_for_the_document_again_costs_little_more_than_any_other_call(server: RunningServer) -> None:
    client = httpx.AsyncClient(base_url=server.url, trust_env=False)  # the others' client reads what is answered

    async def cost(path: str) -> float:
        before = time.process_time()
        for _ in range(20):
            (await client.get(path)).raise_for_status()
        return time.process_time() - before

    async with client:
        await cost("/openapi.json")
        assert await cost("/openapi.json") < 3 * await cost("/healthz")


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (418, {}, "not documented"),
        (200, {"agents": [], "secret": 1}, "says more than AgentsAnswer"),
        (401, {"error": "words", "code": "other", "details": None}, "says other"),
        (200, {"agents": []}, "lacks X-Request-Id"),
    ],
)
async def test_an_answer_other_than_promised_is_noticed(status: int, body: object, complaint: str) -> None:
    request = httpx.Request("GET", "http://127.0.0.1/v1/agents")
    with pytest.raises(AssertionError, match=complaint):
        await promises.keeps(httpx.Response(status, json=body, request=request))
