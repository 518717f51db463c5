"""Sections B and C: what the server says, frame by frame."""

from tests.matrix.catalogue import UNNOTICED, played
from tests.matrix.stage import Stage
from tests.together.faultline.faults import Frames, sockets
from tests.together.faultline.frames import Drop, Duplicate, Reorder


@played(38, "each frame doubled, up to five times", starred=True)
async def doubled(stage: Stage) -> None:
    stage.line.impose(Frames(Duplicate(5, stage.chance)), sockets)
    await stage.talk(10)
    stage.bit(stage.line.bitten[Frames])


@played(39, "frames shuffled within a window of 20", starred=True, lies=UNNOTICED)
async def shuffled(stage: Stage) -> None:
    stage.line.impose(Frames(Reorder(20, stage.chance)), sockets)
    await stage.talk(20)
    stage.bit(stage.line.bitten[Frames])


@played(40, "frames dropped, 5 % and 50 %, the socket stays up", starred=True, lies=UNNOTICED)
async def dropped(stage: Stage) -> None:
    for share in (0.05, 0.5):
        stage.line.impose(Frames(Drop(share, stage.chance)), sockets)
        await stage.talk(10)
        await stage.lasts(25)
        stage.line.lift()
    stage.bit(stage.line.bitten[Frames])


@played(41, "deaf socket: pings are answered, nothing is brought", starred=True, lies=UNNOTICED)
async def deaf(stage: Stage) -> None:
    stage.line.impose(Frames(Drop(1.0, stage.chance)), sockets)
    await stage.talk()
    await stage.until(lambda: stage.desk.state.health.deaf, what="the deaf socket was noticed")
    stage.bit(stage.line.bitten[Frames])
