"""The model world for as many steps as one likes: `python -m tests.core.many --steps 1000000`."""

import argparse
import sys
import time
from dataclasses import dataclass
from typing import Final

from tests.core.living import lived

LIFE: Final = 200
"""Steps of one world before it is calmed, checked and left for the next."""


@dataclass
class Lived:
    """What was gone through."""

    worlds: int = 0
    steps: int = 0
    sends: int = 0
    deaths: int = 0
    connects: int = 0
    replaced: int = 0
    failures: int = 0


def live_many(steps: int, seed: int = 0, *, say_every: int = 0) -> Lived:
    """Live worlds one after the other, every other one with a socket that loses; raises at the first violation."""
    so_far = Lived()
    while so_far.steps < steps:
        number = seed + so_far.worlds
        try:
            world = lived(number, LIFE, lossy=number % 2 == 1)
        except AssertionError as error:
            error.add_note(f"world {number}: lived({number}, {LIFE}, lossy={number % 2 == 1})")
            raise
        so_far.worlds += 1
        so_far.steps += LIFE
        so_far.sends += len(world.asked)
        so_far.deaths += world.lives - 1
        so_far.connects += world.connects
        so_far.replaced += world.replaced
        so_far.failures += world.failures
        if say_every and so_far.steps % say_every == 0:
            sys.stdout.write(f"{so_far}\n")
            sys.stdout.flush()
    return so_far


def main() -> None:
    """Say what was gone through; ends with a traceback at a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0, help="the first world's; each next one's is greater by one")
    options = parser.parse_args()
    began = time.monotonic()
    so_far = live_many(options.steps, options.seed, say_every=100_000)
    sys.stdout.write(f"no violation: {so_far} in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
