"""The simulated customers: their words settled by the seed, their lines live at a real server."""

import asyncio
import contextlib
import itertools
import unicodedata
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect

from tests.server.running import RunningServer, SignedIn, running_server
from tms_tui.protocol import wire
from tms_tui.server.clock import SystemClock
from tms_tui.server.customer_minds import Mind, Pace, cue
from tms_tui.server.customer_scripts import Character, Cue, cast
from tms_tui.server.customers import Customer, run_customers
from tms_tui.server.visitor import RefusedTextError, Visitor

CAST = cast()
seeds = st.integers(min_value=0, max_value=2**32)
characters = st.sampled_from(CAST.customers)
agents_words = st.lists(
    st.one_of(st.sampled_from([canned.content for canned in CAST.canned]), st.text(max_size=40)), max_size=12
)


class HurriedClock(SystemClock):
    """Hundreds of seconds pass in one."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 400)


def named(name: str) -> Character:
    return next(one for one in CAST.customers if one.name.startswith(name))


def spoken_lines(one: Character) -> list[str]:
    """Everything a customer can ever say."""
    answers = [line for lines in one.answers.values() for line in lines]
    return [*(line for topic in one.topics for line in topic), *answers, *one.nudges, *one.back]


def spoken(one: Character) -> str:
    return "\n".join(spoken_lines(one))


@given(characters, seeds, agents_words)
def test_the_same_seed_and_the_same_words_heard_give_the_same_talk(one: Character, seed: int, heard: list[str]) -> None:
    first, second = Mind(one, seed), Mind(one, seed)
    assert [first.topic(), *map(first.reply, heard)] == [second.topic(), *map(second.reply, heard)]


@given(characters, seeds, agents_words, st.lists(st.booleans(), min_size=12, max_size=12))
def test_how_often_they_had_to_remind_does_not_change_what_they_answer(
    one: Character, seed: int, heard: list[str], reminded: list[bool]
) -> None:
    calm, pressed = Mind(one, seed), Mind(one, seed)
    replies = []
    for words, first_remind in zip(heard, reminded, strict=False):
        if first_remind:
            assert pressed.nudge() in one.nudges
        replies.append(pressed.reply(words))
    assert replies == [calm.reply(words) for words in heard]


def test_another_seed_gives_another_talk() -> None:
    jonas = named("Jonas")
    assert {Mind(jonas, seed).nudge() for seed in range(60)} == set(jonas.nudges)


@given(characters, seeds)
def test_no_reminder_comes_twice_in_a_row(one: Character, seed: int) -> None:
    mind = Mind(one, seed)
    said = [mind.nudge() for _ in range(30)]
    assert all(a != b for a, b in itertools.pairwise(said))
    assert set(said) == set(one.nudges)


@pytest.mark.parametrize(
    ("shortcut", "kind"),
    [
        ("hello", Cue.GREETING),
        ("number", Cue.NUMBER),
        ("wait", Cue.WAIT),
        ("sorry", Cue.SORRY),
        ("refund", Cue.REFUND),
        ("fixed", Cue.SOLVED),
        ("bye", Cue.GOODBYE),
    ],
)
def test_each_canned_response_is_understood(shortcut: str, kind: Cue) -> None:
    content = next(canned.content for canned in CAST.canned if canned.shortcut == shortcut)
    assert cue(content) is kind


def test_what_is_not_understood_is_still_answered() -> None:
    assert cue("Ja, das passt.") is Cue.OTHER
    assert cue("Which colour?") is Cue.QUESTION
    for one in CAST.customers:
        assert Mind(one, 1).reply("Ja, das passt.").line in one.answers[Cue.OTHER]


def test_only_a_farewell_makes_them_leave_and_only_a_promise_makes_them_wait() -> None:
    for one in CAST.customers:
        mind = Mind(one, 3)
        assert mind.reply("Good-bye!").leaves
        assert not mind.reply("How can I help?").leaves
        assert mind.reply("One moment, please.").waits
        assert not mind.reply("It is on its way.").waits


def test_the_cast_is_as_various_as_real_customers() -> None:
    assert len(CAST.customers) == 8
    assert any(unicodedata.bidirectional(char) == "AL" for char in spoken(named("ليلى")))
    assert any(unicodedata.east_asian_width(char) == "W" for char in spoken(named("李伟")))
    assert "\N{ZERO WIDTH JOINER}" in spoken(named("Sunny"))
    assert {"\x1b", "\x07", "\x9b", "\x7f", "\u202e"} <= set(spoken(named("Mallory")))
    assert max(line.count("\n") for topic in named("Edith").topics for line in topic) >= 5
    assert named("Jonas").patience == min(one.patience for one in CAST.customers)
    assert [one.name for one in CAST.customers if one.back] == ["Mia Roth"]
    peter = spoken(named("Peter")).casefold().splitlines()
    assert all("thank" in line for line in peter)


@given(characters, seeds)
def test_the_first_five_seconds_are_lively_and_then_it_grows_calm(one: Character, seed: int) -> None:
    pace = Pace(one, seed)
    assert pace.arrival() + pace.first_words() < 2.5
    assert pace.patience(0) < 200
    assert 400 < pace.patience(30) < 800


@contextlib.asynccontextmanager
async def at_work(*work: asyncio.Task[None]) -> AsyncIterator[None]:
    """Ends these tasks with the block; a task that failed by itself fails the test."""
    try:
        yield
    finally:
        for task in work:
            task.cancel()
        ended = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended)


def hearing(server: RunningServer, dana: SignedIn) -> connect:
    """An agent's socket that tells everything from the first event on."""
    address = f"{server.ws_url}/v1/chat/agent/ws?agent_id={dana.user.id}&after=0"
    return connect(address, additional_headers=dana.headers, proxy=None)


