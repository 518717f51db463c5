"""Who is connected to the other nodes, by their rosters; a node unheard for its lease is dead."""

from collections.abc import Callable
from dataclasses import dataclass

from tms_tui.server.bus import Roster


@dataclass(slots=True)
class _Node:
    roster: Roster
    heard_at: float


class Elsewhere:
    """`now` counts seconds on this machine, so that no other node's clock matters."""

    def __init__(self, lease: float, now: Callable[[], float]) -> None:
        self._lease = lease
        self._now = now
        self._nodes: dict[str, _Node] = {}

    def heard(self, roster: Roster) -> Roster:
        """Takes a node's roster; returns the one it replaces."""
        before = self._nodes.get(roster.node)
        self._nodes[roster.node] = _Node(roster, self._now())
        return before.roster if before else Roster(roster.node)

    def renew(self) -> None:
        """Starts every lease anew: nobody could be heard until now."""
        for node in self._nodes.values():
            node.heard_at = self._now()

    def expired(self) -> list[Roster]:
        """Forgets the nodes whose lease ran out; returns what they had last said."""
        dead = [node.roster for node in self._nodes.values() if node.heard_at + self._lease <= self._now()]
        for roster in dead:
            del self._nodes[roster.node]
        return dead

    def agent(self, tenant_id: str, agent_id: str) -> tuple[bool, str | None]:
        """Whether the agent is connected to another node, and which session they look at there."""
        seen = [
            agents[agent_id]
            for node in self._nodes.values()
            if agent_id in (agents := node.roster.agents.get(tenant_id, {}))
        ]
        return bool(seen), next((one for one in seen if one is not None), None)

    def has_visitor(self, tenant_id: str, session_id: str) -> bool:
        return any(session_id in node.roster.visitors.get(tenant_id, ()) for node in self._nodes.values())
