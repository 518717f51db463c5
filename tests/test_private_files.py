"""Whatever stood there before and whatever the umask allows: files 0600, folders 0700."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import QUICK, running_server
from tms_tui import config_file
from tms_tui.domain.effects import KeepDraft
from tms_tui.domain.ids import SessionId
from tms_tui.engine.keep import Keep
from tms_tui.engine.record import Recorder
from tms_tui.log_file import LogFile
from tms_tui.private_files import make_own_folder
from tms_tui.server.keys import signing_key
from tms_tui.server.run import Running
from tms_tui.server.settings import ServerSettings

pytestmark = pytest.mark.usefixtures("no_mask")


@pytest.fixture
def no_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Every file and folder in and below it, and itself."""
    return {str(one.relative_to(folder)): stat.S_IMODE(one.stat().st_mode) for one in (folder, *folder.rglob("*"))}


def wrong(folder: Path) -> dict[str, str]:
    """What is open to others."""
    return {name: oct(mode) for name, mode in modes(folder).items() if mode & 0o077}


async def test_a_server_makes_its_files_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "made" / "on" / "the way"
    async with Running(ServerSettings(data=home / "data", port=0, password_cost=QUICK)):
        assert set(modes(home / "data")) == {".", "signing.key", "tms-chat.db", "tms-chat.db-wal", "tms-chat.db-shm"}
        assert wrong(tmp_path / "made") == {}


async def test_a_server_closes_the_files_that_it_finds_open(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running_server(data) as server:
        await (await server.visitor()).says("hello")
        with contextlib.closing(sqlite3.connect(data / "tms-chat.db")) as reader:  # holds the log when the server ends
            reader.execute("SELECT count(*) FROM messages").fetchone()
            await server.stop()
            for one in (data, *data.iterdir()):
                one.chmod(0o755 if one.is_dir() else 0o644)
            assert len(wrong(data)) == 5, "database, log, index, key and folder"
            await server.start()
            assert wrong(data) == {}


def test_a_signing_key_found_open_is_closed_and_kept(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "data", None)
    (tmp_path / "data" / "signing.key").chmod(0o644)
    assert signing_key(tmp_path / "data", None) == key
    assert wrong(tmp_path / "data") == {}


async def test_a_database_elsewhere_is_closed_and_its_folder_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(0o755)
    (shared / "chat.db").touch(0o644)
    async with running_server(tmp_path / "data", database=f"sqlite:///{shared / 'chat.db'}") as server:
        await (await server.visitor()).says("hello")
        assert wrong(shared) == {".": "0o755"}


@pytest.mark.parametrize("there_before", [False, True])
async def test_a_console_keeps_drafts_for_its_owner_alone(tmp_path: Path, there_before: bool) -> None:
    file = tmp_path / "state" / "tms-chat" / "one.sqlite"
    if there_before:
        file.parent.mkdir(parents=True)
        for name in ("one.sqlite", "one.lock"):
            (file.parent / name).touch(0o644)
    keep = Keep(file)
    await keep.load()
    keep.keep(KeepDraft(SessionId("one"), private=False, text="a draft"), lambda _: None)
    await keep.load()  # asked for after it: it is written by then
    assert set(modes(file.parent)) >= {"one.sqlite", "one.sqlite-wal", "one.lock"}
    assert wrong(file.parent) == {}
    keep.close()


def test_the_logs_of_before_are_closed_too(tmp_path: Path) -> None:
    for name in ("log", "log.1", "log.2"):
        (tmp_path / name).touch(0o644)
    log = LogFile(tmp_path / "log", older=2)
    log.close()
    assert wrong(tmp_path) == {}


def test_a_recording_is_closed_and_a_device_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "day").touch(0o644)
    with Recorder(tmp_path / "day"), Recorder(Path("/dev/null")):
        assert wrong(tmp_path) == {}
    assert stat.S_IMODE(Path("/dev/null").stat().st_mode) == 0o666


def test_a_config_file_is_begun_in_folders_of_its_own(tmp_path: Path) -> None:
    config_file.remember(tmp_path / "config" / "tms-chat" / "config.toml", {"server": "https://one.example"}, "")
    assert wrong(tmp_path / "config") == {}


def test_a_config_file_that_its_owner_opened_stays_open(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.touch(0o644)
    config_file.remember(file, {"server": "https://one.example"}, "")
    assert modes(tmp_path)["config.toml"] == 0o644


def test_a_folder_that_all_share_stays_shared(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    make_own_folder(shared)
    assert modes(tmp_path)["tmp"] == 0o1777


def test_what_is_no_folder_keeps_its_rights(tmp_path: Path) -> None:
    """A device, as of `--data /dev/null`, is everybody's; a pipe stands for it here."""
    os.mkfifo(tmp_path / "device")
    (tmp_path / "device").chmod(0o666)
    make_own_folder(tmp_path / "device")
    assert modes(tmp_path)["device"] == 0o666
