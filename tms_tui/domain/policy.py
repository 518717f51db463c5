"""Every limit and timing in one place. Durations are seconds."""

from typing import Final

BACKOFF_CAPS: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Upper bounds of the wait before the 1st, 2nd, ... attempt; the last one goes on for ever."""
BACKOFF_FLOOR: Final = 0.2
"""Lower bound of every wait; the wait is drawn between floor and cap (full jitter), so that consoles spread."""
BACKOFF_AFTER_PROTOCOL_ERROR: Final = 3
"""Index of the cap to begin with when one side broke the protocol."""
GOING_AWAY_WITHIN: Final = 2.0
"""A server that restarts is tried again within this, at random."""
OVERLOADED_FOR: Final = 15.0
"""Shortest wait after "try again later" without a Retry-After."""
RATE_LIMITED_FOR: Final = 30.0
"""Wait after a 429 without a Retry-After."""
HOLD_WORTH_A_WORD: Final = 5.0
"""A rest that the server asks for is announced when it is at least this long."""
RETRY_AFTER_LONGEST: Final = 900.0
"""A Retry-After above this is cut to it."""
RETRY_AFTER_SHORTEST: Final = 1.0
"""A Retry-After below this is raised to it."""
RECONNECT_ASKED_EVERY: Final = 2.0
"""How often the agent's own "reconnect now" is obeyed."""

WELCOME_WITHIN: Final = 10.0
"""A socket that is open but says nothing for this long is given up."""
SHORT_GAP: Final = 5.0
"""A break shorter than this that cost nothing leaves no mark in the transcript."""
STABLE_AFTER: Final = 10.0
"""A line that lived this long and answered a ping resets the back-off."""
PING_EVERY: Final = 15.0
PONG_WITHIN: Final = 10.0
CLOSE_WITHIN: Final = 1.5
"""With the two above: a dead line is known to be dead within 27 s, and its own close is part of that."""
FLAPS: Final = 3
"""This many short-lived connections in a row within FLAPPING_WITHIN open the circuit."""
FLAPPING_WITHIN: Final = 10.0
CIRCUIT_OPEN_FOR: Final = 60.0
TRIES_UNTIL_OFFLINE: Final = 5
"""After this many failed attempts the badge says Offline rather than Connecting."""
SAME_TRIES: Final = 3
"""After this many bad certificates in a row the console stops, after answers no chat server gives it tries rarely."""
CLOSINGS: Final = 3
"""This many lines closed without a reason within CLOSINGS_WITHIN open the circuit."""
CLOSINGS_WITHIN: Final = 60.0
CLOCK_GAP: Final = 5.0
"""A tick that comes this late means that the machine slept."""

POLL_FIRST: Final = 3.0
POLL_GROWTH: Final = 1.5
POLL_SLOWEST: Final = 15.0
POLL_PATIENCE: Final = 20
"""This many reads in a row may bring nothing before the pace grows."""
POLL_LIVE: Final = 20.0
"""How often the log is read while the socket is up, to notice what it should have brought."""
POLL_FAILED_SLOWEST: Final = 30.0
DEAF_AFTER: Final = 3.0
"""An event that the log held and the socket has not brought this long after shows a deaf socket."""
SESSIONS_PAGE: Final = 200
MESSAGES_PAGE: Final = 50
LOG_PAGE: Final = 200

REQUEST_WITHIN: Final = 30.0
CONNECT_WITHIN: Final = 10.0
RENEW_BEFORE_END: Final = 60.0
RENEW_BEFORE_SHARE: Final = 0.1
"""A token is renewed at its end less the larger of RENEW_BEFORE_END and this share of its life."""
RENEW_WITHIN: Final = (3.0, 3.0, REQUEST_WITHIN)
"""How long the 1st, 2nd and later tries of a renewal wait: the first three are made while the server knows it again."""
RENEW_REPEATS: Final = 2
"""So many times a renewal whose answer was lost is repeated at once ..."""
RENEW_REPEATED_AFTER: Final = 0.3
"""... after this."""
RENEW_AGAIN_AFTER: Final = 10.0
"""A renewal that did not reach the server is tried again after this."""
RENEW_SOONEST: Final = 4.0
"""A token that lives shorter than this is renewed this long after the one before it came: 15 a minute at most."""

# What a server can make the console do or keep.

