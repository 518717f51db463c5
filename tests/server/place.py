"""Where a test's servers keep their data and meet: within one process, or at PostgreSQL and Redis."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A directory, and the settings that name the store and the bus."""

    data: Path
    settings: dict[str, Any] = field(default_factory=dict)
