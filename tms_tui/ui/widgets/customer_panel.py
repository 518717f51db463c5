"""Who the customer of the shown conversation is."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tms_tui import wording
from tms_tui.core import finding, select
from tms_tui.core.state import State
from tms_tui.domain.ids import SessionId
from tms_tui.domain.model import Session
from tms_tui.wording import blocked
from tms_tui.wording.ways import USUAL, Ways

_EARLIER = 5
"""Conversations named in the panel; all of them can be chosen."""


class CustomerPanel(VerticalScroll):
    """What is known about the customer, and about the conversation as a piece of work."""

    DEFAULT_CSS = """
    CustomerPanel { border: round $border-blurred; padding: 0 1; }
    CustomerPanel:focus { border: heavy $border; }
    """
    BORDER_TITLE = "Customer"

    def __init__(self, *, ways: Ways = USUAL, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ways = ways

    def compose(self) -> ComposeResult:
        yield Static(id="facts", markup=False)

    def on_focus(self) -> None:
        """Put the terminal's cursor where reading begins."""
        self.app.cursor_position = self.content_region.offset

    def update_from(self, state: State, shown: SessionId | None, now: float) -> None:
        """Show the conversation's customer; `now` in seconds since the epoch."""
        session = select.session(state, shown)
        rows = _facts(state, session, now, self._ways) if session else [("", "No conversation is open.")]
        said = Content("\n").join(
            Content.assemble((f"{label}\n", "bold") if label else "", value) for label, value in rows
        )
        facts = self.query_one("#facts", Static)
        if facts.content != said:
            facts.update(said)


def _earlier(state: State, session: Session, now: float, ways: Ways) -> str:
    found = finding.earlier(state, session)
    if found is None:
        return "not read yet"
    lines = [wording.brief(one, select.holder_name(state, one), now) for one in found[:_EARLIER]]
    return "\n".join([f"{len(found)}, {ways.earlier} chooses one" if found else "none", *lines])


def _facts(state: State, session: Session, now: float, ways: Ways) -> list[tuple[str, str]]:
    customer = session.customer
    seen = wording.clock(customer.last_seen_at, now) if customer.last_seen_at else "unknown"
    colleagues = ", ".join(agent.name for agent in select.colleagues_at(state, session.id))
    rows = [
        ("Name", wording.customer(session)),
        ("E-mail", customer.email or ""),
        ("Now", "online" if customer.online else f"gone, last seen {seen}"),
        ("Page", customer.page_url or ""),
        ("Language", customer.locale or ""),
        *(customer.info or ()),
        ("Status", wording.standing(session, now)),
        ("Blocked", blocked.details(state, session.blocked, now) if session.blocked is not None else ""),
        ("Held by", select.holder_name(state, session) or "nobody"),
        ("Priority", wording.priority(session.priority)),
        ("Tags", ", ".join(session.tags)),
        ("Open since", wording.clock(session.started_at, now)),
        ("Looking at it", colleagues),
        ("Earlier", _earlier(state, session, now, ways)),
    ]
    return [(label, value) for label, value in rows if value]
