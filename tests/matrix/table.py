"""The table of what came of each fault, as Markdown."""

from collections.abc import Iterable, Sequence
from typing import Final

from tests.matrix.catalogue import Fault
from tests.matrix.playing import SURVIVED, Outcome

HEAD: Final = """# What survives what

Made by `python -m tests.matrix`. Each fault is played between a server in a process of its own and the console's own
engine, socket and requests; one that was not seen to hit counts as a failure. Starred faults run with every change.

- *Lost*, *doubled*, *misordered*: messages, from what was asked, what the server stores and what the screen shows.
- *Untrue*: the longest time the badge said Live though no socket carried, or a stored message was more than 3 s late.
- *Recovered*: from the end of the fault until nothing was missing.
- *Stood still*: the longest time the console's event loop did nothing, waiting for the processor left out.
- *Keys*: milliseconds until 95 of 100 keys typed at a real terminal meanwhile were seen, and until the last of all;
  of one seed. Where the sign-in stands in between nobody types.

What failed by the clock alone, or came too late to hit, is played once more, alone and at the machine's own pace: a
busy machine is no fault of the console's. What was lost, doubled or misplaced stays in the table.

Untrue and recovered are seconds of the console's own clock, which runs faster in most runs; of several seeds the
worst counts. A fault without figures is played and judged by the tests named.

| # | Fault | Seeds | Lost | Doubled | Misordered | Untrue | Recovered | Stood still | Keys | Verdict |
|---|---|---|---|---|---|---|---|---|---|---|
"""
LEFT: Final = "\n## Not run for this table\n\n"
APART: Final = "\n## Faults that cannot happen to this server\n\n"


def table(outcomes: Sequence[Outcome], catalogue: Sequence[Fault]) -> str:
    """All of it. Several outcomes of one fault make one row; what was not run is named."""
    by_fault: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        by_fault.setdefault(outcome.fault.number, []).append(outcome)
    rows = "".join(_row(by_fault[number]) for number in sorted(by_fault))
    apart = "".join(f"- {fault.number} {fault.title}: {fault.apart}\n" for fault in catalogue if fault.apart)
    due = [fault for fault in catalogue if not fault.apart and fault.number not in by_fault]
    left = "".join(f"- {fault.number} {fault.title}{_played_by(fault)}\n" for fault in due)
    return HEAD + rows + (APART + apart if apart else "") + (LEFT + left if left else "")


def _played_by(fault: Fault) -> str:
    return f": {_named(fault.tests)}" if fault.tests else ""


def _named(tests: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in tests)


def _row(outcomes: Sequence[Outcome]) -> str:
    fault = outcomes[0].fault
    cells = [f"{fault.number}{'★' if fault.starred else ''}", fault.title, str(len({one.seed for one in outcomes}))]
    cells += [*_figures(outcomes), _verdict(outcomes)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _figures(outcomes: Sequence[Outcome]) -> list[str]:
    if outcomes[0].fault.tests:
        return ["-"] * 7
    return [
        _most(len(one.findings.lost) for one in outcomes),
        _most(len(one.findings.duplicated) for one in outcomes),
        _most(len(one.findings.misordered) for one in outcomes),
        f"{max(one.lied for one in outcomes):.1f} s",
        f"{max(one.recovered for one in outcomes):.1f} s",
        f"{max(one.freeze for one in outcomes) * 1000:.0f} ms",
        ", ".join(f"{one.echo.p95:.0f}, {one.echo.longest:.0f} ms" for one in outcomes if one.echo) or "-",
    ]


def _most(counts: Iterable[int]) -> str:
    return str(max(counts))


def _verdict(outcomes: Sequence[Outcome]) -> str:
    verdicts = dict.fromkeys(one.verdict for one in outcomes if one.verdict != SURVIVED)
    if verdicts:
        return "; ".join(verdicts)
    tests = outcomes[0].fault.tests
    return f"{SURVIVED}: {_named(tests)}" if tests else SURVIVED
