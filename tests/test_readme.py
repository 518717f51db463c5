"""The README tells the truth: its tables, its map and its pictures."""

import re

from tests.readme_parts import README, ROOT, caption, filled


def test_generated_parts_are_those_of_today() -> None:
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text, "run: python -m tests.readme_parts"


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in (ROOT / "tms_tui").rglob("*.py") if not caption(path)]
    assert silent == []


def test_links_within_the_project_lead_somewhere() -> None:
    for page in (README, ROOT / "tms_tui" / "protocol" / "README.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        assert links
        assert [link for link in links if not (page.parent / link).exists()] == []
