"""Plays one fault with one seed, and says what came of it."""

import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.matrix.catalogue import Fault
from tests.matrix.desk import Desk
from tests.matrix.judge import Findings
from tests.matrix.pulse import Pulse
from tests.matrix.stage import RECOVER_WITHIN, MakeDesk, Stage, staged
from tests.matrix.typist import Echo, typing
from tests.together.faultline import faultline

FROZEN: Final = 0.5
"""Seconds for which the event loop may stand still."""
ECHOED: Final = 100
"""Milliseconds within which 95 of 100 keys must be seen."""
SURVIVED: Final = "survived"
NOT_INJECTED: Final = "not injected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a fault. Seconds are the console's, but for `freeze`."""

    fault: Fault
    seed: int
    findings: Findings = field(default_factory=Findings)
    bites: int = 0
    lied: float = 0.0
    recovered: float = 0.0
    freeze: float = 0.0
    echo: Echo | None = None
    trouble: str = ""
    """What went wrong before there was anything to judge."""

    @property
    def verdict(self) -> str:
        """SURVIVED, or why not in a few words."""
        if self.trouble:
            return f"failed: {self.trouble.splitlines()[0]}"
        if not self.bites:
            return NOT_INJECTED
        return "failed: " + ", ".join(self._faults()) if self._faults() else SURVIVED

    @property
    def is_only_late(self) -> bool:
        """Whether it failed by the clock alone, or the fault came too late: nothing was lost, doubled or misplaced."""
        return self.verdict != SURVIVED and self.findings.clean

    def _faults(self) -> Sequence[str]:
        kinds = ("lost", "duplicated", "misordered", "unexpected")
        wrong = [f"{len(getattr(self.findings, kind))} {kind}" for kind in kinds if getattr(self.findings, kind)]
        wrong += [f"Live for {self.lied:.1f} s when it was not so"] * (self.lied > self.fault.lies)
        wrong += [f"stood still for {self.freeze:.2f} s"] * (self.freeze > FROZEN)
        if self.echo is not None and self.echo.p95 > ECHOED:
            wrong += [f"keys seen after {self.echo.p95:.0f} ms"]
        wrong += [f"recovered after {self.recovered:.0f} s"] * (self.recovered > RECOVER_WITHIN)
        return wrong


async def play(fault: Fault, seed: int, make_desk: MakeDesk = Desk, *, typed: bool = False) -> Outcome:
    """Everything for it set up, the fault played, its traces judged; `typed`: while somebody types at a terminal."""
    with tempfile.TemporaryDirectory(prefix="tms-matrix-") as home:
        try:
            async with staged(Path(home), seed, fault.speed, make_desk, **fault.settings) as stage:
                with Pulse() as pulse:
                    return await _judged(fault, seed, stage, pulse, typed=typed)
        except (AssertionError, OSError, ExceptionGroup, httpx.HTTPError, sqlite3.Error) as error:
            return Outcome(fault, seed, trouble=f"{type(error).__name__}: {error}")


async def _judged(fault: Fault, seed: int, stage: Stage, pulse: Pulse, *, typed: bool) -> Outcome:
    assert fault.play is not None
    await stage.begin(fault.guests)
    async with _typing(stage, wanted=typed and fault.types) as echo:
        await fault.play(stage)
        stage.line.lift()
        findings = await stage.settle()
    return Outcome(
        fault,
        seed,
        findings,
        stage.bites,
        await stage.lied(),
        stage.recovered or 0.0,
        pulse.longest,
        echo,
    )


@asynccontextmanager
async def _typing(stage: Stage, *, wanted: bool) -> AsyncIterator[Echo | None]:
    """Somebody types at a terminal of their own, over a line on which the same is broken."""
    if not wanted:
        yield None
        return
    async with faultline(stage.server.port) as twin, typing(twin.url) as echo:
        stage.line.twin = twin
        yield echo
