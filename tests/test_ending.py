"""How a program ends that has done its work: with its exit code and all its words, whatever its threads do."""

import subprocess
import sys

import pytest

from tms_tui.process import INTERRUPTED

WORK = """
import asyncio, signal, sys, threading
from tms_tui import process

async def work():
    sys.stdout.write("all that was said")
    loop = asyncio.get_running_loop()
    {hangs}loop.run_in_executor(None, threading.Event().wait)
    {interrupted}signal.raise_signal(signal.SIGINT); await asyncio.sleep(60)
    return 7

try:
    sys.exit(process.run(work(), within=0.1))
except KeyboardInterrupt:
    sys.exit(process.INTERRUPTED)
"""


def ended(**without: str) -> tuple[int, bytes]:
    script = WORK.format(**{"hangs": "# ", "interrupted": "# "} | without)
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False, timeout=20)
    return done.returncode, done.stdout


@pytest.mark.parametrize("hangs", ["", "# "], ids=["with a thread that hangs", "with none"])
def test_all_is_said_and_the_code_is_the_works(hangs: str) -> None:
    assert ended(hangs=hangs) == (7, b"all that was said")


@pytest.mark.parametrize("hangs", ["", "# "], ids=["with a thread that hangs", "with none"])
def test_an_interruption_has_its_code(hangs: str) -> None:
    assert ended(hangs=hangs, interrupted="") == (INTERRUPTED, b"all that was said")
