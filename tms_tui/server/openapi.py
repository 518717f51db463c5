"""The OpenAPI document: made of the table of routes and the wire's shapes, so that it cannot say anything else."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, Final

import msgspec
from starlette.routing import BaseRoute

from tms_tui.protocol import wire
from tms_tui.server.rest.call import Call, Door, Shape, Socket

Json = dict[str, Any]

_IMPLIED: Final = {400: "token_in_url", 500: "server_error", 503: "server_error, store_unavailable"}
_UNKNOWN: Final = "no_token, bad_token, token_expired, token_revoked"
_IN_PATH: Final = re.compile(r"{(\w+)}")
_HEADERS: Final = {
    "X-Request-Id": {
        "description": "The caller's, or a new one; it stands in the server's log.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
}


def document(routes: Iterable[BaseRoute]) -> Json:
    """OpenAPI 3.1 for every Call and Socket among the routes; other kinds promise nothing."""
    told = [route for route in routes if isinstance(route, Call | Socket)]
    shapes = _Shapes(told)
    paths: dict[str, Json] = {}
    for route in told:
        method = route.method.lower() if isinstance(route, Call) else "get"
        paths.setdefault(route.path, {})[method] = _operation(route, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "tms-chat", "version": version("tms-tui")},
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "headers": _HEADERS,
            "securitySchemes": {
                str(door): {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
                for door in (Door.AGENT, Door.VISITOR)
            },
        },
    }


class _Shapes:
    """The schemas of everything the routes name, each written out once."""

    def __init__(self, routes: Iterable[Call | Socket]) -> None:
        self._types = [wire.ErrorBody, *dict.fromkeys(one for route in routes for one in _shapes_of(route))]
        schemas, self.components = msgspec.json.schema_components(
            self._types, ref_template="#/components/schemas/{name}"
        )
        self._schemas = list(schemas)

    def of(self, shape: Any) -> Json:
        # By identity: a list of types may hold what cannot be hashed.
        place = next(number for number, one in enumerate(self._types) if one is shape)
        return self._schemas[place]


def _shapes_of(route: Call | Socket) -> Iterator[Any]:
    about = route.about
    yield from (one for one in about.answers.values() if isinstance(one, type))
    yield from (query.type for query in about.query)
    if about.body is not None:
        yield about.body
    if isinstance(route, Socket):
        yield from route.heard.values()
        yield from route.told.values()


def _operation(route: Call | Socket, shapes: _Shapes) -> Json:
    about = route.about
    operation: Json = {"summary": about.summary, "parameters": _parameters(route, shapes)}
    if about.door is not Door.ANYBODY:
        operation["security"] = [{str(about.door): []}]
    if about.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(shapes.of(about.body))}
    answers = {status: _answer(promised, shapes) for status, promised in about.answers.items()}
    refusals = {status: _refusal(status, words, shapes) for status, words in _refusals(route).items()}
    operation["responses"] = {str(status): told for status, told in sorted((refusals | answers).items())}
    if isinstance(route, Socket):
        operation["x-frames-heard"] = {kind: shapes.of(shape) for kind, shape in route.heard.items()}
        operation["x-frames-told"] = {kind: shapes.of(shape) for kind, shape in route.told.items()}
    return operation


def _parameters(route: Call | Socket, shapes: _Shapes) -> list[Json]:
    named = _IN_PATH.findall(route.path)
    uuid = {"type": "string", "format": "uuid"}
    return [{"name": name, "in": "path", "required": True, "schema": uuid} for name in named] + [
        {
            "name": query.name,
            "in": "query",
            "description": query.words,
            "required": query.required,
            "schema": shapes.of(query.type),
        }
        for query in route.about.query
    ]


def _refusals(route: Call | Socket) -> dict[int, str]:
    """What the call says of itself, and what follows from its door, path, query and body."""
    about = route.about
    implied = dict(_IMPLIED)
    if route.path.startswith("/v1/"):
        implied[403] = "origin_refused"
    if about.door is not Door.ANYBODY:
        implied[401] = _UNKNOWN
    if _IN_PATH.search(route.path):
        implied[404] = "not_found"
    if "{session_id}" in route.path:
        implied[410] = "session_erased"
    if about.query and isinstance(route, Call):
        implied[422] = "invalid_field"
    if about.body is not None:
        implied |= {
            408: "request_too_slow",
            413: "body_too_large",
            415: "unsupported_media_type",
            422: "invalid_body, invalid_field",
        }
    for status, words in about.refusals.items():
        implied[status] = f"{implied[status]}, {words}" if status in implied else words
    return implied


def _answer(promised: Shape | str | None, shapes: _Shapes) -> Json:
    answer: Json = {"description": "As asked.", "headers": _told("X-Request-Id")}
    if isinstance(promised, str):
        answer["content"] = {promised: {}}
    elif promised is not None:
        answer["content"] = _json(shapes.of(promised))
    return answer


def _refusal(status: int, words: str, shapes: _Shapes) -> Json:
    names = ("X-Request-Id", "Retry-After") if status in (429, 503) else ("X-Request-Id",)
    return {"description": words, "headers": _told(*names), "content": _json(shapes.of(wire.ErrorBody))}


def _told(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
