"""Finds an entry again after a transcript changed: by number or id, never by looking at all of it."""

import sys
from bisect import bisect_left
from collections.abc import Sequence

from tms_tui.domain.entries import Entry, GapMark, PendingSend
from tms_tui.domain.ids import SendId
from tms_tui.domain.model import Message

_SETTLED_WITHIN = 200
"""A send that was confirmed stands at most this far from the end."""


def find(entries: Sequence[Entry], mark: Entry, hint: int = 0) -> int:
    """Return where `mark` stands now (`hint`: where it stood), or the nearest place when it is gone.

    A pending send that was stored meanwhile is found as the message it became. `entries` must not be empty.
    """
    if hint < len(entries) and entries[hint] is mark:
        return hint
    if isinstance(mark, PendingSend):
        return _find_send(entries, mark.draft.send_id)
    index = bisect_left(entries, _order(mark), key=_order)
    return min(index, len(entries) - 1)


def _find_send(entries: Sequence[Entry], send_id: SendId) -> int:
    end = len(entries) - 1
    for index in range(end, max(-1, end - _SETTLED_WITHIN), -1):
        entry = entries[index]
        if isinstance(entry, PendingSend) and entry.draft.send_id == send_id:
            return index
        if isinstance(entry, Message) and entry.send_id == send_id:
            return index
    return end


def _order(entry: Entry) -> tuple[int, int, str]:
    match entry:
        case GapMark():
            return (entry.after_seq, 1, "")
        case Message():
            return (entry.seq, 0, entry.id)
        case PendingSend():
            return (sys.maxsize, 0, "")
