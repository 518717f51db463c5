"""Who is here, as a page to read."""

from textual.content import Content

from tms_tui.core import handing, select
from tms_tui.core.state import State
from tms_tui.domain.model import Agent
from tms_tui.ui.screens.reading import Reading
from tms_tui.wording.work import whereabouts


def who_page(state: State) -> Reading:
    """Every agent, oneself first, with what they look at and reply in."""
    me = state.agents.get(state.me.id) if state.me else None
    others = [_row(state, agent, select.name_of(state, agent)) for agent, _ in handing.colleagues(state)]
    rows = [*([_row(state, me, f"{me.name}, you")] if me else []), *others]
    return Reading("Who is here", Content("\n").join(rows or [Content("The agents were not read yet.")]))


def _row(state: State, agent: Agent, name: str) -> Content:
    return Content.assemble(Content(name).stylize("bold"), "  ", Content(whereabouts(state, agent)))
