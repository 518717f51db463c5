"""The signing key: read from a file, or made once in the data directory for its owner's eyes only."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from tms_tui.server.settings import ServerSettings

MINIMUM_BYTES: Final = 32


class WeakKeyError(Exception):
    """The signing key is too short to start with."""


def signing_keys(settings: ServerSettings) -> list[bytes]:
    """The key to sign with, then the one it replaced when one is still named; raises as `signing_key` does."""
    keys = [signing_key(settings.data, settings.signing_key)]
    if settings.previous_signing_key is not None:
        keys.append(signing_key(settings.data, settings.previous_signing_key))
    return keys


def signing_key(data: Path, file: Path | None) -> bytes:
    """The key's bytes; raises WeakKeyError under 32 bytes, OSError when the file cannot be read."""
    path = file or _generated(data / "signing.key")
    key = path.read_bytes()
    if len(key) < MINIMUM_BYTES or len(set(key)) < 8:
        words = f"The signing key in {path} is too weak: it needs at least {MINIMUM_BYTES} random bytes."
        raise WeakKeyError(words)
    return key


def _generated(path: Path) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Two servers starting on one directory: the first one's key stands.
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
    return path
