"""A headless Chromium driven over its DevTools socket: open a page, run script in it, press keys."""

import asyncio
import base64
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from typing import Any, Self

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)
KEYS = {"Enter": ("\r", 13), "Tab": ("", 9), "End": ("", 35), "Home": ("", 36)}
SHIFT = 8


class ScriptError(Exception):
    """The page threw."""


class Page:
    """One tab. `complaints` collects what the page logged as errors, `sockets` the address of each it opens."""

    def __init__(self, socket: ClientConnection) -> None:
        self.complaints: list[str] = []
        self.sockets: asyncio.Queue[str] = asyncio.Queue()
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def __aenter__(self) -> Self:
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.command(f"{domain}.enable")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """One DevTools command; raises ScriptError with what the browser answered."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(msgspec.json.encode({"id": number, "method": method, "params": params}).decode())
        message = await asyncio.wait_for(answer, 20)
        if "error" in message:
            raise ScriptError(str(message["error"]))
        result: dict[str, Any] = message["result"]
        return result

    async def open(self, url: str) -> None:
        async with self.loading():
            await self.command("Page.navigate", url=url)

    @contextlib.asynccontextmanager
    async def loading(self) -> AsyncIterator[None]:
        """Around what makes the page load: returns once it has."""
        self._loaded.clear()
        yield
        await asyncio.wait_for(self._loaded.wait(), 20)

    async def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        answer = await self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise ScriptError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def until(self, condition: str, within: float = 15) -> None:
        """Wait in the page itself until a script expression holds; raises ScriptError when it does not."""
        script = f"""new Promise((resolve, reject) => {{
            const give = setTimeout(() => reject(new Error("never: " + {_js(condition)}
                + "\\n" + document.body.innerText)), {within * 1000});
            (function look() {{
                if ({condition}) {{ clearTimeout(give); resolve(true); }} else setTimeout(look, 20);
            }})();
        }})"""
        await self.run(script)

    async def type(self, text: str) -> None:
        await self.command("Input.insertText", text=text)

    async def press(self, key: str, *, shift: bool = False) -> None:
        text, code = KEYS[key]
        common = {"key": key, "windowsVirtualKeyCode": code, "modifiers": SHIFT if shift else 0}
        await self.command("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        await self.command("Input.dispatchKeyEvent", type="keyUp", **common)

    async def _read(self) -> None:
        async for text in self._socket:
            message = msgspec.json.decode(text)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            else:
                self._note(message["method"], message["params"])

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Network.webSocketCreated":
            self.sockets.put_nowait(params["url"])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Page]:
    """A browser of its own with one blank tab, gone at the end."""
    program = shutil.which("chromium")
    assert program, "this test needs Chromium: apt-get install chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            port = await asyncio.wait_for(_port(browser), 30)
            drained = asyncio.create_task(_drain(browser))
            async with connect(await _tab(port), max_size=None, proxy=None) as socket, Page(socket) as page:
                yield page
        finally:
            browser.kill()
            await browser.wait()
        await drained


async def _port(browser: asyncio.subprocess.Process) -> int:
    assert browser.stderr
    async for line in browser.stderr:
        if b"DevTools listening on ws://" in line:
            return int(line.split(b"/")[2].rpartition(b":")[2])
    raise ScriptError("Chromium ended before it listened")


async def _drain(browser: asyncio.subprocess.Process) -> None:
    assert browser.stderr
    while await browser.stderr.read(65_536):
        continue


async def _tab(port: int) -> str:
    async with httpx.AsyncClient(trust_env=False) as http:
        tabs = (await http.get(f"http://127.0.0.1:{port}/json/list")).json()
    address: str = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    return address


def _js(value: str) -> str:
    return msgspec.json.encode(value).decode()


async def picture(page: Page, width: int, height: int) -> bytes:
    """What the tab shows in a window of this size, as PNG."""
    await page.command(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
    )
    answer = await page.command("Page.captureScreenshot", format="png")
    return base64.b64decode(answer["data"])
