"""The threat model names budgets that exist, with the numbers they have."""

import re
from dataclasses import fields
from pathlib import Path

from tms_tui.server.settings import ServerSettings

PAGE = (Path(__file__).parents[1] / ".github" / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([a-z]+(?:_[a-z]+)+)`|`(fragments)`")
NUMBERED = re.compile(r"`([a-z_]+)` = ([\d.]+)")


def test_every_budget_it_names_is_a_setting() -> None:
    named = {one or other for one, other in NAMED.findall(PAGE)}
    assert len(named) > 25
    assert named <= {field.name for field in fields(ServerSettings)}


def test_every_number_it_gives_is_the_settings() -> None:
    settings, numbered = ServerSettings(data=Path()), NUMBERED.findall(PAGE)
    assert len(numbered) > 12
    assert {name: float(number) for name, number in numbered} == {
        name: float(getattr(settings, name)) for name, _ in numbered
    }


def test_it_says_how_to_report_which_versions_are_supported_and_fits_one_page() -> None:
    assert "Report a vulnerability" in PAGE
    assert "Only the newest release" in PAGE
    assert len(PAGE.splitlines()) < 60
