"""`python -m tests.wrong_clients`: which planted bugs are found, and whether the right client is left in peace."""

import sys

from tests.wrong_clients.planted import BUGS


def main() -> None:
    """Print a line a bug; the exit code says whether each was found, and in the wrong client alone."""
    caught = 0
    for bug in BUGS:
        wrong, right = [one for one in bug.in_wrong() if bug.does in one], bug.in_right()
        caught += bool(wrong) and not right
        said = wrong[0] if wrong else "NOT FOUND"
        sys.stdout.write(f"{bug.name:20} {len(wrong):5} found, {len(right)} in the right client; {said}\n")
    sys.stdout.write(f"{caught} of {len(BUGS)} planted bugs found\n")
    sys.exit(caught != len(BUGS))


if __name__ == "__main__":
    main()
