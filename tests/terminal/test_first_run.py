"""Nothing is configured: the program asks, checks what is typed, remembers it, or shows the demo."""

from pathlib import Path

from tests.server.running import PASSWORD
from tests.terminal.pty_driver import Terminal, clean_environment
from tests.terminal.staging import PROGRAM, staged


def test_server_and_e_mail_are_asked_for_once_and_remembered(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with staged(tmp_path / "server") as stage:
        stage.add_agent("Dana", "dana@example.com")
        with Terminal(PROGRAM, env=clean_environment(home)) as terminal:
            terminal.wait_for("Server (https://...)")
            terminal.wait_for("Try the demo")
            terminal.send("http://chat.example.com")
            terminal.wait_for("is not encrypted")
            terminal.send("\x15")  # Ctrl+U clears the field
            terminal.wait_gone("is not encrypted")
            terminal.send(stage.url)
            terminal.wait_for("but stays on this")
            for typed, shown in (("dana@example.com", "dana@example.com"), (PASSWORD, "•" * len(PASSWORD))):
                terminal.send("\t")
                terminal.send(typed)
                terminal.wait_for(shown)
            terminal.send("\r")
            terminal.wait_for("are remembered in")
            terminal.wait_for("Live")
            terminal.send("\x11")
            assert terminal.wait_exit() == 0
        kept = (home / ".config/tms-chat/config.toml").read_text()
        assert f'server = "{stage.url}"\nemail = "dana@example.com"\n' in kept
        assert PASSWORD not in kept
        with Terminal(PROGRAM, env=clean_environment(home)) as terminal:
            terminal.wait_for("dana@example.com")
            assert terminal.screen.find("Try the demo") is None
            terminal.send(PASSWORD)
            terminal.wait_for("•" * len(PASSWORD))
            terminal.send("\r")
            terminal.wait_for("Live")
            assert terminal.screen.find("are remembered in") is None
            terminal.send("\x11")
            assert terminal.wait_exit() == 0


def test_the_demo_is_a_key_away(tmp_path: Path) -> None:
    with Terminal(PROGRAM, env=clean_environment(tmp_path, TMS_CHAT_ASCII="1")) as terminal:
        terminal.wait_for("Try the demo")
        terminal.send("\x1b[Z\r")  # Shift+Tab
        terminal.wait_for("All 8")
        terminal.wait_for("waits")
        assert "╭" not in terminal.screen.text()  # the settings are the same
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.screen.modes == {7, 25}
    assert not (tmp_path / ".config/tms-chat/config.toml").exists()
