"""What an operator can set: addresses, keys, limits and timings of the reference server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FRAME_BYTES: Final = 65_536
BODY_BYTES: Final = 65_536
PAGE_CHARACTERS: Final = 32_768
"""What a page of a customer's conversation holds of what was written: somebody may ask and never read it."""
SAME_SIGNAL: Final = 1.0
"""Seconds in which a second signal to end is the first one again: `timeout` signals a process and then its group."""


def password_in(file: Path) -> str:
    """What a password file holds, without a byte order mark and the end of its line; raises OSError, ValueError."""
    try:
        return file.read_text("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text. Save it as UTF-8.") from None


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `burst` at once, refilled by `per_second`."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCost:
    """Argon2id parameters: time and memory are the second profile of RFC 9106.

    Its four lanes would keep four processors busy at once; one lane is as much work, and leaves the others to messages.
    """

    time: int = 3
    memory_kib: int = 65_536
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPatience:
    """How long an HTTP connection may keep the server waiting: seconds, and bytes a second."""

    headers: float = 10
    """From the first byte, or from the opening, to the end of the headers."""
    body: float = 10
    pace: float = 1_000
    """Each so many bytes of a body give it one second more."""
    body_longest: float = 40
    """However steadily it comes; 64 KiB then came with 1.6 KiB a second."""
    answer: float = 10
    answer_pace: float = 16_384
    """An answer that is not taken at once gets a second more for each so many bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Everything the server is told from outside. Times are seconds."""

    data: Path
    """Directory of the database file and the signing key; its owner's alone (0700)."""
    host: str = "127.0.0.1"
    port: int = 8765
    """0 picks a free one."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    """Where `/metrics` is served, and then there alone; 0 picks a free one. None: at `port`, with all else."""
    database: str | None = None
    """SQLAlchemy URL; None is a SQLite file in `data`."""
    database_password: Path | None = None
    """A file that holds the password for `database`; a URL with one in it is refused."""
    store_patience: float = 5
    """How long a call waits for a locked SQLite file, or PostgreSQL for a lock, before it is a 503."""
    search_patience: float = 5
    """How long a search may take, and before that wait for one of the connections that searches have."""
    export_patience: float = 60
    """How long one reading for an export may take."""
    erase_patience: float = 30
    """How long a deletion waits for those who read an SQLite file, to empty its write-ahead log."""
    bus: str = "memory://"
    """memory:// for a single node, or redis://host:port."""
    bus_password: Path | None = None
    """A file that holds the password for `bus`."""
    heartbeat: float = 5
    """How often a node says who is connected to it; after three without a word it is taken for dead."""
    origins: tuple[str, ...] = ()
    """Origins that browsers may call and connect from; the server's own address is always one."""
    signing_key: Path | None = None
    """A file of at least 32 bytes; None generates one in `data`."""
    previous_signing_key: Path | None = None
    """The key before this one: what it signed stays good until it expires, then the setting can go."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For is believed."""
    http_patience: HttpPatience = HttpPatience()
    connections_per_network: int = 600
    """HTTP connections of one address, or one /64 of IPv6, that are open at a time: an office of 300 customers,
    two each. The one that has waited longest without a request goes first. Trusted proxies have limits of their own."""
    connections_per_node: int = 1500
    unsent_per_network: int = 32 * 1024 * 1024
    """Bytes of answers that one network has not taken yet; beyond it the largest are cut."""

    tenant: str = "default"
    """Whose conversations the visitors of this server start."""
    issuer: str = "tms-chat"
    audience: str = "tms-chat"
    access_seconds: float = 15 * 60
    refresh_seconds: float = 12 * 3600
    visitor_seconds: float = 7 * 24 * 3600
    leeway: float = 10
    password_cost: PasswordCost = PasswordCost()

    queue_frames: int = 256
    """What one socket may have waiting before it is called too slow."""
    queue_whispers: int = 1024
    """How many whispers, each about something else, one socket may have waiting; then the oldest is dropped."""
    slow_write: float = 5
    sockets_per_agent: int = 5
    sockets_per_node: int = 1000
    visitors_share: float = 0.8
    """Which part of them customers may fill: the rest is kept for agents."""
    sockets_per_network: int = 400
    """Sockets of customers, and as many of agents, from one address or one /64 of IPv6: an office of 300 fits."""
    unintroduced_per_network: int = 100
    """How many of them may not have said yet whose they are."""
    sockets_per_conversation: int = 5
    """A customer's tabs; of more the oldest is closed."""
    bad_frames: int = 10
    ping_interval: float = 20
    ping_timeout: float = 10
    visitor_auth: float = 5
    agent_grace: float = 20
    """How long an agent without a socket still counts as there."""
    visitor_grace: float = 5
    drain: float = 0
    """Over how many seconds a stopping node sends its sockets elsewhere."""
    log_check: float = 5
    """How often the event log is compared even when no announcement came."""
    account_check: float = 2
    """How often it is asked whether another process changed an agent's account."""
    sign_in_check: float = 30
    """How often open sockets are compared with the sign-ins that stand, and holders with the agents there are."""
    refresh_again: float = 10
    """How long the same request for fresh tokens is given the same ones again, as its answer may have been lost."""
    wake_check: float = 5
    """How often it is looked for conversations whose time to wake has come."""
    resume_limit: int = 10_000
    """How many events a client may have missed and still resume."""
    address_block: float = 24 * 3600
    """How long an address is kept out when no end was asked for: many people may share it."""
    address_block_longest: float = 7 * 24 * 3600
    moved_window: float = 60
    """How long a colleague's change of status still holds up a reply written before it."""

    login_rate: Rate = Rate(10 / 60, 10)
    """Wrong passwords for one account from one network."""
    network_login_rate: Rate = Rate(0.5, 40)
    """Wrong passwords from one network, for whatever accounts: an office that comes in on a Monday makes some."""
    account_login_rate: Rate = Rate(0.5, 60)
    """Wrong passwords for one account from all networks in which its agent never signed in."""
    sign_ins_at_once: int = 2
    """Passwords that are looked at side by side, 64 MiB each, of agents at networks they have signed in from."""
    strangers_at_once: int = 1
    """And of everybody else: these wait for each other alone."""
    sign_ins_waiting: int = 32
    """Of the former, and as many of the latter."""
    sign_ins_waiting_of_network: int = 16
    """Beyond these an attempt is refused at once, and does not count."""
    password_change_rate: Rate = Rate(5 / 60, 5)
    visitor_session_rate: Rate = Rate(1, 300)
    """Conversations that one network may start: an office of 300 can come at once."""
    agent_send_rate: Rate = Rate(5, 20)
    visitor_send_rate: Rate = Rate(3, 20)
    """Messages of the customer in one conversation."""
    network_message_rate: Rate = Rate(30, 600)
    """Messages of all customers of one network: each of 300 writes every ten seconds."""
    network_byte_rate: Rate = Rate(65_536, 2**19)
    """Bytes of what they write, in UTF-8."""
    network_read_rate: Rate = Rate(20, 1000)
    """Pages of conversations that they read: each page asks twice a minute, and all at once after a restart."""
    tenant_start_rate: Rate = Rate(20, 2000)
    tenant_message_rate: Rate = Rate(500, 5000)
    tenant_byte_rate: Rate = Rate(2**20, 2**24)
    tenant_read_rate: Rate = Rate(500, 5000)
    """The same for all customers of the installation together, so that many networks do not stop it either."""
    frame_rate: Rate = Rate(20, 60)
    wire_frame_rate: Rate = Rate(30, 120)
    """Frames of every sort on one socket: pings, pongs and fragments too."""
    fragments: int = 64
    """Of how many one message may be made."""
    network_open_rate: Rate = Rate(30, 150)
    """Sockets of customers, and of agents, that one network may open: an office comes back after a restart."""
    conversation_open_rate: Rate = Rate(1, 10)

    whisper_every: float = 2
    """At most so often it is told that one author types in a conversation, and what one agent looks at."""
    agent_whisper_rate: Rate = Rate(2, 20)
    """Of how much typing, in whatever conversations, of one agent is told."""
    network_typing_rate: Rate = Rate(60, 300)
    """Of how much typing of all customers of one network: 300 begin at once, and 120 go on without a pause."""
    tenant_typing_rate: Rate = Rate(120, 600)
    """The same of all customers of the installation together; each node counts for itself."""
    receipt_every: float = 1
    """At most so often it is stored how far a customer has read."""
    customer_seen_every: float = 5
    """At most so often it is stored that a customer came or went."""

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.data / 'tms-chat.db'}"
