"""What a run showed, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from tests.load.abuse import Verdict
from tests.load.chaos import Outcome, Struck
from tests.load.figures import QUIET_RATE, Figures, Memory
from tests.load.rolling import Rolled
from tests.load.steps import Step


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def chaos_report(outcome: Outcome) -> str:
    size, total = outcome.size, outcome.total
    head = (
        "at",
        "what",
        "how it showed",
        "whole again after",
        "messages",
        "lost",
        "doubled",
        "out of order",
        "p50",
        "p95",
        "p99",
        "max",
    )
    whole = Struck("the whole run", "", 0, 0, total)
    rows = [_row(one) for one in (*outcome.stretches, whole)]
    refused = ", ".join(f"{count} x {kind}" for kind, count in sorted(outcome.refused.items())) or "none"
    lost, doubled, misordered = outcome.engines
    return (
        f"{size.agents} agents ({size.engines} of them the console's own engine), {size.customers} customers, "
        f"{size.per_second:g} messages a second for {outcome.seconds:g} s: {total.messages} messages answered 2xx, "
        f"{total.deliveries} deliveries. "
        "Times in seconds, from when a message was due to be sent to its arrival at each agent.\n\n"
        f"{table(head, rows)}\n\n"
        f"In the engines' transcripts: {lost} lost, {doubled} doubled, {misordered} out of order. "
        f"Heard by somebody who may not: {outcome.foreign}. Resumes refused: {outcome.resumes_refused}. "
        f"Calls that had to be repeated: {refused}.\n"
    )


def _row(one: Struck) -> list[str]:
    verdict = one.verdict
    parts = [f"{verdict.percentile(part):.2f}" for part in (0.5, 0.95, 0.99, 1)]
    recovered = f"{one.recovered_after:.1f}" if one.bite else ""
    at = f"{int(one.at) // 60}:{int(one.at) % 60:02}"
    counts = [str(count) for count in (verdict.messages, verdict.lost, verdict.doubled, verdict.misordered)]
    return [at, one.words, one.bite, recovered, *counts, *parts]


def rolling_report(rolled: Rolled) -> str:
    size = rolled.size
    head = (
        "what",
        "sockets moved",
        "closed with 1012",
        "closes spread over",
        "slowest back after",
        "most accepts in 100 ms",
        "lost",
        "doubled",
        "out of order",
        "p50",
        "p99",
        "max",
    )
    rows = [
        [
            f"{one.words} replaced",
            str(one.moved),
            str(one.closed_1012),
            f"{one.spread:.1f} s",
            f"{one.slowest:.1f} s",
            str(one.peak),
            *(str(count) for count in (one.verdict.lost, one.verdict.doubled, one.verdict.misordered)),
            *(f"{one.verdict.percentile(part):.2f}" for part in (0.5, 0.99, 1)),
        ]
        for one in rolled.replaced
    ]
    return (
        f"{rolled.sockets} sockets ({size.agents} agents, {size.customers} customers), "
        f"{size.per_second:g} messages a second, {rolled.total.messages} messages; "
        f"a quarter of the sockets are {rolled.sockets // 4}.\n\n{table(head, rows)}\n"
    )


def echo_report(steps: Sequence[Step]) -> str:
    return f"Bare echo server, 50 sockets, one frame for each message:\n\n{_steps(steps)}"


def figures_report(figures: Figures) -> str:
    parts = [
        f"{figures.words}, {sockets} agents' sockets, each hears every message:\n\n{_steps(steps)}"
        for sockets, steps in figures.rates.items()
    ]
    grown = _steps(list(figures.grown.values()))
    parts.append(f"{figures.words}, {QUIET_RATE:g} messages a second, more and more agents' sockets:\n\n{grown}")
    return "\n\n".join([*parts, _cost(figures.grown)])


def memory_report(memory: Memory) -> str:
    return (
        f"Memory for each idle socket: a customer's {memory.customer:.0f} KiB, an agent's {memory.agent:.0f} KiB, "
        f"the echo server's {memory.echo:.0f} KiB."
    )


def years_report(years: Mapping[int, Step]) -> str:
    head = ("conversations in the store", "messages a second", "p50 ms", "p99 ms", "node CPU for one message, ms")
    rows = [
        [str(kept), f"{one.reached:.0f}", f"{one.p50 * 1000:.0f}", f"{one.p99 * 1000:.0f}", f"{_cpu_ms(one):.1f}"]
        for kept, one in years.items()
    ]
    return f"One node, SQLite, a new store and one with years in it:\n\n{table(head, rows)}"


def _steps(steps: Sequence[Step]) -> str:
    head = ("sockets", "messages a second", "deliveries a second", "p50 ms", "p99 ms", "p99 under 100 ms", "busy cores")
    return table(head, [_step(one) for one in steps])


def _step(one: Step) -> list[str]:
    cores = ", ".join(f"{name} {share:.2f}" for name, share in one.cores.items())
    numbers = (one.reached, one.frames, one.p50 * 1000, one.p99 * 1000)
    return [str(one.sockets), *(f"{number:.0f}" for number in numbers), "yes" if one.held else "no", cores]


def _cpu_ms(one: Step) -> float:
    return 1000 * one.cores["node"] / one.reached


def _cost(grown: Mapping[int, Step]) -> str:
    """What a message costs the nodes: a straight line through the first and the last step that was held."""
    held = [(sockets, _cpu_ms(one)) for sockets, one in grown.items() if one.held]
    if len(held) < 2:
        return "Too few steps were held to tell what a message costs."
    (few, cheap), (many, dear) = held[0], held[-1]
    each = (dear - cheap) / (many - few)
    fixed = cheap - each * few
    return f"CPU of the nodes for one message: {fixed:.1f} ms, and {1000 * each:.0f} µs for each agent's socket."


def abuse_report(words: str, verdicts: Sequence[Verdict]) -> str:
    head = (
        "attack",
        "made",
        "answered",
        "p99 calm",
        "p99, made on nothing",
        "p99 attacked",
        "cut",
        "sign-in",
        "read",
        "memory",
        "told",
        "held",
    )
    held = sum(not one.failures for one in verdicts)
    return (
        f"{words}. p99: milliseconds from when a message was due to be sent to its arrival at each agent, when all is "
        "calm, when the same attack is made on a server that does nothing, and attacked. The slowest honest sign-in, "
        "up to the open socket, and the slowest honest read, in seconds. Memory: MiB that the node which grew most is "
        "larger than in the calm. Told: kB a second to each agent.\n\n"
        f"{table(head, [_of_attack(one) for one in verdicts])}\n\n"
        f"{held} of {len(verdicts)} rows held.\n"
    )


def _of_attack(one: Verdict) -> list[str]:
    seen, noticed = one.attacked, one.attacked.noticed
    return [
        f"`{one.row.name}`: {one.row.words}",
        _counts(one.tally.made),
        _counts(one.tally.answered),
        f"{one.calm.p99 * 1000:.0f}",
        f"{one.on_nothing.p99 * 1000:.0f}" if one.on_nothing else "",
        f"{seen.p99 * 1000:.0f}",
        _counts(seen.cut) or "nobody",
        _slowest(noticed.sign_ins),
        _slowest(noticed.reads),
        f"{one.mib:+.0f}",
        f"{seen.told / 1000:.0f}",
        "yes" if not one.failures else f"NO: {'; '.join(one.failures)}",
    ]


def _counts(counted: Mapping[str, int]) -> str:
    """The most frequent first."""
    ordered = sorted(counted.items(), key=lambda kind: -kind[1])
    return ", ".join(f"{count:,} {kind}" if kind[0].isalpha() else f"{count:,} x {kind}" for kind, count in ordered)


def _slowest(times: Sequence[float]) -> str:
    slowest = max(times, default=float("inf"))
    return "refused" if slowest == float("inf") else f"{slowest:.2f}"
