"""Where a test's servers keep their data: SQLite in the plain run, PostgreSQL under `-m services`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A directory, and the settings that name the store."""

    data: Path
    settings: dict[str, Any] = field(default_factory=dict)
