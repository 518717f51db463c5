"""Who is kept out, by what a customer is known again, and which conversations were erased."""

import sqlalchemy as sa
from alembic import op

from tms_tui.server import identities

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _widen_sessions()
    _blocks()
    op.create_table(
        "erased_sessions",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        if_not_exists=True,
    )
    identities.fill_in(op.get_bind())


def _widen_sessions() -> None:
    # SQLite has no words for a column that may be there already, as in an adopted database.
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("sessions")}
    for column in (
        sa.Column("email_digest", sa.Text),
        sa.Column("network_digest", sa.Text),
        sa.Column("blocked", sa.JSON(none_as_null=True)),
        sa.Column("token_epoch", sa.BigInteger, nullable=False, server_default="0"),
    ):
        if column.name not in known:
            op.add_column("sessions", column)
    op.create_index("sessions_by_email", "sessions", ["tenant_id", "email_digest"], if_not_exists=True)
    op.create_index("sessions_by_network", "sessions", ["tenant_id", "network_digest"], if_not_exists=True)


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by_agent_id", sa.Text, nullable=False),
        sa.Column("by_agent_name", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("until", sa.Text),
        sa.Column("lifted_at", sa.Text),
        sa.Column("lifted_by", sa.Text),
        if_not_exists=True,
    )
    op.create_index("blocks_by_value", "blocks", ["tenant_id", "value"], if_not_exists=True)
    op.create_index("blocks_by_end", "blocks", ["lifted_at", "until"], if_not_exists=True)
