"""Makes the README's pictures from a running demo: `python screenshots/make.py [NAME ...]`, then look at them.

Needs rsvg-convert (librsvg2-bin) and fonts for boxes, Chinese and signs (fonts-dejavu-core, fonts-wqy-zenhei,
fonts-symbola).
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from textual.pilot import Pilot

from tms_tui.assembly import Assembly
from tms_tui.core.select import BadgeKind, badge
from tms_tui.domain.errors import Failure
from tms_tui.domain.secret import Secret
from tms_tui.engine.engine import Engine
from tms_tui.server.demo import Demo, start_demo
from tms_tui.settings import Settings
from tms_tui.ui.app import ChatApp
from tms_tui.ui.bridge import Prefill, SignInForm

HERE: Final = Path(__file__).parent
SEED: Final = 4
LIVELY: Final = 12.0
"""Seconds after which every customer has written."""

Scene = Callable[[Pilot[None], "Stage"], Awaitable[None]]


class Stage:
    """The demo, the engine that the desk signed in to, and what keeps a picture of a step on the way."""

    def __init__(self, end_demo: Callable[[], None]) -> None:
        self.end_demo = end_demo
        self.keep: Callable[[str], None] = lambda _: None
        self._engine: asyncio.Future[Engine] = asyncio.get_running_loop().create_future()
        self._assembly = Assembly(Settings(), keeps=False)

    async def sign_in(self, form: SignInForm) -> Engine | Failure:
        outcome = await self._assembly.sign_in(form.server, form.email, form.password)
        if isinstance(outcome, Engine):
            self._engine.set_result(outcome)
        return outcome

    async def until(self, kind: BadgeKind) -> None:
        engine = await self._engine
        changed = asyncio.Event()
        end = engine.subscribe(lambda _: changed.set())
        while badge(engine.state).kind is not kind:
            changed.clear()
            await changed.wait()
        end()


async def desk(pilot: Pilot[None], stage: Stage) -> None:
    """Answer a customer and leave a note, so that each kind of row is to be seen."""
    await stage.until(BadgeKind.LIVE)
    await asyncio.sleep(LIVELY)
    await pilot.press("n")
    await say(pilot, "Hello, thank you for writing. I am looking at it now.")
    await pilot.press("escape", "t", "i")
    await say(pilot, "Known issue, see this morning's outage.")
    await asyncio.sleep(LIVELY)
    await pilot.press("escape", "r")


async def tour(pilot: Pilot[None], stage: Stage) -> None:
    """A few minutes of work, step by step."""
    await stage.until(BadgeKind.LIVE)
    await asyncio.sleep(LIVELY)
    stage.keep("tour-1-waiting")
    await step(pilot, "n")
    await step(pilot, "slash", "h")
    stage.keep("tour-2-canned")
    await step(pilot, "enter")
    await step(pilot, "enter")
    await asyncio.sleep(LIVELY)
    stage.keep("tour-3-answered")
    await step(pilot, "escape", "a")
    stage.keep("tour-4-assign")
    await step(pilot, "escape")
    await step(pilot, "escape")
    await step(pilot, "slash", *"lamp")
    stage.keep("tour-5-search")
    await step(pilot, "escape")
    await step(pilot, "f12")


async def step(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await asyncio.sleep(1.0)
    await pilot.pause()


async def palette(pilot: Pilot[None], stage: Stage) -> None:
    await desk(pilot, stage)
    await pilot.press("ctrl+p")
    await asyncio.sleep(0.5)


async def help_page(pilot: Pilot[None], stage: Stage) -> None:
    await desk(pilot, stage)
    await pilot.press("escape", "f1")
    await asyncio.sleep(0.5)


async def offline(pilot: Pilot[None], stage: Stage) -> None:
    """The server goes away while the agent answers."""
    await desk(pilot, stage)
    await asyncio.to_thread(stage.end_demo)
    await stage.until(BadgeKind.OFFLINE)
    await say(pilot, "I have sent you a new link.")


async def sign_in(pilot: Pilot[None], _stage: Stage) -> None:
    await pilot.pause()


async def say(pilot: Pilot[None], words: str) -> None:
    for character in words:
        await pilot.press({" ": "space", ",": "comma", ".": "full_stop", "'": "apostrophe"}.get(character, character))
    await pilot.press("enter")
    await asyncio.sleep(1.0)


SCENES: Final = (
    ("sign-in", (100, 30), sign_in),
    ("desk-160x48", (160, 48), desk),
    ("desk-100x30", (100, 30), desk),
    ("desk-80x24", (80, 24), desk),
    ("palette", (100, 30), palette),
    ("help", (100, 30), help_page),
    ("offline", (120, 30), offline),
    ("tour-6-diagnostics", (100, 30), tour),
)


async def picture(name: str, size: tuple[int, int], scene: Scene, demo: Demo, end_demo: Callable[[], None]) -> None:
    """Play one scene on a desk of its own and keep what it looks like."""
    stage = Stage(end_demo)
    ana = demo.agents[0]
    known = SimpleNamespace(server=demo.url, email=ana.email, password=Secret(ana.password))
    if scene is sign_in:
        known = SimpleNamespace(server="https://chat.example.com", email=ana.email, password=None)
    prefill = Prefill(known.server, known.email, known.password, "this computer's keyring")
    app = ChatApp(stage.sign_in, prefill, words=f"customers' page {demo.page_url}" if known.password else "")
    stage.keep = lambda step_name: keep(step_name, app.export_screenshot(title="tms-chat"))
    async with app.run_test(size=size) as pilot:
        await scene(pilot, stage)
        await pilot.pause()
        stage.keep(name)


def keep(name: str, svg: str) -> None:
    """Write the picture as SVG and as PNG."""
    # Runs of spaces would shrink, and the fonts that the export names are on the web.
    svg = re.sub(r"<text ", '<text xml:space="preserve" ', svg)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    # The converter does not stretch text to the width it should have; this size has that width by itself.
    svg = svg.replace("font-size: 20px", "font-size: 20.26px")
    vector = HERE / f"{name}.svg"
    vector.write_text(svg, encoding="utf-8")
    subprocess.run(["rsvg-convert", "--zoom", "1.2", "-o", vector.with_suffix(".png"), vector], check=True)  # noqa: S603, S607


def main() -> None:
    wanted = sys.argv[1:]
    for name, size, scene in SCENES:
        if wanted and name not in wanted:
            continue
        with ExitStack() as stack:
            demo = stack.enter_context(start_demo(seed=SEED))
            asyncio.run(picture(name, size, scene, demo, stack.close))


if __name__ == "__main__":
    main()
