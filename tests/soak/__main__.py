"""`python -m tests.soak --minutes 60 --faster 5`: does a long day leave anything behind?"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.soaking import Pace, at_work


def main() -> None:
    """Say what is held as the day goes on; the exit code says whether something grew that may not, or was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="so many minutes' messages and drops of the line")
    parser.add_argument("--faster", type=float, default=1, help="in so much less time; above 5 the line only flaps")
    options = parser.parse_args()
    pace = Pace(options.minutes, options.faster)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tms-soak-") as home, at_work(Path(home), pace) as soak:
        for held in soak.run():
            sys.stdout.write(f"{time.monotonic() - began:6.0f} s, {soak.seen.said} messages: {held}\n")
            sys.stdout.flush()
        seen = soak.seen
    sys.stdout.write(f"{seen.said} messages, {seen.answered} answers, {seen.drops} drops\n")
    faults = seen.faults()
    sys.stdout.write("\n".join(faults or ["nothing leaks, nothing is lost"]) + "\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
