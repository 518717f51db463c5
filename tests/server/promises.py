"""Every answer that a test is given, held against the OpenAPI document."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec
from starlette.routing import compile_path

from tms_tui.protocol import wire
from tms_tui.server.openapi import document
from tms_tui.server.routes import ROUTES

DOCUMENT: Final = document(ROUTES)
_PATHS: Final = [(compile_path(path)[0], methods) for path, methods in DOCUMENT["paths"].items()]
NOWHERE: Final = {404, 405}


async def keeps(answer: httpx.Response) -> None:
    """Raises AssertionError for a status, a body, a machine word or a header that the document does not promise."""
    await answer.aread()
    asked = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
    operation = _operation(answer.request)
    if operation is None:
        assert answer.status_code in NOWHERE, asked
        return
    promised = operation["responses"].get(str(answer.status_code))
    assert promised is not None, f"{asked} is not documented"
    _keeps_body(answer, promised, asked)
    for name, header in promised["headers"].items():
        required = DOCUMENT["components"]["headers"][header["$ref"].rpartition("/")[2]].get("required")
        assert name in answer.headers or not required, f"{asked} lacks {name}"


def _operation(request: httpx.Request) -> dict[str, Any] | None:
    for pattern, methods in _PATHS:
        if pattern.match(request.url.path):
            found: dict[str, Any] | None = methods.get(request.method.lower())
            return found
    return None


def _keeps_body(answer: httpx.Response, promised: Mapping[str, Any], asked: str) -> None:
    content = promised.get("content", {})
    if not content:
        assert answer.content == b"", asked
        return
    media_type = answer.headers["Content-Type"].partition(";")[0]
    assert media_type in content, f"{asked} came as {media_type}"
    reference = content[media_type].get("schema", {}).get("$ref")
    if reference is not None:
        _has_shape(answer, getattr(wire, reference.rpartition("/")[2]), promised["description"], asked)


def _has_shape(answer: httpx.Response, shape: type[msgspec.Struct], description: str, asked: str) -> None:
    read = msgspec.json.decode(answer.content, type=shape)
    assert json.loads(msgspec.json.encode(read)) == answer.json(), f"{asked} says more than {shape.__name__}"
    if isinstance(read, wire.ErrorBody):
        assert read.code in description.split(", "), f"{asked} says {read.code}, documented is: {description}"
