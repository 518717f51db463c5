"""Section A: the line between console and server."""

from tests.matrix.catalogue import UNNOTICED, played
from tests.matrix.stage import Stage
from tests.together.faultline.faults import BlackHole, Fin, Reset, sockets


@played(2, "RST mid-stream", starred=True)
async def reset(stage: Stage) -> None:
    for _ in range(2):
        stage.answers()
        stage.bit(stage.line.strike(Reset()))
        await stage.talk()
        await stage.live()


@played(3, "FIN without a close frame", starred=True)
async def fin(stage: Stage) -> None:
    for _ in range(2):
        stage.bit(stage.line.strike(Fin(), sockets))
        await stage.talk()
        await stage.live()


@played(5, "black hole both ways", starred=True, lies=UNNOTICED)
async def black_hole(stage: Stage) -> None:
    stage.line.impose(BlackHole())
    await stage.talk()
    await stage.offline()
    await stage.talk()
    stage.bit(stage.line.bitten[BlackHole])
