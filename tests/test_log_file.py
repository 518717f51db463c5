"""The log: whose it is, how large it grows, and that it never costs the desk."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tms_tui.log_file import LogFile, begin


def line(words: str) -> logging.LogRecord:
    return logging.LogRecord("tms_tui.test", logging.INFO, "file", 1, words, None, None)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_mask")
def test_only_its_owner_reads_any_of_its_files_and_the_oldest_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "console.log"
    file.touch(0o644)
    log = LogFile(file, largest=200, older=2)
    for number in range(40):
        log.emit(line(f"line {number}"))
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [one.name for one in files] == ["console.log", "console.log.1", "console.log.2"]
    assert {mode(one) for one in files} == {0o600}
    assert max(one.stat().st_size for one in files) <= 200
    assert "line 39" in file.read_text()


def test_what_stood_there_before_stays(tmp_path: Path) -> None:
    file = tmp_path / "console.log"
    file.write_text("yesterday\n")
    log = LogFile(file)
    log.emit(line("today"))
    log.close()
    assert [each.split()[-1] for each in file.read_text().splitlines()] == ["yesterday", "today"]


def test_a_full_disk_costs_the_line_and_says_nothing_over_the_desk(capfd: pytest.CaptureFixture[str]) -> None:
    log = LogFile(Path("/dev/full"))
    log.emit(line("lost"))
    with pytest.raises(OSError, match="No space"):
        log.close()
    assert capfd.readouterr() == ("", "")
    assert mode(Path("/dev/full")) != 0o600


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        begin(tmp_path)


def test_odd_characters_are_spelt_out(tmp_path: Path) -> None:
    file = tmp_path / "console.log"
    log = LogFile(file)
    log.emit(line("odd \ud800"))
    log.close()
    assert "odd \\ud800" in file.read_text()
