"""Routes that say of themselves what they take and answer; the OpenAPI document is made of nothing else."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tms_tui.server.rest.request import MOST_AT_ONCE, Handler, signed_in

Endpoint = Callable[[Request], Awaitable[Response]]
Shape = type[msgspec.Struct]


class Door(StrEnum):
    """Whose token a call asks for."""

    ANYBODY = "anybody"
    AGENT = "agent"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Query:
    """One parameter of the query; `type` is what msgspec makes a schema of."""

    name: str
    type: Any
    words: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What is promised of one call."""

    summary: str
    answers: Mapping[int, Shape | str | None]
    """By status: the shape of a JSON body, another media type, or None for no body."""
    _: dataclasses.KW_ONLY
    refusals: Mapping[int, str] = field(default_factory=dict)
    """By status: the machine words of what does not follow from the door, the body, the query and the path."""
    door: Door = Door.ANYBODY
    body: Shape | None = None
    query: tuple[Query, ...] = ()


class Call(Route):
    """One method of one address."""

    def __init__(self, method: str, path: str, endpoint: Endpoint, about: About) -> None:
        super().__init__(path, endpoint, methods=[method])
        self.method = method
        self.about = about


def for_agents(method: str, path: str, handler: Handler, about: About) -> Call:
    """A call for agents alone."""
    return Call(method, path, signed_in(handler), dataclasses.replace(about, door=Door.AGENT))


class Socket(WebSocketRoute):
    """One address that is upgraded; `heard` and `told` are the data of its frames, by their type."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[WebSocket], Awaitable[None]],
        about: About,
        *,
        heard: Mapping[str, Shape],
        told: Mapping[str, Shape],
    ) -> None:
        super().__init__(path, endpoint)
        self.about = about
        self.heard = heard
        self.told = told


Whole = Annotated[int, msgspec.Meta(ge=0, lt=10**15)]
LIMIT: Final = Query(
    "limit", Annotated[int, msgspec.Meta(ge=1, le=MOST_AT_ONCE)], "How many at most; 50 when left out."
)
