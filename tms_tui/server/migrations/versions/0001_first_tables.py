"""The first tables. A database made before there were migrations has them already, and is adopted."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _tenants()
    _agents()
    _logins()
    _refresh_tokens()
    _sessions()
    _messages()
    _marks()
    _events()
    _canned()


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("cursor", sa.BigInteger, nullable=False, server_default="0"),
        if_not_exists=True,
    )


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("availability", sa.Text, nullable=False),
        sa.Column("disabled_at", sa.Text),
        if_not_exists=True,
    )
    op.create_index("ix_agents_tenant_id", "agents", ["tenant_id"], if_not_exists=True)


def _logins() -> None:
    op.create_table(
        "logins",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("agent_id", sa.Text, sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
        if_not_exists=True,
    )
    op.create_index("ix_logins_agent_id", "logins", ["agent_id"], if_not_exists=True)


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("login_id", sa.Text, sa.ForeignKey("logins.id"), nullable=False),
        sa.Column("used_at", sa.Text),
        if_not_exists=True,
    )
    op.create_index("ix_refresh_tokens_login_id", "refresh_tokens", ["login_id"], if_not_exists=True)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("pending_until", sa.Text),
        sa.Column("customer_id", sa.Text),
        sa.Column("customer_name", sa.Text, nullable=False),
        sa.Column("customer_email", sa.Text),
        sa.Column("online", sa.Boolean, nullable=False),
        sa.Column("last_seen_at", sa.Text),
        sa.Column("page_url", sa.Text),
        sa.Column("locale", sa.Text),
        sa.Column("info", sa.JSON, nullable=False),
        sa.Column("assigned_agent_id", sa.Text, sa.ForeignKey("agents.id")),
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
        if_not_exists=True,
    )
    op.create_index("sessions_by_activity", "sessions", ["tenant_id", "last_activity_at", "id"], if_not_exists=True)
    op.create_index("sessions_by_customer", "sessions", ["tenant_id", "customer_id"], if_not_exists=True)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("message_type", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("author_type", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("is_private", sa.Boolean, nullable=False),
        sa.Column("client_message_id", sa.Text),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("read_by_visitor_at", sa.Text),
        sa.UniqueConstraint("session_id", "seq"),
        sa.UniqueConstraint("session_id", "author_id", "client_message_id"),
        if_not_exists=True,
    )


def _marks() -> None:
    op.create_table(
        "read_marks",
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), primary_key=True),
        sa.Column("agent_id", sa.Text, sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column("up_to", sa.BigInteger, nullable=False),
        sa.Column("visitor_messages", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("tenant_id", sa.Text, sa.ForeignKey("tenants.id"), primary_key=True),
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("from_type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("visitor_messages", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        if_not_exists=True,
    )


def _canned() -> None:
    op.create_table(
        "canned_responses",
        sa.Column("tenant_id", sa.Text, sa.ForeignKey("tenants.id"), primary_key=True),
        sa.Column("shortcut", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        if_not_exists=True,
    )
