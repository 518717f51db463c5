"""The scenarios, by section of the catalogue; importing this registers them all."""

from tests.matrix.faults import auth, frames, sending, transport

__all__ = ["auth", "frames", "sending", "transport"]
