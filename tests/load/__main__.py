"""`python -m tests.load abuse|chaos|rolling|figures`: starts what it needs on this machine, prints Markdown."""

import argparse
import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.bench.processes import go_first
from tests.load import figures
from tests.load.abuse import Verdict, abuse
from tests.load.attacks import ATTACKS, ROWS, Row
from tests.load.chaos import FULL, SMALL, chaos, faults_for
from tests.load.figures import Figures, Memory, alone, echoed, idle, pair
from tests.load.report import (
    abuse_report,
    chaos_report,
    echo_report,
    figures_report,
    memory_report,
    rolling_report,
    years_report,
)
from tests.load.rolling import rolling
from tests.load.siege import FULL as WHOLE
from tests.load.siege import SMALL as LITTLE
from tests.load.siege import Install, Strength, on_postgres, on_sqlite
from tests.server.postgres import Postgres, running_postgres
from tests.server.redisserver import RedisServer, running_redis

INSTALLED = {"sqlite": "One node, SQLite", "postgres": "Two nodes, PostgreSQL, Redis, nginx"}


def main() -> int:
    """The command line; 0 when everything held."""
    asked = _arguments()
    go_first(os.getpid())  # what it starts inherits that
    logging.getLogger("tms_tui").setLevel(logging.CRITICAL)
    report, held = asked.run(asked)
    sys.stdout.write(report)
    if asked.out:
        asked.out.write_text(report)
    return 0 if held else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    commands = parser.add_subparsers(required=True)
    wild = commands.add_parser("chaos", help="strike nodes, Redis and PostgreSQL down while everybody talks")
    wild.set_defaults(run=_chaos)
    wild.add_argument("--minutes", type=float, default=10)
    wild.add_argument("--every", type=float, default=45, help="seconds from one fault to the next (45)")
    wild.add_argument("--small", action="store_true", help="few clients, for a quick look")
    roll = commands.add_parser("rolling", help="replace both nodes while everybody talks")
    roll.set_defaults(run=_rolling)
    roll.add_argument("--small", action="store_true", help="few clients, for a quick look")
    carried = commands.add_parser("figures", help="messages a second, sockets and memory, beside a bare echo server")
    carried.set_defaults(run=_figures)
    carried.add_argument("--of", choices=("one", "two", "years"), help="one node, two, or a full store; else all")
    siege = commands.add_parser(
        "abuse", help="let strangers do their worst beside honest people, one attack after the other"
    )
    siege.set_defaults(run=_abuse)
    siege.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite", help="one node, or two behind nginx")
    siege.add_argument("--row", choices=list(ATTACKS), action="append", help="this attack alone; may be repeated")
    siege.add_argument("--kept", type=int, metavar="N", help="conversations in the store, where the attack wants some")
    siege.add_argument("--seconds", type=float, default=WHOLE.seconds, help="how long most attacks last (10)")
    siege.add_argument("--together", action="store_true", help="one installation and one calm run for all: shorter")
    siege.add_argument("--small", action="store_true", help="a little of each, for a quick look")
    for command in commands.choices.values():
        command.add_argument("--out", type=Path, metavar="FILE", help="write the Markdown there, too")
    return parser.parse_args()


def _chaos(asked: argparse.Namespace) -> tuple[str, bool]:
    seconds = asked.minutes * 60
    with _services() as (postgres, redis):
        size = SMALL if asked.small else FULL
        outcome = asyncio.run(chaos(postgres, redis, size, seconds, faults_for(seconds, asked.every)))
    return chaos_report(outcome), outcome.clean


def _rolling(asked: argparse.Namespace) -> tuple[str, bool]:
    with _services() as (postgres, redis):
        rolled = asyncio.run(rolling(postgres, redis, SMALL if asked.small else FULL))
    return rolling_report(rolled), rolled.held


def _abuse(asked: argparse.Namespace) -> tuple[str, bool]:
    rows = [ATTACKS[name] for name in asked.row] if asked.row else ROWS
    strength = LITTLE if asked.small else replace(WHOLE, alone=not asked.together, seconds=asked.seconds)
    with contextlib.ExitStack() as opened:
        install: Install = on_sqlite
        if asked.on == "postgres":
            install = partial(on_postgres, *opened.enter_context(_services(durable=True)))
        verdicts = asyncio.run(_played(install, strength, rows, asked.kept))
    size = strength.size
    words = f"{size.agents} agents and {size.customers} customers at work, {size.per_second:g} messages a second"
    words += f", attacks of {strength.seconds:g} s"
    return abuse_report(f"{INSTALLED[asked.on]}; {words}", verdicts), not any(one.failures for one in verdicts)


async def _played(install: Install, strength: Strength, rows: Sequence[Row], kept: int | None) -> list[Verdict]:
    verdicts = []
    async for one in abuse(install, strength, rows, kept):
        sys.stderr.write(f"{one.row.name}: p99 {one.times}; {'; '.join(one.failures) or 'held'}\n")
        verdicts.append(one)
    return verdicts


def _figures(asked: argparse.Namespace) -> tuple[str, bool]:
    wanted = {asked.of} if asked.of else {"one", "two", "years"}
    parts: list[str] = []
    if wanted - {"years"}:
        steps, echo_kib = asyncio.run(echoed())
        parts.append(echo_report(steps))
    if "one" in wanted:
        memory = Memory(*asyncio.run(idle()), echo_kib)
        parts += [figures_report(asyncio.run(_of_one())), memory_report(memory)]
    if "two" in wanted:
        with running_postgres(durable=True) as postgres, running_redis() as redis:
            parts.append(figures_report(asyncio.run(_of_two(postgres, redis))))
    if "years" in wanted:
        parts.append(years_report(asyncio.run(figures.with_years())))
    return "\n\n".join(parts) + "\n", True


async def _of_one() -> Figures:
    async with alone() as installed:
        return await figures.measured(installed)


async def _of_two(postgres: Postgres, redis: RedisServer) -> Figures:
    async with pair(postgres, redis) as installed:
        return await figures.measured(installed)


@contextlib.contextmanager
def _services(*, durable: bool = False) -> Iterator[tuple[Postgres, RedisServer]]:
    with running_postgres(durable=durable) as postgres, running_redis() as redis:
        yield postgres, redis


if __name__ == "__main__":
    sys.exit(main())
