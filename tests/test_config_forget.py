"""`tms-chat config forget` as a process, over keyrings that do and do not do what they are asked."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plain.piped import ROOT
from tests.terminal.pty_driver import clean_environment
from tms_tui.domain.text import clean_line

_KEYRING = """
import threading
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

class Keyring(KeyringBackend):
    priority = 1
    kept = "canary-password"

    def get_password(self, service, username):
        {get}
        return self.kept

    def set_password(self, service, username, password):
        raise ZeroDivisionError

    def delete_password(self, service, username):
        {delete}
        Keyring.kept = None

Keyring.__module__ = "{module}"
"""
_SYSTEMS = "keyring.backends.SecretService"
_WHOSE = ("--server", "https://chat.example.com", "--email", "ana@example.com")


def forget(place: Path, *, get: str = "", delete: str = "", module: str = _SYSTEMS) -> subprocess.CompletedProcess[str]:
    """Run it where the system's keyring does this first when it is asked for a password, or to delete one."""
    text = _KEYRING.format(get=get or "pass", delete=delete or "pass", module=module)
    (place / "ring_under_test.py").write_text(text)
    env = clean_environment(place, PYTHONPATH=f"{ROOT}:{place}", PYTHON_KEYRING_BACKEND="ring_under_test.Keyring")
    command = [sys.executable, "-m", "tms_tui", "config", "forget", *_WHOSE]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("get", "delete", "module", "why"),
    [
        (
            "raise KeyringLocked('canary')",
            "",
            _SYSTEMS,
            "the keyring is locked (KeyringLocked). Unlock it and run `tms-chat config forget`.",
        ),
        (
            "",
            "raise PasswordDeleteError('canary')",
            _SYSTEMS,
            (
                "the keyring failed (PasswordDeleteError). "
                "Remove it with the keyring's own program, or run `tms-chat config forget` once that works."
            ),
        ),
        (
            "threading.Event().wait()",
            "",
            _SYSTEMS,
            "the keyring does not answer. See whether it waits for you, and run `tms-chat config forget`.",
        ),
        (
            "",
            "",
            "ring_under_test",
            (
                "the keyring set up here does not keep secrets safe (ring_under_test.Keyring). "
                "If it holds the password, remove it there."
            ),
        ),
    ],
    ids=["locked", "broken", "silent", "not trusted"],
)
def test_a_password_that_stays_in_the_keyring_is_no_success(
    tmp_path: Path, get: str, delete: str, module: str, why: str
) -> None:
    ended = forget(tmp_path, get=get, delete=delete, module=module)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert clean_line(ended.stderr) == f"The password of ana@example.com could not be removed: {why}"
    assert "canary" not in ended.stderr


def test_a_password_that_is_removed_is_reported(tmp_path: Path) -> None:
    ended = forget(tmp_path)
    said = "The password of ana@example.com is no longer in this computer's keyring.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, said, "")