async def events(socket: ClientConnection) -> AsyncIterator[wire.Frame]:
    """The durable ones."""
    async for text in socket:
        frame = msgspec.json.decode(text, type=wire.Frame)
        if frame.cursor:
            yield frame


async def story(socket: ClientConnection) -> AsyncIterator[str]:
    """What one customer does, as an agent sees it: "there", "gone", and everything anyone says."""
    last = ""
    async for event in events(socket):
        if event.type == wire.CHAT_MESSAGE:
            yield msgspec.json.decode(event.data, type=wire.Message).content
        elif event.type == wire.SESSION_UPDATE:
            customer = msgspec.json.decode(event.data, type=wire.Session).customer
            now = "there" if customer.online else "gone"
            if now != last:
                last = now
                yield now


async def first_lines(data: Path, seed: int, count: int) -> dict[str, list[str]]:
    """What each customer says first at a real server when nobody answers."""
    said: dict[str, list[str]] = defaultdict(list)
    async with running_server(data) as server:
        dana = await server.sign_in()
        play = asyncio.create_task(run_customers(server.url, seed=seed, clock=HurriedClock()))
        async with asyncio.timeout(40), at_work(play), hearing(server, dana) as socket:
            async for event in events(socket):
                if event.type == wire.CHAT_MESSAGE:
                    message = msgspec.json.decode(event.data, type=wire.Message)
                    said[message.author_name].append(message.content)
                if len(said) == 8 and min(map(len, said.values())) >= count:
                    break
    return {name: lines[:count] for name, lines in said.items()}


async def test_at_a_real_server_the_same_seed_gives_each_customer_the_same_lines(tmp_path: Path) -> None:
    first = await first_lines(tmp_path / "first", 5, 3)
    second = await first_lines(tmp_path / "second", 5, 3)
    assert first == second
    for one in CAST.customers:
        assert first[one.name][0] == one.topics[0][0]


async def test_a_customer_goes_away_and_comes_back_with_an_excuse(tmp_path: Path) -> None:
    mia = named("Mia")
    async with running_server(tmp_path, visitor_grace=0.001) as server:
        dana = await server.sign_in()
        customer = Customer(mia, server.url, seed=1, clock=HurriedClock())
        async with asyncio.timeout(20), at_work(asyncio.create_task(customer.run())), hearing(server, dana) as socket:
            seen = [one async for one in until(mia.back, story(socket))]
    away = seen[seen.index(mia.topics[0][0]) :]
    assert away.index("gone") < away.index("there", away.index("gone")) < len(away) - 1


