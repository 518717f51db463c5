"""What the system says when a connection fails: certificate or not, and in which words."""

import os
import re
import socket
from ssl import SSLCertVerificationError, SSLError
from typing import Final

from tms_tui.domain.errors import UNKNOWN_ISSUER, Failure, FailureKind
from tms_tui.domain.text import CleanText, clean_line
from tms_tui.transport.proxies import Proxy
from tms_tui.transport.trust import BadSetting

_ISSUER_UNKNOWN: Final = (2, 18, 19, 20, 21)
"""OpenSSL's numbers for a chain that ends at nobody who is trusted."""
_SETTING_LONGEST: Final = 400


def untrusted(error: BaseException) -> SSLCertVerificationError | None:
    """The refused certificate that is at the bottom of `error`, if one is."""
    return next((cause for cause in _causes(error) if isinstance(cause, SSLCertVerificationError)), None)


def untrusted_failure(refused: SSLCertVerificationError) -> Failure:
    """A refused certificate, and whether it is its issuer who is unknown."""
    code = UNKNOWN_ISSUER if refused.verify_code in _ISSUER_UNKNOWN else None
    return Failure(FailureKind.UNTRUSTED, code=code, words=words_of(refused))


def misconfigured(error: BaseException) -> CleanText | None:
    """What is said of the setting at the bottom of `error`, if a setting of this machine is to blame."""
    found = next((cause for cause in _causes(error) if isinstance(cause, BadSetting)), None)
    return None if found is None else clean_line(str(found), _SETTING_LONGEST)


def words_of(error: BaseException) -> CleanText:
    """The system's own words at the bottom of `error`: short, without addresses and without what was sent."""
    return clean_line(next(filter(None, map(_system_words, reversed(_causes(error)))), ""))


def unreached_words(error: BaseException, proxy: Proxy | None) -> CleanText:
    """Why no connection came about, and through which proxy."""
    words = words_of(error)
    return clean_line(f"{words or 'no connection'}, through {proxy}") if proxy else words


def _causes(error: BaseException) -> list[BaseException]:
    """`error` and what led to it, the last cause at the end."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    return chain


def _system_words(error: BaseException) -> str:
    if isinstance(error, SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, SSLError):
        return (error.reason or "").replace("_", " ").lower()
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    if isinstance(error, OSError):
        return _meaning(error)
    return "the connection was closed" if isinstance(error, EOFError) else ""


def _meaning(error: OSError) -> str:
    """What the number says. asyncio folds the failures of several addresses into one text without a number."""
    folded = re.search(r"\[Errno (\d+)\]", str(error))
    number = error.errno or (int(folded[1]) if folded else 0)
    return os.strerror(number) if number else ""
