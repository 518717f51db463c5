"""Two agents at two terminals with one conversation, and a line between that breaks."""

from pathlib import Path

from tests.terminal.at_desk import until
from tests.terminal.line import line_to
from tests.terminal.pty_driver import Terminal
from tests.terminal.staging import console, staged

WRITTEN = "it left this morning"
HELD = "Nothing was sent"
RECONNECT = "\x1b[15~"  # F5


def at_composer(terminal: Terminal) -> None:
    """With the only conversation open."""
    terminal.wait_for("Live", 20)
    terminal.wait_for("waits", 20)
    terminal.send("n")
    terminal.wait_for("Enter send", 20)


def test_what_was_written_before_the_line_broke_is_not_sent_past_a_colleagues_answer(tmp_path: Path) -> None:
    with staged(tmp_path / "server") as stage, line_to(stage.port) as line:
        stage.add_agent("Dana", "dana@example.com")
        stage.add_agent("Eva", "eva@example.com")
        nora = stage.guest("Nora")
        nora.says("hello from Nora")
        with (
            console(stage, tmp_path / "dana", url=line.url, cols=110) as dana,
            console(stage, tmp_path / "eva", email="eva@example.com", cols=110) as eva,
        ):
            at_composer(dana)
            at_composer(eva)
            dana.send(WRITTEN)
            dana.wait_for(WRITTEN)
            assert line.cut()
            dana.wait_gone("Live", 30)
            eva.send("I look after it\r")
            until(eva, lambda: "I look after it" in nora.stored(), what="the colleague's answer is stored")
            line.mend()
            dana.send(RECONNECT)
            dana.wait_for("I look after it", 60)
            dana.wait_for("Live", 60)
            dana.send("\r")
            dana.wait_for(HELD, 20)
            dana.wait_for("moved on since you wrote it", 20)
            assert nora.stored() == ["hello from Nora", "I look after it"]
            dana.send("2")
            until(dana, lambda: WRITTEN in nora.stored(), what="it is sent all the same")
            assert nora.stored() == ["hello from Nora", "I look after it", WRITTEN]