async def test_a_customer_who_is_told_good_bye_says_thanks_and_leaves(tmp_path: Path) -> None:
    peter = named("Peter")
    async with running_server(tmp_path, visitor_grace=0.001) as server:
        dana = await server.sign_in()
        customer = Customer(peter, server.url, seed=1, clock=HurriedClock())
        async with asyncio.timeout(20), at_work(asyncio.create_task(customer.run())), hearing(server, dana) as socket:
            following = story(socket)
            seen = [one async for one in until(peter.topics[0], following)]
            session = (await dana.http.get("/v1/chat/sessions")).json()["sessions"][0]["id"]
            await say(dana, session, "Thank you for writing. Good-bye!")
            seen = [one async for one in until(("gone",), following)]
    heard, answered, left = [one for one in seen if one != "there"]
    assert heard == "Thank you for writing. Good-bye!"
    assert answered in peter.answers[Cue.OTHER]
    assert left == "gone"


async def test_an_answered_customer_reminds_nobody_and_comes_back_with_something_new(tmp_path: Path) -> None:
    layla = named("ليلى")
    async with running_server(tmp_path) as server:
        dana = await server.sign_in()
        customer = Customer(layla, server.url, seed=1, clock=HurriedClock())
        async with asyncio.timeout(30), at_work(asyncio.create_task(customer.run())), hearing(server, dana) as socket:
            following = story(socket)
            seen = [one async for one in until(layla.topics[0][-1:], following)]
            session = (await dana.http.get("/v1/chat/sessions")).json()["sessions"][0]["id"]
            await say(dana, session, "It is on its way.")
            seen = [one async for one in until(layla.topics[1], following)]
    assert any(one in layla.answers[Cue.OTHER] for one in seen)
    assert not [one for one in seen if one in layla.nudges]


async def until(ends: Collection[str], following: AsyncIterator[str]) -> AsyncIterator[str]:
    """All that follows up to the first of `ends`, that one included."""
    async for one in following:
        yield one
        if one in ends:
            return


async def say(dana: SignedIn, session: str, words: str) -> None:
    body = {"content": words, "client_message_id": str(uuid4())}
    (await dana.http.post(f"/v1/chat/sessions/{session}/messages", json=body)).raise_for_status()


async def test_what_agents_write_while_a_visitor_is_away_is_heard_once_on_the_return(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, asyncio.timeout(20):
        dana = await server.sign_in()
        async with Visitor(server.url, wire.VisitorSessionBody(name="Nora"), clock=HurriedClock()) as nora:
            await nora.say("one")
            await nora.go_offline()
            await say(dana, nora.session_id, "written meanwhile")
            nora.go_online()
            heard = await nora.heard.get()
            assert heard.content == "written meanwhile"
            await nora.read(heard.seq)
            assert nora.heard.empty()


async def test_a_visitor_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, asyncio.timeout(20):
        dana = await server.sign_in()
        async with Visitor(server.url, wire.VisitorSessionBody(name="Nora"), clock=HurriedClock()) as nora:
            await nora.say("one")
            await server.stop()
            saying = asyncio.create_task(nora.say("two"))
            await server.start()
            assert (await saying).content == "two"
            await say(dana, nora.session_id, "still there?")
            assert (await nora.heard.get()).content == "still there?"


async def test_a_text_the_server_refuses_is_an_error_of_its_own(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path) as server,
        Visitor(server.url, wire.VisitorSessionBody(), clock=HurriedClock()) as visitor,
    ):
        with pytest.raises(RefusedTextError, match="invalid_field"):
            await visitor.say("\x00")


async def test_no_line_of_the_cast_is_refused(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        for one in CAST.customers:
            async with Visitor(server.url, wire.VisitorSessionBody(name=one.name), clock=HurriedClock()) as visitor:
                for line in spoken_lines(one):
                    assert (await visitor.say(line)).content == line
