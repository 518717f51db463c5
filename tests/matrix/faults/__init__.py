"""The scenarios, by section of the catalogue; importing this registers them all."""

from tests.matrix.faults import frames, transport

__all__ = ["frames", "transport"]
