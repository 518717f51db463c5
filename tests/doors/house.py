"""What the doors lead to: one server for all cells, and for each a customer who waits and an operator's data."""

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import httpx

from tests.server.running import PASSWORD, QUICK
from tests.terminal.staging import Guest, staged
from tms_tui.server import accounts, admin
from tms_tui.server.settings import ServerSettings

EMAIL: Final = "dana@example.com"
DISABLED: Final = "eva@example.com"
CUSTOMER: Final = "nora@example.com"


@dataclass(frozen=True)
class House:
    """The server's address, and an operator's data, to be copied. Can be handed to another process."""

    url: str
    data: Path

    @cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    @contextlib.contextmanager
    def place(self) -> Iterator["Place"]:
        """A home, a customer who waits, and data of one's own, until the block ends."""
        with tempfile.TemporaryDirectory(prefix="tms-door-") as folder:
            home = Path(folder)
            shutil.copytree(self.data, home / "data")
            begun = self.http.post("/v1/visitor/sessions", json={"name": "Nora"})
            assert begun.is_success, begun.text
            answer = begun.json()
            guest = Guest("Nora", answer["session_id"], answer["visitor_token"], self.http)
            guest.says("is anybody there?")
            place = Place(home, guest, self)
            try:
                yield place
            finally:
                place.ask("POST", "/status", {"status": "ended"})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the server answers this agent, who signs in again when the token has expired."""
        answer = self.http.request(method, path, json=body)
        if answer.status_code == 401:
            said = self.http.post("/v1/auth/login", json={"email": EMAIL, "password": PASSWORD}).raise_for_status()
            self.http.headers["Authorization"] = f"Bearer {said.json()['access_token']}"
            answer = self.http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


@dataclass(frozen=True)
class Place:
    """Where one cell is opened."""

    home: Path
    guest: Guest
    house: House

    def ask(self, method: str, path: str = "", body: dict[str, Any] | None = None) -> Any:
        """What the server says of this place's conversation."""
        return self.house.call(method, f"/v1/chat/sessions/{self.guest.session}{path}", body)

    @property
    def texts(self) -> list[str]:
        """What was said in the conversation, notes included."""
        return [one["content"] for one in self.ask("GET", "/messages")["messages"]]

    def stored(self, query: str) -> list[Any]:
        """What the operator's own database answers: the first column."""
        with contextlib.closing(sqlite3.connect(self.home / "data/tms-chat.db")) as database:
            return [row[0] for row in database.execute(query)]

    def filled(self, words: str) -> str:
        """An argument with what is in braces filled in."""
        known = {"url": self.house.url, "id": self.guest.session, "home": str(self.home), "data": f"{self.home}/data"}
        return words.format(**known)


@contextlib.contextmanager
def house(folder: Path) -> Iterator[House]:
    """Serve until the block ends, all files below `folder`."""
    with staged(folder / "server") as stage:
        stage.add_agent("Dana", EMAIL)
        stage.guest("Nora", email=CUSTOMER)
        canned = ServerSettings(data=stage.data)
        asyncio.run(admin.add_canned(canned, shortcut="hi", title="Greeting", content="Hello"))
        data = folder / "operator"
        data.mkdir(mode=0o700)
        with (
            contextlib.closing(sqlite3.connect(folder / "server/tms-chat.db")) as served,
            contextlib.closing(sqlite3.connect(data / "tms-chat.db")) as copied,
        ):
            served.backup(copied)
        (data / "tms-chat.db").chmod(0o600)
        shutil.copy(folder / "server/signing.key", data)
        asyncio.run(_furnish(ServerSettings(data=data, password_cost=QUICK)))
        opened = House(stage.url, data)
        yield opened
        opened.http.close()


async def _furnish(settings: ServerSettings) -> None:
    await admin.add_agent(settings, email=DISABLED, name="Eva", password=PASSWORD)
    await accounts.disable_agent(settings, email=DISABLED)
