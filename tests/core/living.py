"""What must hold in the model world: while it goes on, and once it is calm."""

import random

from tests.core.desk import Rules
from tests.core.model_server import TALKS
from tests.core.world import World
from tms_tui.core.apply import apply
from tms_tui.core.select import BadgeKind, badge, entries
from tms_tui.domain.entries import GapMark, PendingSend
from tms_tui.domain.ids import SessionId


def live_is_true(world: World) -> None:
    """While the desk is Live and nothing is on its way, what is not marked as syncing is what is stored."""
    state = world.desk.state
    if world.requests or world.wire or world.spare or not state.sync.joined or badge(state).kind is not BadgeKind.LIVE:
        return
    for talk, transcript in state.transcripts.items():
        if transcript.loaded and not transcript.dirty:
            _check_list(world, talk)


def all_is_well(world: World) -> None:
    """All is calm: the screen is the list, every intent is stored once in its order, drafts are where they were.

    Nothing left but what the agent asked for, kept, to where and as what it was meant.
    """
    assert badge(world.desk.state).kind is BadgeKind.LIVE
    for draft, was_kept in world.left:
        meant = (world.asked | world.given_up)[draft.send_id]
        assert (draft.session, draft.text, draft.private) == (meant.session, meant.text, meant.private)
        assert was_kept
    for talk in TALKS:
        assert not world.desk.state.outbox.of(talk)
        _check_list(world, talk)
        mine = [one for one in world.server.lists[talk] if one.send_id is not None]
        wanted = [draft for draft in world.asked.values() if draft.session == talk]
        assert [one.send_id for one in mine] == [draft.send_id for draft in wanted], talk
        for one, draft in zip(mine, wanted, strict=True):
            assert (one.text, one.private) == (draft.text, draft.private)
    drafts = {place: text for place, text in world.disk.drafts.items() if text}
    assert drafts == world.composers == {place: text for place, text in world.desk.state.drafts.items() if text}
    assert not world.disk.sends


def _check_list(world: World, talk: SessionId) -> None:
    shown = [one for one in entries(world.desk.state, talk) if not isinstance(one, GapMark | PendingSend)]
    stored = world.server.lists[talk]
    held_from = shown[0].seq if shown else 1
    assert shown == stored[held_from - 1 :], talk


def passed(seed: int, steps: int, *, lossy: bool, rules: Rules = apply) -> World:
    """A world after `steps` and the calm that follows them. Raises AssertionError when Live was not true."""
    world = World(random.Random(seed), lossy, rules)
    world.start()
    for _ in range(steps):
        world.step()
        if not lossy:
            live_is_true(world)
    world.drizzle()
    world.calm()
    return world


def lived(seed: int, steps: int, *, lossy: bool) -> World:
    """A world that passed, and all is well in it. Raises AssertionError."""
    world = passed(seed, steps, lossy=lossy)
    all_is_well(world)
    return world
