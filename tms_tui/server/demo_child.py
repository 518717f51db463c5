"""The demo's child process: told what to do by one line on stdin, over when stdin closes."""

import asyncio
import shutil
import sys

import msgspec

from tms_tui.server.demo import Answer, Order


def main() -> int:
    """Read the order, play it, leave nothing behind; the exit code."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    try:
        return _play(order)
    finally:
        shutil.rmtree(order.folder, ignore_errors=True)


def answer(words: Answer) -> None:
    """The one line on stdout. It carries passwords, so it goes into the pipe and nowhere else."""
    sys.stdout.buffer.write(msgspec.json.encode(words) + b"\n")
    sys.stdout.buffer.flush()


def _play(order: Order) -> int:
    try:
        from tms_tui.server.demo_play import play
    except ModuleNotFoundError as missing:
        answer(
            Answer(
                problem=f"The demo needs the server's packages ({missing.name} is missing)."
                " Install tms-tui[server], then start it again."
            )
        )
        return 1
    asyncio.run(play(order, answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
