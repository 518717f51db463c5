"""What is depended upon: each from a tested lowest version up to a highest, and the server's image by its locks."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT: Final = Path(__file__).parents[1]
DEPLOY: Final = PROJECT / "tms_tui/server/deploy"
DECLARED: Final[dict[str, Any]] = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
_EXTRAS: Final = DECLARED["project"]["optional-dependencies"]
_PINNED: Final = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.!+-]+)(?: ; (?P<when>.+))? \\$")


def requirements(*lists: list[str]) -> list[Requirement]:
    return [Requirement(one) for each in lists for one in each]


RUN: Final = requirements(DECLARED["project"]["dependencies"], _EXTRAS["server"])
BUILD: Final = requirements(DECLARED["build-system"]["requires"])
LOCKS: Final = {"requirements.lock": RUN, "build.lock": BUILD}
each_lock: Final = pytest.mark.parametrize("lock", LOCKS)


def pinned(lock: str) -> dict[str, Version]:
    """The versions that a lock names."""
    lines = (DEPLOY / lock).read_text(encoding="utf-8").splitlines()
    found = filter(None, map(_PINNED.match, lines))
    return {canonicalize_name(one["name"]): Version(one["version"]) for one in found}


@pytest.mark.parametrize("one", [*RUN, *requirements(_EXTRAS["dev"])], ids=lambda one: one.name)
def test_every_dependency_has_a_lowest_and_a_highest_version(one: Requirement) -> None:
    operators = {each.operator for each in one.specifier}
    assert operators in ({">=", "<"}, {"=="}), f"{one}: from where on was it tested, and how far?"


@each_lock
def test_a_lock_names_a_version_within_the_bounds_for_all_that_is_required(lock: str) -> None:
    versions = pinned(lock)
    for one in LOCKS[lock]:
        assert versions[canonicalize_name(one.name)] in one.specifier, f"{one}: renew {lock}, its top says how"


@each_lock
def test_a_lock_lets_nothing_through_without_a_hash_and_names_no_place(lock: str) -> None:
    text = (DEPLOY / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert len(entries) == len(pinned(lock))
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry.splitlines()[0]
    assert "://" not in text
    assert "--index" not in text


@each_lock
def test_a_lock_says_by_which_command_it_was_made(lock: str) -> None:
    head = (DEPLOY / lock).read_text(encoding="utf-8").splitlines()[1]
    assert head.startswith("#    uv pip compile --universal --generate-hashes --python-version 3.11 ")
    assert f"--output-file tms_tui/server/deploy/{lock}" in head


def test_the_image_installs_what_the_locks_name_and_nothing_else() -> None:
    commands = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    installs = [part for line in commands if line.startswith("RUN") for part in line.split("&&") if "pip" in part]
    installs = [part for part in installs if re.search(r"\bpip (install|wheel)\b", part)]
    assert len(installs) == 4
    for part in installs:
        assert "--require-hashes" in part or {"--no-deps", "--no-index"} <= set(part.split()), part
    for lock in LOCKS:
        assert any(f"--require-hashes -r /locks/{lock}" in part for part in installs)


def test_what_builds_the_image_is_what_builds_the_project() -> None:
    assert DECLARED["dependency-groups"]["build"] == DECLARED["build-system"]["requires"]
