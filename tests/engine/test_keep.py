"""What survives: drafts and sends on the disk, in order, for their owner's eyes alone."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.core.desk import TALK, draft
from tms_tui.domain.effects import ForgetSend, ForgetTalks, KeepDraft, KeepEffect, KeepSend
from tms_tui.domain.events import KeepEvent, KeepFailed, Restored, SendKept
from tms_tui.domain.ids import SendId, SessionId
from tms_tui.domain.text import clean_line
from tms_tui.domain.value import replace
from tms_tui.engine.keep import Keep


@asynccontextmanager
async def opened(file: Path) -> AsyncIterator[tuple[Keep, Restored]]:
    keep = Keep(file)
    try:
        loaded = await keep.load()
        assert isinstance(loaded, Restored)
        yield keep, loaded
    finally:
        keep.close()


async def kept(keep: Keep, effect: KeepEffect) -> KeepEvent:
    """What is said of an effect that is always answered."""
    answer: asyncio.Future[KeepEvent] = asyncio.get_running_loop().create_future()
    keep.keep(effect, answer.set_result)
    return await answer


def damage(file: Path) -> None:
    file.write_bytes(b"not a database, whatever it was" * 100)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "outbox.sqlite"


async def test_sends_come_back_in_the_order_of_asking_and_drafts_as_they_were(file: Path) -> None:
    drafts = [draft(f"s{number}", text=f"text {number}", seen=number) for number in (3, 1, 2)]
    async with opened(file) as (keep, before):
        assert before == Restored((), ())
        for one in drafts:
            assert await kept(keep, KeepSend(one)) == SendKept(one.send_id)
        keep.keep(KeepDraft(TALK, private=False, text="Dear"), lambda _: None)
        keep.keep(KeepDraft(TALK, private=True, text="aside"), lambda _: None)
        keep.keep(KeepDraft(TALK, private=True, text=""), lambda _: None)
        keep.keep(ForgetSend(SendId("s1")), lambda _: None)
    async with opened(file) as (_, after):
        assert after == Restored((drafts[0], drafts[2]), ((TALK, False, "Dear"),))


async def test_what_canned_responses_left_in_a_draft_comes_back_with_it_and_goes_with_it(file: Path) -> None:
    left = ("{{order.id}}", "{{ order.day }}")
    text, place = f"Order {left[0]} leaves {left[1]}", (TALK, False)
    async with opened(file) as (keep, _):
        keep.keep(KeepDraft(*place, text, left), lambda _: None)
        keep.keep(KeepDraft(TALK, private=True, text="{{own.words}}"), lambda _: None)
    async with opened(file) as (keep, after):
        assert after.unfilled == ((place, left),)
        keep.keep(KeepDraft(*place, text), lambda _: None)
    async with opened(file) as (_, after):
        assert after.drafts == ((*place, text), (TALK, True, "{{own.words}}"))
        assert after.unfilled == ()


def written_by_an_earlier_version(file: Path) -> None:
    """One draft, in a file that has no room for what was left unfilled."""
    file.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(file, isolation_level=None)) as older:
        older.execute(
            "CREATE TABLE drafts (session TEXT NOT NULL, private INTEGER NOT NULL, text TEXT NOT NULL,"
            " PRIMARY KEY (session, private))"
        )
        older.execute("INSERT INTO drafts VALUES (?, 0, 'Order {{order.id}}')", (TALK,))
    file.chmod(0o600)


async def test_a_file_of_a_version_that_did_not_know_what_was_left_is_read_and_written(file: Path) -> None:
    written_by_an_earlier_version(file)
    for _ in range(2):
        async with opened(file) as (_keep, after):
            assert (after.drafts, after.unfilled) == (((TALK, False, "Order {{order.id}}"),), ())
    async with opened(file) as (keep, _):
        keep.keep(KeepDraft(TALK, False, "Order {{order.id}}", ("{{order.id}}",)), lambda _: None)
    async with opened(file) as (_, after):
        assert after.unfilled == (((TALK, False), ("{{order.id}}",)),)


async def test_a_send_kept_again_keeps_its_place(file: Path) -> None:
    async with opened(file) as (keep, _):
        for one in (draft("s1", seen=1), draft("s2"), draft("s1", seen=9)):
            await kept(keep, KeepSend(one))
    async with opened(file) as (_, after):
        assert [(one.send_id, one.seen_up_to) for one in after.sends] == [("s1", 9), ("s2", 0)]


async def test_a_send_that_was_held_first_and_kept_later_stands_where_it_was_asked(file: Path) -> None:
    held, behind = replace(draft("s1"), asked_at=1.0), replace(draft("s2"), asked_at=2.0)
    async with opened(file) as (keep, _):
        for one in (behind, held):
            await kept(keep, KeepSend(one))
    async with opened(file) as (_, after):
        assert after.sends == (held, behind)


async def test_nobody_else_can_read_it(file: Path) -> None:
    async with opened(file) as (keep, _):
        await kept(keep, KeepSend(draft()))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert len(modes) >= 2
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_second_console_does_not_keep_what_the_first_one_keeps(file: Path) -> None:
    async with opened(file) as (keep, _):
        second = Keep(file)
        refused = await second.load()
        assert isinstance(refused, KeepFailed)
        assert "another console" in refused.words
        said = await kept(second, KeepSend(draft()))
        assert isinstance(said, SendKept)
        assert said.failure
        second.close()
        await kept(keep, KeepSend(draft("first")))
    async with opened(file) as (_, after):
        assert [one.send_id for one in after.sends] == ["first"]


async def test_a_damaged_file_is_set_aside(file: Path) -> None:
    async with opened(file) as (keep, _):
        await kept(keep, KeepSend(draft()))
    damage(file)
    async with opened(file) as (keep, after):
        assert after == Restored((), (), clean_line(str(file.with_suffix(".damaged"))))
        assert await kept(keep, KeepSend(draft())) == SendKept(SendId("s1"))
    assert file.with_suffix(".damaged").exists()


async def test_a_file_that_cannot_be_opened_now_is_left_as_it_is(file: Path) -> None:
    async with opened(file) as (keep, _):
        await kept(keep, KeepSend(draft()))
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        refused = Keep(file)
        assert isinstance(await refused.load(), KeepFailed)
        refused.close()
        other.execute("ROLLBACK")
    other.close()
    async with opened(file) as (_, after):
        assert [one.send_id for one in after.sends] == ["s1"]


async def test_what_cannot_be_written_is_said(file: Path) -> None:
    keep = Keep(file)
    said = await kept(keep, KeepDraft(TALK, private=False, text="Dear"))
    assert isinstance(said, KeepFailed)
    keep.close()


OTHER = SessionId("other")


def bytes_on_disk(file: Path) -> bytes:
    """Everything in the folder: the file, its log and whatever else there is."""
    return b"".join(path.read_bytes() for path in sorted(file.parent.iterdir()))


async def test_nothing_of_an_erased_conversation_stays_on_the_disk_while_the_console_runs(file: Path) -> None:
    long = "a long secret " * 1000
    async with opened(file) as (keep, _):
        for number, text in enumerate(["sent secret", long, "queued secret"]):
            await kept(keep, KeepSend(draft(f"s{number}", text=text)))
        keep.keep(ForgetSend(SendId("s0")), lambda _: None)
        for text in ("draft secret", "Dear secret", long):
            keep.keep(KeepDraft(TALK, private=False, text=text), lambda _: None)
        keep.keep(KeepDraft(OTHER, private=False, text="a word to keep"), lambda _: None)
        await kept(keep, KeepSend(draft("other", session=OTHER, text="a reply to keep")))
        assert b"draft secret" in bytes_on_disk(file)
        keep.keep(ForgetTalks((TALK,)), lambda _: None)
        await kept(keep, KeepSend(draft("later", session=OTHER, text="a later reply")))
        assert b"secret" not in bytes_on_disk(file)
    async with opened(file) as (_, after):
        assert [one.send_id for one in after.sends] == ["other", "later"]
        assert after.drafts == ((OTHER, False, "a word to keep"),)
    assert b"secret" not in bytes_on_disk(file)


async def test_what_an_older_console_deleted_in_its_file_leaves_it_too(file: Path) -> None:
    """Earlier versions left deleted text in the file's free pages."""
    async with opened(file):
        pass
    with sqlite3.connect(file, isolation_level=None) as before:
        before.execute("PRAGMA secure_delete=OFF")
        for number in range(50):
            before.execute(
                "INSERT INTO drafts (session, private, text) VALUES (?, 0, ?)", (f"talk {number}", "secret " * 500)
            )
        before.execute("DELETE FROM drafts")
    before.close()
    assert b"secret" in bytes_on_disk(file)
    async with opened(file) as (keep, _):
        keep.keep(ForgetTalks((TALK,)), lambda _: None)
        await kept(keep, KeepSend(draft()))
        assert b"secret" not in bytes_on_disk(file)
