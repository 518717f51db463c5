"""By what a customer is known again: keyed digests of the e-mail they gave and of the network they come from."""

import hashlib
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tms_tui.domain.folding import folded
from tms_tui.server.store import installation
from tms_tui.server.tables import sessions

AT_ONCE: Final = 500


class Identities:
    """The digests that are stored and compared. Nobody reads an e-mail or a network out of them."""

    def __init__(self, key: bytes = b"") -> None:
        """`key`: the installation's own; a server learns it when it opens the store."""
        self._key = key

    def learn(self, connection: Connection) -> None:
        self._key = installation.digest_key(connection)

    def email(self, email: str | None) -> str | None:
        """Of an e-mail, however its letters are cased and composed."""
        return None if email is None else self._digest("email", folded(email.strip()))

    def network(self, name: str) -> str:
        """Of a network's name."""
        return self._digest("network", name)

    def _digest(self, kind: str, value: str) -> str:
        return hashlib.blake2b(f"{kind}\0{value}".encode(), key=self._key, digest_size=16).hexdigest()


def fill_in(connection: Connection) -> None:
    """Digest the e-mails of conversations that were begun by versions without digests."""
    known = Identities(installation.digest_key(connection))
    without = sessions.c.customer_email.is_not(None) & sessions.c.email_digest.is_(None)
    query = sa.select(sessions.c.id, sessions.c.customer_email).where(without).limit(AT_ONCE)
    while rows := connection.execute(query).all():
        _write(connection, [{"key": row.id, "digest": known.email(row.customer_email)} for row in rows])


def _write(connection: Connection, digests: Sequence[dict[str, str | None]]) -> None:
    one = sa.update(sessions).where(sessions.c.id == sa.bindparam("key")).values(email_digest=sa.bindparam("digest"))
    connection.execute(one, digests)
