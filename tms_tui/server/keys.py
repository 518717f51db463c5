"""The signing key: read from a file or made once, and the same for all servers of one database."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tms_tui.private_files import close_to_others, make_own_folder, open_private
from tms_tui.server.settings import ServerSettings
from tms_tui.server.store import installation

MINIMUM_BYTES: Final = 32


class WeakKeyError(Exception):
    """The signing key is too short to start with."""


class StrangeKeyError(Exception):
    """The other servers of this database sign with another key."""

    def __init__(self) -> None:
        super().__init__(
            "The signing key of this server is not the one that the servers of this database sign with: "
            "each would turn away whom another let in. Give all of them the same --signing-key. To change it, "
            "name the old one with --previous-signing-key; when that one is lost or stolen, "
            "run `tms-chat server forget-signing-key`, and everybody signs in anew."
        )


async def agree(connection: AsyncConnection, keys: Sequence[bytes]) -> None:
    """Raises StrangeKeyError unless this server accepts what the others of this database sign."""
    own = [fingerprint(key) for key in keys]
    standing = await installation.signing_key(connection, own[0])
    if standing not in own:
        raise StrangeKeyError
    if standing != own[0]:
        await installation.replace_signing_key(connection, own[0])


def fingerprint(key: bytes) -> str:
    """Tells keys apart without telling anything of them: a key is 32 random bytes, nobody tries them all."""
    return hashlib.blake2b(key, digest_size=16, person=b"tms-chat key").hexdigest()


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
    make_own_folder(path.parent)
    close_to_others(path)
    # Two servers starting on one directory: the first one's key stands.
    with contextlib.suppress(FileExistsError), os.fdopen(open_private(path, os.O_WRONLY | os.O_EXCL), "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path
