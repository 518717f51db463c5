"""How often the screen may be painted; asked in a fresh interpreter, for Textual settles it when imported."""

import os
import subprocess
import sys

import pytest

PROGRAM = (
    "import tms_tui.ui.widgets.transcript; from textual.screen import UPDATE_PERIOD; print(round(1 / UPDATE_PERIOD))"
)


@pytest.mark.parametrize(
    ("setting", "frames"),
    [({}, "1000"), ({"TMS_CHAT_PAINT": "stock"}, "60"), ({"TEXTUAL_FPS": "30"}, "30")],
    ids=["ours", "stock", "asked for"],
)
def test_frames_a_second(setting: dict[str, str], frames: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"TEXTUAL_FPS", "TMS_CHAT_PAINT"}}
    asked = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment | setting, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == frames
