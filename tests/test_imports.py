"""What a fresh interpreter has loaded: the static contracts cannot see a deferred import."""

import subprocess
import sys

import pytest

REPORT = "import sys; print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"


def loaded_by(code: str) -> set[str]:
    """The top-level packages in a fresh interpreter after `code`."""
    process = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"], capture_output=True, text=True, check=True, timeout=60
    )
    return set(process.stdout.splitlines()[-1].split())


HELP = "from tms_tui.cli import run; run(['--help'])"


def test_the_report_itself_sees_what_is_loaded() -> None:
    assert "textual" in loaded_by("import textual")


def test_help_loads_nothing_slow() -> None:
    loaded = loaded_by(HELP)
    assert "click" in loaded
    assert not loaded & {
        "textual",
        "rich",
        "httpx",
        "keyring",
        "websockets",
        "msgspec",
        "asyncio",
        "ssl",
        "platformdirs",
    }


def test_the_first_frame_is_drawn_by_the_bare_interpreter() -> None:
    loaded = loaded_by("import tms_tui.first_frame")
    assert not loaded & {"click", "textual", "asyncio", "dataclasses", "typing", "re", "ctypes"}


@pytest.mark.parametrize(
    "code",
    [
        "import tms_tui.plain.talk, tms_tui.assembly, tms_tui.start, tms_tui.keeping",
        "import tms_tui.verb_commands, tms_tui.config_commands, tms_tui.start_lines, tms_tui.plain.following",
        "import tms_tui.engine.engine, tms_tui.engine.record",
        "import tms_tui.server.app, tms_tui.server.run, tms_tui.server.admin, tms_tui.server.commands",
        "import tms_tui.server.demo",
        "import tms_tui.wording, tms_tui.settings",
    ],
)
def test_only_the_desk_loads_textual(code: str) -> None:
    assert not loaded_by(code) & {"textual", "rich"}


def test_the_line_face_meets_the_network_only_when_it_signs_in() -> None:
    loaded = loaded_by("import tms_tui.plain.talk, tms_tui.assembly, tms_tui.start, tms_tui.keeping")
    assert not loaded & {"httpx", "keyring", "websockets", "uvicorn", "starlette", "sqlalchemy"}


def test_the_desk_is_imported_without_the_network() -> None:
    assert not loaded_by("import tms_tui.ui.app, tms_tui.start") & {"httpx", "keyring", "websockets"}


def test_the_network_comes_without_a_command_line_of_its_own() -> None:
    loaded = loaded_by("import tms_tui.assembly; tms_tui.assembly._import_slow_parts()")
    assert {"httpx", "websockets"} <= loaded
    assert not loaded & {"click", "rich", "pygments"}
