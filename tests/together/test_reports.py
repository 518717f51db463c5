"""What a console counts of itself reaches the server's figures, over real sockets and without a name."""

import asyncio

from tests.server.running import RunningServer
from tests.together.console import console
from tests.together.customer import customer


async def test_the_servers_figures_hold_what_consoles_count(server: RunningServer) -> None:
    async with console(server.url) as desk, customer(server.url) as nora:
        await desk.until(lambda state: nora.session in state.sessions)
        await nora.says("hello")
        await desk.reads(nora.session, "hello")
        assert len(desk.state.health.deliveries) == 1
        assert 0.0 <= desk.state.health.deliveries[0] < 5.0
        page = ""
        async with asyncio.timeout(60):
            while 'tms_chat_console_events_total{kind="connects"} 1.0' not in page:
                page = (await server.client().get("/metrics")).text
        assert desk.state.reporting.every == 60.0
    told = [line for line in page.splitlines() if "console" in line]
    assert any(line.startswith("tms_chat_console_delivery_seconds_bucket{le=") for line in told)
    assert not [line for line in told if "Dana" in line or "dana" in line or str(desk.login.agent) in line]
