"""One HTTP/1.1 request and its answer, over any open connection."""

from asyncio import StreamReader, StreamWriter
from typing import Final

import h11

from tms_tui.protocol.refusals import HttpAnswer

BROKEN: Final = (OSError, h11.RemoteProtocolError)
"""What `run` raises besides TooLongError: the line broke, or what came is no HTTP."""

UNSPEAKABLE: Final = (h11.LocalProtocolError, UnicodeEncodeError)
"""What `Exchange` raises for a header that cannot be written. Its words hold the header: tell them to nobody."""

_HEAD_LARGEST: Final = 64 * 1024
_AT_ONCE: Final = 64 * 1024


class TooLongError(Exception):
    """The answer is longer than allowed; the rest was not read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Exchange:
    """Knows its bytes before any connection is touched. Raises one of UNSPEAKABLE."""

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes, *, largest: int) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LARGEST)
        self._largest = largest
        head = self._http.send(h11.Request(method=method, target=target, headers=list(headers.items()))) or b""
        content = self._http.send(h11.Data(data=body)) or b"" if body else b""
        self._sent = head + content + (self._http.send(h11.EndOfMessage()) or b"")

    @property
    def reusable(self) -> bool:
        """Whether the connection can carry another exchange after this one."""
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return done and not self._http.trailing_data[0]

    async def run(self, reader: StreamReader, writer: StreamWriter) -> HttpAnswer:
        """Send, and read the whole answer. Raises one of BROKEN, or TooLongError."""
        writer.write(self._sent)
        await writer.drain()
        status, headers, body = 0, {}, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await reader.read(_AT_ONCE))
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, _read(event)
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._largest:
                    raise TooLongError(status)
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                return HttpAnswer(status, headers, bytes(body))


def _read(response: h11.Response) -> dict[str, str]:
    """Names in lower case; one that came twice holds both values."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
