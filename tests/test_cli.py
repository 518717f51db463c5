"""The command line in real processes: words, exit codes, and where secrets are not."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.doors.rows import every_command
from tests.terminal.pty_driver import Terminal, clean_environment
from tms_tui import cli, first_frame, narrow_help
from tms_tui.command_table import COMMANDS

TMS_CHAT = (sys.executable, "-m", "tms_tui")
ALTERNATE, MAIN = b"\x1b[?1049h", b"\x1b[?1049l"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return clean_environment(tmp_path, PYTHONPATH=str(ROOT))


def run(
    *arguments: str, env: Mapping[str, str], given: str = "", folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TMS_CHAT, *arguments],
        input=given,
        capture_output=True,
        text=True,
        env=env,
        cwd=folder,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_takes_no_secret(env: dict[str, str]) -> None:
    process = run("--help", env=env)
    assert process.returncode == 0
    for word in ("demo", "plain", "config", "follow", "serve", "server", "--password-stdin", "--theme"):
        assert word in process.stdout
    assert "--password " not in process.stdout
    assert "--token" not in process.stdout


@pytest.mark.parametrize("arguments", [("serve", "--help"), ("server", "--help"), ("server", "add-agent", "--help")])
def test_commands_of_the_server_are_forwarded(env: dict[str, str], arguments: tuple[str, ...]) -> None:
    process = run(*arguments, env=env)
    assert process.returncode == 0
    assert process.stdout.startswith(f"Usage: tms-chat {' '.join(arguments[:-1])}")


def test_without_the_server_extra_one_sentence_says_what_to_install(env: dict[str, str], tmp_path: Path) -> None:
    # A package that is not there: a file of its name that raises as the import system would.
    for name in ("sqlalchemy", "starlette", "uvicorn", "argon2", "jwt"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')")
    env["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    process = run("serve", "--data", "data", env=env, folder=tmp_path)
    assert process.returncode == 1
    assert "uv tool install 'tms-tui[server]'" in process.stderr
    assert "Traceback" not in process.stderr


def test_an_unknown_option_is_exit_2(env: dict[str, str]) -> None:
    process = run("--bogus", env=env)
    assert process.returncode == 2
    assert "No such option" in process.stderr


def test_a_bad_config_file_is_said_and_nothing_goes_on(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / ".config" / "tms-chat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('theme = "pink"\n')
    process = run("plain", env=env)
    assert process.returncode == 2
    assert f"{file}, line 1: theme is 'pink'" in process.stderr
    assert process.stdout == ""
    assert file.read_text() == 'theme = "pink"\n'


def test_a_config_file_that_was_named_must_exist(env: dict[str, str], tmp_path: Path) -> None:
    process = run("--config", str(tmp_path / "none.toml"), env=env)
    assert process.returncode == 2
    assert "does not exist" in process.stderr


@pytest.mark.parametrize(
    ("arguments", "more", "because"),
    [
        (("plain",), {}, "plain was asked for"),
        (("--plain",), {}, "plain was asked for"),
        ((), {}, "standard input is not a terminal"),
        ((), {"ACCESSIBLE": "1"}, "ACCESSIBLE is set"),
        ((), {"TERM": "dumb"}, "this terminal is called dumb"),
    ],
)
def test_the_line_face_says_first_what_it_is_and_what_chose_it(
    env: dict[str, str], arguments: tuple[str, ...], more: dict[str, str], because: str
) -> None:
    process = run(*arguments, env=env | more)
    assert process.stdout.startswith("tms-chat, line face")
    assert because in process.stdout.splitlines()[0]
    assert "--server and --email must be given" in process.stdout
    assert process.returncode == 2


def test_the_password_is_asked_of_no_one_who_cannot_answer(env: dict[str, str]) -> None:
    process = run("plain", "--server", "http://127.0.0.1:9", "--email", "ana@example.com", env=env)
    assert "--password-stdin" in process.stdout
    assert process.returncode == 2


def test_a_server_that_is_down_is_one_sentence(env: dict[str, str]) -> None:
    arguments = ("plain", "--server", "http://127.0.0.1:9", "--email", "ana@example.com", "--password-stdin")
    process = run(*arguments, env=env, given="canary-5519\n")
    assert process.returncode == 1
    assert "Not signed in: the server cannot be reached (Connection refused)." in process.stdout
    assert "canary-5519" not in process.stdout + process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize("server", ["http://chat.example.com", "https://a@b.example.com", "gopher://x"])
def test_a_bad_address_is_explained(env: dict[str, str], server: str) -> None:
    arguments = ("plain", "--server", server, "--email", "ana@example.com", "--password-stdin")
    process = run(*arguments, env=env, given="pw\n")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith("--server: ")
    assert "ype " in process.stderr


def test_a_setting_is_named_as_it_was_given(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / ".config" / "tms-chat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'ca_file = "{tmp_path}/none.pem"\n')
    unread = f"is {tmp_path}/none.pem, which cannot be read: No such file or directory.\n"
    for given, more, name in (
        ((), {}, f"{file}, line 1: ca_file"),
        ((), {"TMS_CHAT_CA_FILE": f"{tmp_path}/none.pem"}, "The environment variable TMS_CHAT_CA_FILE"),
        (("--ca-file", f"{tmp_path}/none.pem"), {}, "--ca-file"),
    ):
        process = run("ls", *given, env=env | more)
        assert (process.returncode, process.stderr) == (2, f"{name} {unread}")
    file.write_text('server = "gopher://x"\n')
    for more, name in (
        ({}, f"{file}, line 1: server"),
        ({"TMS_CHAT_SERVER": "ws://x"}, "The environment variable TMS"),
    ):
        process = run("ls", env=env | more)
        assert process.returncode == 2
        assert process.stderr.startswith(name)


def test_a_log_that_cannot_be_written_is_said(env: dict[str, str], tmp_path: Path) -> None:
    process = run("plain", "--log", str(tmp_path), env=env)
    assert process.returncode == 2
    assert "cannot be written: Is a directory" in process.stderr


def test_a_usage_error_leaves_the_first_frame_before_it_speaks(env: dict[str, str]) -> None:
    with Terminal([*TMS_CHAT, "--bogus"], env=env) as terminal:
        assert terminal.wait_exit() == 2
        output = terminal.output
    assert output.index(ALTERNATE) < output.index(b"tms-chat  starting") < output.index(MAIN)
    assert output.index(MAIN) < output.index(b"No such option")
    assert output.count(ALTERNATE) == output.count(MAIN) == 1


def test_the_first_frame_stands_before_anything_slow_is_loaded(env: dict[str, str]) -> None:
    with Terminal(TMS_CHAT, env=env) as terminal:
        first = terminal.wait_for("tms-chat  starting")
        ready = terminal.wait_for("Password")
        assert first < ready
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
    assert terminal.output.rstrip().rindex(MAIN) > terminal.output.rindex(ALTERNATE)


def test_help_on_a_terminal_draws_no_first_frame(env: dict[str, str]) -> None:
    with Terminal([*TMS_CHAT, "--help"], env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert b"\x1b" not in terminal.output


def test_config_tells_each_value_and_where_it_came_from(env: dict[str, str], tmp_path: Path) -> None:
    begun = run("config", "init", env=env)
    file = tmp_path / ".config" / "tms-chat" / "config.toml"
    assert begun.returncode == 0
    assert str(file) in begun.stdout
    assert run("config", "path", env=env).stdout == f"{file}\n"
    file.write_text(f'theme = "light"\n{file.read_text()}')
    shown = run("--no-bell", "config", "show", "--ascii", env=env | {"TMS_CHAT_EMAIL": "ana@example.com"})
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert f'theme = "light"  # {file}, line 1' in lines
    assert 'email = "ana@example.com"  # the environment variable TMS_CHAT_EMAIL' in lines
    assert "ascii = true  # the flag --ascii" in lines
    assert "attention.bell = false  # the flag --no-bell" in lines
    assert "single_keys = true  # default" in lines


def test_a_second_config_init_changes_nothing(env: dict[str, str]) -> None:
    assert run("config", "init", env=env).returncode == 0
    again = run("config", "init", env=env)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_one_list_of_commands_is_read_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_frame, "no_desk_because", lambda *_, **__: None)
    listed = cli.tms_chat.list_commands(click.Context(cli.tms_chat))
    assert set(listed) == set(COMMANDS)
    assert {name for name in listed if first_frame.wanted([name])} == {"demo"}
    assert first_frame.wanted(["--server", "https://chat.example.com"])
    readme = (ROOT / "README.md").read_text()
    assert [name for name in listed if not re.search(rf"tms-chat {name}\b|`{name} ", readme)] == []


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"demo", "serve", "keys"}))
def test_a_command_keeps_what_it_says_at_a_terminal(env: dict[str, str], name: str) -> None:
    with Terminal([*TMS_CHAT, name], env=env) as terminal:
        terminal.send("\n")  # whoever is asked for an address leaves
        assert terminal.wait_exit() in {0, 2}
        assert ALTERNATE not in terminal.output
        assert terminal.screen.text().strip()


def test_config_on_a_terminal_draws_no_first_frame(env: dict[str, str]) -> None:
    with Terminal([*TMS_CHAT, "config", "show"], env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert b"\x1b" not in terminal.output


def test_config_forget_says_whose_password_and_what_came_of_it(env: dict[str, str]) -> None:
    whose = ("--server", "https://chat.example.com", "--email", "ana@example.com")
    forgotten = run("config", "forget", *whose, env=env | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
    assert forgotten.stdout == "The password of ana@example.com could not be removed: this machine has no keyring.\n"
    nobody = run("config", "forget", env=env)
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "--server and --email" in nobody.stderr


@pytest.mark.parametrize("command", ["", *sorted({*every_command(), *COMMANDS})])
def test_the_help_fits_a_narrow_terminal(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    narrow_help.use()
    shown = CliRunner().invoke(cli.tms_chat, [*command.split(), "--help"])
    assert shown.output.startswith("Usage: ")
    room = max(40, len(f"Usage: tms-chat {command} "))  # a name is not cut
    assert [line for line in shown.output.splitlines() if len(line) > room] == []
