"""The tables: portable between SQLite and PostgreSQL. Times are fixed-width RFC 3339 text."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


def written(table: sa.Table) -> list[sa.Column[Any]]:
    """A table's columns without those that only repeat others, folded, to be searched in."""
    return [column for column in table.c if not column.name.endswith("_folded")]


tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("cursor", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("mark", sa.Text, nullable=False, server_default=""),
)
"""`cursor` and `mark` name the newest event of the tenant's log."""

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False, index=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("availability", sa.Text, nullable=False),
    sa.Column("disabled_at", sa.Text),
)

logins = sa.Table(
    "logins",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), nullable=False, index=True),
    sa.Column("started_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),
)

sign_in_networks = sa.Table(
    "sign_in_networks",
    metadata,
    sa.Column("agent_id", sa.ForeignKey("agents.id"), primary_key=True),
    sa.Column("network", sa.Text, primary_key=True),
    sa.Column("last_at", sa.Text, nullable=False),
)
"""From where each agent has signed in; `network` is a digest."""

refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    sa.Column("jti", sa.Text, primary_key=True),
    sa.Column("login_id", sa.ForeignKey("logins.id"), nullable=False, index=True),
    sa.Column("used_at", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("successor", sa.Text),
)
"""One that is used keeps for which request, and the `jti` of the one that request was given."""

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("pending_until", sa.Text),
    sa.Column("customer_id", sa.Text),
    sa.Column("customer_name", sa.Text, nullable=False),
    sa.Column("customer_email", sa.Text),
    sa.Column("name_folded", sa.Text),
    sa.Column("email_folded", sa.Text),
    sa.Column("online", sa.Boolean, nullable=False),
    sa.Column("last_seen_at", sa.Text),
    sa.Column("page_url", sa.Text),
    sa.Column("locale", sa.Text),
    sa.Column("info", sa.JSON, nullable=False),
    sa.Column("assigned_agent_id", sa.ForeignKey("agents.id")),
    sa.Column("assigned_agent_name", sa.Text),
    sa.Column("assigned_at", sa.Text),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("started_at", sa.Text, nullable=False),
    sa.Column("ended_at", sa.Text),
    sa.Column("last_activity_at", sa.Text, nullable=False),
    sa.Column("waiting_since", sa.Text),
    sa.Column("last_message", sa.JSON(none_as_null=True)),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("visitor_messages", sa.BigInteger, nullable=False),
    sa.Column("read_by_visitor", sa.BigInteger, nullable=False),
    sa.Column("read_by_agents", sa.BigInteger, nullable=False),
    sa.Column("status_changed_at", sa.Text),
    sa.Column("status_changed_by", sa.Text),
    sa.Column("status_changed_seq", sa.BigInteger, nullable=False),
    sa.Column("email_digest", sa.Text),
    sa.Column("network_digest", sa.Text),
    sa.Column("blocked", sa.JSON(none_as_null=True)),
    sa.Column("token_epoch", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("sessions_by_activity", "tenant_id", "last_activity_at", "id"),
    sa.Index("sessions_by_status", "tenant_id", "status", "last_activity_at", "id"),
    sa.Index("sessions_by_customer", "tenant_id", "customer_id"),
    sa.Index("sessions_by_wake", "pending_until"),
    sa.Index(
        "sessions_held",
        "assigned_agent_id",
        sqlite_where=sa.text("status <> 'ended' AND assigned_agent_id IS NOT NULL"),
        postgresql_where=sa.text("status <> 'ended' AND assigned_agent_id IS NOT NULL"),
    ),
    sa.Index("sessions_newest_by_email", "tenant_id", "email_digest", "started_at"),
    sa.Index("sessions_by_network", "tenant_id", "network_digest"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("message_type", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("content_folded", sa.Text),
    sa.Column("author_type", sa.Text, nullable=False),
    sa.Column("author_id", sa.Text, nullable=False),
    sa.Column("author_name", sa.Text, nullable=False),
    sa.Column("is_private", sa.Boolean, nullable=False),
    sa.Column("client_message_id", sa.Text),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("read_by_visitor_at", sa.Text),
    sa.UniqueConstraint("session_id", "seq"),
    sa.UniqueConstraint("session_id", "author_id", "client_message_id"),
    sa.Index(
        "messages_by_visitor",
        "session_id",
        "seq",
        sqlite_where=sa.text("author_type = 'visitor'"),
        postgresql_where=sa.text("author_type = 'visitor'"),
    ),
)

marks = sa.Table(
    "read_marks",
    metadata,
    sa.Column("session_id", sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("agent_id", sa.ForeignKey("agents.id"), primary_key=True),
    sa.Column("up_to", sa.BigInteger, nullable=False),
    sa.Column("visitor_messages", sa.BigInteger, nullable=False),
)
"""How far each agent has read, and how many of the customer's messages lie before that place."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("session_id", sa.Text),
    sa.Column("from_type", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("visitor_messages", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("mark", sa.Text, nullable=False, server_default=""),
    sa.Column("agent_id", sa.Text),
)
"""`mark` is drawn at random: an event written after a restore differs from the one that had its cursor before.
`agent_id` is the one agent who hears of it; null is everybody."""

starts = sa.Table(
    "session_starts",
    metadata,
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, nullable=False, index=True),
)
"""Which conversation a page's own id of its start led to. The key is a digest: the id itself opens the conversation."""

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("session_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by_agent_id", sa.Text, nullable=False),
    sa.Column("by_agent_name", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("until", sa.Text),
    sa.Column("lifted_at", sa.Text),
    sa.Column("lifted_by", sa.Text),
    sa.Index("blocks_by_value", "tenant_id", "value"),
    sa.Index("blocks_by_end", "lifted_at", "until"),
)
"""Who is kept out: a row for each mark (`kind`, `value`) that a block goes by; rows of one block share all the rest."""

erased = sa.Table(
    "erased_sessions",
    metadata,
    sa.Column("session_id", sa.Text, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)
"""The ids of erased conversations and nothing else, for consoles that were away meanwhile."""

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What the servers of this database agree on."""

canned = sa.Table(
    "canned_responses",
    metadata,
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), primary_key=True),
    sa.Column("shortcut", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)
