"""The scenarios, by section of the catalogue; importing this registers them all."""

from tests.matrix.faults import auth, backend, frames, process, sending, surroundings, transport

__all__ = ["auth", "backend", "frames", "process", "sending", "surroundings", "transport"]
