"""The demo as a whole: lively within seconds, over its public doors, and gone whatever ends it."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tms_tui.protocol import wire
from tms_tui.server.customer_scripts import Character, Cue, cast
from tms_tui.server.demo import Demo, DemoFailedError, start_demo

PARENT = """
import signal
from tms_tui.server.demo import start_demo
with start_demo(seed=1) as demo:
    print(demo.pid, demo.folder, flush=True)
    signal.pause()
"""
MISSING = """
import sys
sys.modules["starlette"] = None
from tms_tui.server.demo_child import main
sys.exit(main())
"""

PATIENCE = 240
"""Seconds; a busy machine is no fault."""
QUESTION = (
    "Thank you for your patience. I have found the payment, and I see that the bank has let it through at the second"
    " attempt after all. Before I can go any further with it: could you tell me the order number, please? It is in the"
    " mail."
)
"""So long that the pauses of "is typing" that began before are over when it has been read."""


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with start_demo(seed=7) as running:
        yield running


@contextlib.asynccontextmanager
async def desk(demo: Demo) -> AsyncIterator[tuple[httpx.AsyncClient, ClientConnection]]:
    """Signed in as the first agent, with the socket open."""
    agent = demo.agents[0]
    async with httpx.AsyncClient(base_url=demo.url, trust_env=False) as http:
        body = {"email": agent.email, "password": agent.password}
        signed_in = (await http.post("/v1/auth/login", json=body)).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
        http.headers.update(bearer)
        address = f"{demo.url.replace('http', 'ws', 1)}/v1/chat/agent/ws?agent_id={signed_in['user']['id']}"
        async with connect(address, additional_headers=bearer, proxy=None) as socket:
            yield http, socket


async def frames(socket: ClientConnection) -> AsyncIterator[wire.Frame]:
    async for text in socket:
        yield msgspec.json.decode(text, type=wire.Frame)


async def sessions(http: httpx.AsyncClient) -> list[wire.Session]:
    answer = (await http.get("/v1/chat/sessions")).raise_for_status()
    return msgspec.json.decode(answer.content, type=wire.SessionsAnswer).sessions


async def test_within_seconds_eight_customers_write(demo: Demo) -> None:
    expected = {one.name for one in cast().customers}
    async with asyncio.timeout(PATIENCE), desk(demo) as (http, socket):
        wrote: set[str] = set()
        typed = False
        wrote |= {one.customer.name for one in await sessions(http) if one.last_message}
        async for frame in frames(socket):
            typed |= frame.type == wire.TYPING_START
            if frame.type == wire.CHAT_MESSAGE:
                wrote.add(msgspec.json.decode(frame.data, type=wire.Message).author_name)
            if typed and wrote >= expected:
                break
        listed = await sessions(http)
    assert {one.customer.name for one in listed} == expected
    assert all(one.last_message and one.last_message.author_type == "visitor" for one in listed)


async def test_a_customer_reads_types_and_answers_what_they_are_asked() -> None:
    jonas = next(one for one in cast().customers if one.name == "Jonas Weber")
    # A demo of its own: whom nobody answers for a minute goes away for many.
    with start_demo(seed=7) as demo:
        happened = await asked_and_answered(demo, jonas)
    times = {
        kind: [one.timestamp or "" for one in happened if one.type == kind]
        for kind in (wire.READ_RECEIPT, wire.TYPING_START)
    }
    # By the server's clock: who types is told by another way, which may be the shorter.
    assert times[wire.TYPING_START][-1] >= times[wire.READ_RECEIPT][0] > ""


async def asked_and_answered(demo: Demo, customer: Character) -> list[wire.Frame]:
    """What a customer does between a question and their answer to it."""
    async with asyncio.timeout(PATIENCE), desk(demo) as (http, socket):
        stream = frames(socket)
        mine = [one for one in await sessions(http) if one.customer.name == customer.name]
        while not mine:
            await anext(stream)
            mine = [one for one in await sessions(http) if one.customer.name == customer.name]
        question = {"content": QUESTION, "client_message_id": "6b1a4e1e-8c9f-4d3e-9a3f-0d6f2f6f1a11"}
        answer = await http.post(f"/v1/chat/sessions/{mine[0].id}/messages", json=question)
        asked = msgspec.json.decode(answer.raise_for_status().content, type=wire.Message)
        happened: list[wire.Frame] = []
        async for frame in stream:
            if frame.session_id != mine[0].id:
                continue
            if frame.type == wire.READ_RECEIPT:
                assert msgspec.json.decode(frame.data, type=wire.Receipt).up_to >= asked.seq
            happened.append(frame)
            if frame.type == wire.CHAT_MESSAGE:
                said = msgspec.json.decode(frame.data, type=wire.Message)
                if said.content in customer.answers[Cue.NUMBER]:
                    break
    return happened


async def test_canned_responses_and_colleagues_are_there(demo: Demo) -> None:
    async with desk(demo) as (http, _socket):
        canned = msgspec.json.decode((await http.get("/v1/chat/canned-responses")).content, type=wire.CannedAnswer)
        agents = msgspec.json.decode((await http.get("/v1/agents")).content, type=wire.AgentsAnswer)
    assert {one.shortcut for one in canned.responses} == {one.shortcut for one in cast().canned}
    assert [(one.name, one.email) for one in agents.agents] == [(one.name, one.email) for one in demo.agents]


async def test_the_page_for_customers_stands_at_its_address(demo: Demo) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(demo.page_url)
    assert answer.status_code == 200
    assert 'role="log"' in answer.text


def test_passwords_are_in_no_argument_no_environment_no_file_and_no_repr(demo: Demo) -> None:
    secrets = [agent.password for agent in demo.agents]
    assert len(set(secrets)) == 2
    assert all(len(secret) > 12 for secret in secrets)
    process = Path("/proc") / str(demo.pid)
    places = [(process / name).read_bytes() for name in ("cmdline", "environ")]
    places += [file.read_bytes() for file in demo.folder.rglob("*") if file.is_file()]
    places.append(repr(demo).encode())
    assert len(places) > 4
    assert not [secret for secret in secrets for place in places if secret.encode() in place]
    assert secrets[1] in demo.invitation


def test_at_the_end_the_child_and_its_folder_are_gone() -> None:
    with start_demo() as demo:
        folder, pid = demo.folder, demo.pid
        assert list(folder.iterdir())
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_the_folder_goes_too_when_the_child_was_killed() -> None:
    with start_demo() as demo:
        os.kill(demo.pid, signal.SIGKILL)
    assert not demo.folder.exists()


def test_a_child_that_is_told_to_end_closes_and_cleans_up() -> None:
    with start_demo() as demo:
        child = os.pidfd_open(demo.pid)
        try:
            os.kill(demo.pid, signal.SIGTERM)
            ended, _, _ = select.select([child], [], [], 15)
            assert ended
            assert os.waitid(os.P_PIDFD, child, os.WEXITED | os.WNOWAIT).si_status == 0  # type: ignore[union-attr]
            assert not demo.folder.exists()
        finally:
            os.close(child)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_the_child_ends_and_cleans_up_when_the_parent_is_killed(blow: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid, folder = parent.stdout.readline().split(maxsplit=1)
        child = os.pidfd_open(int(pid))
        try:
            assert Path(folder.strip()).is_dir()
            parent.send_signal(blow)
            assert parent.wait(10) == -blow
            ended, _, _ = select.select([child], [], [], 15)
            assert ended, "the child outlived its parent"
        finally:
            os.close(child)
    assert not Path(folder.strip()).exists()


def test_a_missing_package_is_said_in_words() -> None:
    with pytest.raises(DemoFailedError, match="Install tms-tui"), start_demo(command=[sys.executable, "-c", MISSING]):
        pytest.fail("it cannot have started")


def test_a_child_that_dies_at_once_is_reported_with_its_last_words() -> None:
    dying = [sys.executable, "-c", "raise SystemExit('no room on this machine')"]
    with pytest.raises(DemoFailedError, match="no room on this machine"), start_demo(command=dying):
        pytest.fail("it cannot have started")
