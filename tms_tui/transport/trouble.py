"""What the system says when a connection fails: certificate or not, and in which words."""

import os
import re
import socket
from ssl import SSLCertVerificationError, SSLError

from tms_tui.domain.text import CleanText, clean_line
from tms_tui.transport.proxies import BadProxy, Proxy


def untrusted(error: BaseException) -> SSLCertVerificationError | None:
    """The refused certificate that is at the bottom of `error`, if one is."""
    return next((cause for cause in _causes(error) if isinstance(cause, SSLCertVerificationError)), None)


def words_of(error: BaseException) -> CleanText:
    """The system's own words at the bottom of `error`: short, without addresses and without what was sent."""
    return clean_line(next(filter(None, map(_system_words, reversed(_causes(error)))), ""))


def unreached_words(error: BaseException, proxy: Proxy | None) -> CleanText:
    """Why no connection came about, and through which proxy."""
    words = words_of(error)
    return clean_line(f"{words or 'no connection'}, through the proxy {proxy.name}") if proxy else words


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
    if isinstance(error, socket.gaierror | BadProxy):
        return error.strerror or str(error)
    if isinstance(error, OSError):
        return _meaning(error)
    return "the connection was closed" if isinstance(error, EOFError) else ""


def _meaning(error: OSError) -> str:
    """What the number says. asyncio folds the failures of several addresses into one text without a number."""
    folded = re.search(r"\[Errno (\d+)\]", str(error))
    number = error.errno or (int(folded[1]) if folded else 0)
    return os.strerror(number) if number else ""
