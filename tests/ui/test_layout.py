"""Columns by width, and the way from pane to pane."""

import pytest

from tms_tui.ui.keys import Pane
from tms_tui.ui.layout import Column, beside, outward, visible


@pytest.mark.parametrize("pane", Pane)
@pytest.mark.parametrize("width", [20, 60, 79, 80, 100, 119, 120, 300])
@pytest.mark.parametrize("panel", [True, False])
def test_as_many_columns_as_there_is_room_for(width: int, pane: Pane, *, panel: bool) -> None:
    shown = visible(width, pane, panel=panel)
    expected = 1 if width < 80 else 2 if width < 120 else 2 + panel
    assert len(shown) == expected


def test_the_panel_opens_over_the_chat_where_three_do_not_fit() -> None:
    assert visible(100, Pane.PANEL, panel=True) == {Column.LIST, Column.PANEL}
    assert visible(100, Pane.COMPOSER, panel=True) == {Column.LIST, Column.CHAT}


def test_the_way_out_ends_at_the_list() -> None:
    for pane in Pane:
        steps = [pane]
        for _ in Pane:
            steps.append(outward(steps[-1]))
        assert steps[-1] is Pane.LIST


@pytest.mark.parametrize("panel", [True, False])
def test_tab_goes_round_and_back(*, panel: bool) -> None:
    here, seen = Pane.LIST, []
    for _ in range(3 + panel):
        seen.append(here)
        onward = beside(here, 1, panel=panel)
        assert beside(onward, -1, panel=panel) is here
        here = onward
    assert here is Pane.LIST
    assert len(set(seen)) == 3 + panel
