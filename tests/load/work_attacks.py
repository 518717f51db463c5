"""What makes much work of little: searches, an operator's pruning, an abuser who goes on, a whole office at once."""

import asyncio
import random
import sys

import msgspec

from tests.load.customers import LeanCustomer
from tests.load.ledger import Ledger
from tests.load.raid import Raid
from tests.load.socket_attacks import one_conversation
from tests.load.stranger import Stranger, Ticket
from tests.load.talking import Talker

OFFICE = 300
_SAID_EACH = 2


async def searches(raid: Raid) -> None:
    """Six agents who search for what is nowhere, each again as soon as it is answered."""
    await raid.ready()
    agents = [(raid.stranger(place), one.token) for place, one in enumerate(raid.given.agents[:6])]

    async def one(agent: Stranger, token: str) -> None:
        while raid.lasts():
            await agent.ask("GET", "/v1/chat/sessions?q=nowhere-to-be-found", token=token, within=30)

    async with asyncio.TaskGroup() as together:
        for agent, token in agents:
            together.create_task(one(agent, token))


async def prune(raid: Raid) -> None:
    """The operator deletes all conversations of former years."""
    await raid.ready()
    command = (sys.executable, "-m", "tms_tui", "server", "prune", "--older-than", "30d", *raid.given.store)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    said, failed = await process.communicate()
    if process.returncode:
        raid.tally.wrong.append(failed.decode().strip())
        return
    count = int(said.split()[0])
    raid.tally.make("conversations", count)
    raid.tally.answer(f"pruned in {raid.lasted:.1f} s")


async def goes_on(raid: Raid) -> None:
    """Somebody who writes on whenever the conversation is ended; then, blocked, tries every way in."""
    ticket = await one_conversation(raid)
    stranger, agent = raid.stranger(), raid.stranger(1)
    token = raid.given.agents[0].token
    conversation = f"/v1/chat/sessions/{ticket.session_id}"
    ended = msgspec.json.encode({"status": "ended"})
    await raid.ready()
    while raid.lasted < raid.seconds / 2:
        await agent.ask("POST", f"{conversation}/status", ended, token)
        await stranger.write(ticket, "You do not get rid of me.")
        await asyncio.sleep(0.2)
    for scope in ("conversation", "address"):
        blocked = await agent.ask("POST", f"{conversation}/block", msgspec.json.encode({"scope": scope}), token)
        if blocked is None or blocked.status != 200:
            raid.tally.wrong.append(f"the {scope} could not be blocked")
    await raid.each(5, lambda _: _tries_everything(raid, stranger, ticket))


async def _tries_everything(raid: Raid, stranger: Stranger, ticket: Ticket) -> None:
    written = await stranger.write(ticket, "I am still here.")
    if written is not None and written.status < 400:
        raid.tally.wrong.append("wrote although blocked")
    if await stranger.open(ticket.visitor_token) is not None:
        raid.tally.wrong.append("opened a socket although blocked")
    if await stranger.start() is not None:
        raid.tally.wrong.append("started a conversation from a blocked address")


async def office(raid: Raid) -> None:
    """300 customers behind one address who come one after the other, stay, and write."""
    ledger, chance = Ledger(), random.Random(7)
    count = raid.scaled(OFFICE)
    customers = [LeanCustomer(raid.door, f"Clerk {place}", raid.address(), ledger, chance) for place in range(count)]
    ledger.customers = [one.hearing for one in customers]
    staying: list[asyncio.Task[None]] = []
    await raid.ready()

    async def one(place: int) -> None:
        customer = customers[place]
        coming = raid.seconds * 0.7
        await asyncio.sleep(coming * place / count)
        await _comes(raid, customer)
        staying.append(asyncio.create_task(customer.stay(), name=f"clerk {place}"))
        await customer.live.wait()
        raid.tally.make("sockets")
        talker = Talker(customer.caller, lambda: customer.session_id, ledger, chance, agent=False)
        left = max(0.5, raid.seconds - raid.lasted)
        for _ in range(_SAID_EACH):
            await asyncio.sleep(chance.uniform(0, left / _SAID_EACH))
            await talker.say(ledger.now())

    try:
        async with asyncio.timeout(raid.seconds + 60), asyncio.TaskGroup() as together:
            for place in range(count):
                together.create_task(one(place))
        await _judge(raid, ledger)
    except TimeoutError:
        raid.tally.wrong.append("not everybody had come and written a minute later")
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)


async def _comes(raid: Raid, customer: LeanCustomer) -> None:
    """As a page does, it asks again when it was told to wait; but that is counted."""
    while True:
        raid.tally.make("starts")
        try:
            await customer.come()
        except OSError as refused:
            raid.tally.answer(str(refused))
            await asyncio.sleep(1)
        else:
            raid.tally.answer("came")
            return


async def _judge(raid: Raid, ledger: Ledger) -> None:
    await asyncio.sleep(1)
    verdict = ledger.judge()
    raid.tally.make("messages", len(ledger.sent))
    raid.tally.answer("heard again", verdict.deliveries)
    for kind, count in ledger.refused.items():
        raid.tally.answer(kind, count)
    if not verdict.clean:
        raid.tally.wrong.append(f"{verdict.lost} lost, {verdict.doubled} doubled, {verdict.misordered} out of order")
    if ledger.losses:
        raid.tally.wrong.append(f"{len(ledger.losses)} of the office's sockets were closed")
