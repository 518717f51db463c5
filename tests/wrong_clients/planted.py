"""The planted bugs: each wrong client beside the right one, and the checker that is to tell them apart."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.core.desk import Rules
from tests.wrong_clients import painting, rules
from tests.wrong_clients.checkers import by_the_badge, by_the_eye, by_the_herd, by_the_judge
from tms_tui.core.apply import apply

Findings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug by name, the word for what it does, and what its checker finds: in the wrong client, and in the right."""

    name: str
    does: str
    in_wrong: Callable[[], Findings]
    in_right: Callable[[], Findings]


def planted(name: str, does: str, wrong: Rules, check: Callable[[Rules], Findings]) -> Planted:
    """A bug in the rules."""
    return Planted(name, does, partial(check, wrong), partial(check, apply))


BUGS: Final = (
    planted("no dedupe", "duplicated", rules.no_dedupe, by_the_judge),
    planted("blind retry", "duplicated", rules.BlindRetry(), by_the_judge),
    planted("fetch before listen", "Live", rules.fetch_before_listen, by_the_badge),
    planted("since = newest", "lost", rules.since_newest, by_the_judge),
    planted("no jitter", "try within", rules.no_jitter, by_the_herd),
    planted("no anti-entropy", "lost", rules.no_anti_entropy, by_the_judge),
    Planted("markup on", "not seen", partial(by_the_eye, painting.markup_on), partial(by_the_eye, painting.true)),
)
