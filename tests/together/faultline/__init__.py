"""A proxy between console and server that breaks lines and frames in known ways, and counts each time it did."""

from tests.together.faultline.proxy import Faultline, faultline

__all__ = ["Faultline", "faultline"]
