"""The one folding by which texts are compared, at the server and in every face: case and composition do not matter."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator


def folded(text: str) -> str:
    """What all spellings of a text have in common, composed (NFC): "STRASSE" and "Straße", "é" as one sign or two."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def holds(text: str, words: str) -> bool:
    """Whether `words` stand in a text, however both are spelt; blanks around them count for nothing."""
    return folded(words.strip()) in folded(text)


def rest_after(text: str, beginning: str) -> str | None:
    """What follows `beginning` in a text that begins so, however both are spelt; None for one that does not."""
    wanted, had, length = folded(beginning), "", 0
    for sign in _signs(text):
        if len(had) >= len(wanted):
            break
        had += folded(sign)
        length += len(sign)
    return text[length:] if had == wanted else None


def places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Where `words` stand in a text, from and to, as whole signs, one place after the other."""
    wanted = folded(words.strip())
    spelt, length = "", 0
    starts: list[int] = []
    ends: list[int] = []
    for sign in _signs(text):
        one = folded(sign)
        spelt += one
        starts += [length] * len(one)
        length += len(sign)
        ends += [length] * len(one)
    at = spelt.find(wanted) if wanted else -1
    while at >= 0:
        last = at + len(wanted) - 1
        yield starts[at], ends[last]
        at = spelt.find(wanted, bisect_left(starts, ends[last]))


def _signs(text: str) -> Iterator[str]:
    """A text in pieces that compose with nothing beside them."""
    sign = ""
    for each in text:
        if sign and not _compose(sign, each):
            yield sign
            sign = ""
        sign += each
    if sign:
        yield sign


def _compose(sign: str, each: str) -> bool:
    """Whether a sign and what follows it may become another one: a mark, a part of a Korean syllable."""
    if each.isascii():
        return False
    alone = unicodedata.normalize("NFC", sign[-3:])
    return unicodedata.combining(each) > 0 or len(unicodedata.normalize("NFC", alone + each)) <= len(alone)
