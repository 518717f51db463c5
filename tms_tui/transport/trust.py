"""Whose certificates are believed; and the error of a setting of this machine that cannot be used."""

import os
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Final

_OF_THE_SYSTEM: Final = "SSL_CERT_FILE"
"""The variable that names certificates to believe instead of the system's."""


class BadSetting(OSError):  # noqa: N818 - it says what is wrong: the setting
    """No connection comes about, by a fault of this machine's settings and not of the server.

    The message is a whole sentence that names the setting, or the rest of one for whoever knows its name better.
    """


@lru_cache
def trust(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities and those of `ca_file`, TLS 1.2 at least. Raises BadSetting."""
    # Reading the authorities takes 10 to 30 ms, too long for every reconnect.
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    named = os.environ.get(_OF_THE_SYSTEM)
    if named:  # a file that cannot be used is passed over in silence, and every server looks untrusted
        _add(context, Path(named), f"The environment variable {_OF_THE_SYSTEM} ")
    if ca_file is not None:
        _add(context, ca_file, "ca_file ")
    return context


def certificates_in(file: Path) -> None:
    """Raise BadSetting, the rest of a sentence without the setting's name, unless `file` holds certificates."""
    _add(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), file, "")


def _add(context: ssl.SSLContext, file: Path, named: str) -> None:
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        raise BadSetting(f"{named}is {file}, which holds no certificate in PEM form.") from None
    except OSError as error:
        raise BadSetting(f"{named}is {file}, which cannot be read: {error.strerror}.") from None