READS_AT_ONCE: Final = 200
"""So many reads that the server's own answers lead to are made one after the other without a pause."""
READ_EVERY: Final = 1.0
"""The next of them is made this long after the one before; so long without any gives one of the above back."""
READS_WAITING: Final = 1000
"""So many single conversations wait at most to be read at that pace; more are not asked for."""
SESSIONS_HELD: Final = 10_000
"""Conversations in the list; of more, ended and then quiet ones are left out."""
SESSIONS_LEFT_OUT: Final = 1000
"""So many above it are left out together."""
AGENTS_HELD: Final = 5000
CANNED_HELD: Final = 5000
TYPISTS_HELD: Final = 20
"""People who are shown typing in one conversation."""
TYPED_IN: Final = 1000
"""Conversations in which somebody is shown typing."""
UNOPENED_HELD: Final = 200
"""Messages kept of a conversation that the agent never opened; once opened, it is read back from there."""
UNOPENED_TALKS: Final = 1000
"""Conversations never opened of which messages are kept at all, those of the latest messages."""
LEFT_HELD: Final = 2000
"""Messages kept of a conversation that the agent opened and left, when more come."""
OPENED_HELD: Final = 200_000
"""Messages kept of the conversation that the agent looks at: nothing older is read, and when more come, ..."""
OPENED_DROPPED: Final = 20_000
"""... so many of the oldest are dropped together."""
UNMATCHED_HELD: Final = 10_000
"""Events brought by the socket that are remembered until the log is read to its end."""
TOKEN_LONGEST: Final = 16 * 1024
"""Characters of a token: it travels with every request."""

KEYS_DROPPED_FOR: Final = 1.0
"""So long after a command that found nothing to write in, what is typed was meant as text, and is dropped ..."""
KEYS_DROPPED_ON: Final = 0.3
"""... and so long after each key of that, while it is typed on."""
NOTICE_SHOWN_FOR: Final = 4.0
"""So long something passing is said where a warning stands."""
MESSAGE_LONGEST: Final = 8000
"""Characters in one message."""
FRAME_LARGEST: Final = 4 * 1024 * 1024
"""Bytes in one frame that the console takes."""
SEND_RETRY: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
GIVE_UP_SENDING_AFTER: Final = 300.0
"""A send is given up this long after it first failed at the server; how long it waited for the line does not count."""
GIVE_UP_SENDING_TRIES: Final = 6
"""And not before so many tries failed there: between two of them may lie an outage."""

CLOCK_COARSE: Final = 2.0
"""An HTTP date is to the second, and late by an answer's way: less than this it corrects nothing."""
CLOCKS_APART: Final = 60.0
"""How far the server's clock may be before this one."""
PASTE_ASKS_FROM: Final = 10
"""So many lines are pasted only when the agent says yes."""
ADDRESS_BLOCKED_LONGEST: Final = 7 * 24 * 3600.0
"""An address, which many may share, is kept out for this long at most; servers refuse more."""
ERASED_HELD: Final = 10_000
"""Ids of erased conversations that are remembered, for what was on its way when they went."""
UNDO_WITHIN: Final = 10.0
"""A change of state can be taken back for this long."""
DRAFT_KEPT_AFTER: Final = 0.8
"""A draft is on the disk this long after it changed, however fast the typing goes on."""
MARK_EVERY: Final = 0.5
"""Read marks of one conversation are told to the server at most this often."""
TYPING_EVERY: Final = 2.0
"""A typing signal is repeated at most this often."""
TYPING_STOPS_AFTER: Final = 4.0
"""No key for this long: the typing signal is taken back."""
TYPING_DIES_AFTER: Final = 6.0
"""A typing signal from elsewhere that is not repeated is dropped after this."""

SLICE: Final = 0.002
"""The socket's reader yields to the loop after this much work."""
FRAME: Final = 1 / 120
"""Changes are handed to the face at most this often, the first at once."""
BURST: Final = 20
"""So many events with changes in one frame are more than anybody reads."""
BURST_FRAME: Final = 0.1
"""How often changes are handed on in a burst."""
LIST_WITHIN: Final = 0.05
"""What a message changes in the list is handed on this long after the message at the latest."""
NOTICES_KEPT: Final = 200
LATENCIES_KEPT: Final = 512
TURNS_KEPT: Final = 100
"""How often the line came and went, for the page of diagnostics."""
DELIVERY_BOUNDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds by which deliveries are counted for the server."""
REPORT_SOONEST: Final = 10.0
"""A server that wants the counters more often gets them this often."""
REPORT_LARGEST: Final = 1_000_000.0
"""The largest figure of one report."""
CLOCK_OFF: Final = 60.0
"""A clock that differs from the server's by more than this is said, once."""

YEARS: Final = range(1970, 2200)
"""Years that a time can lie in; any other is a mistake of the writer."""
