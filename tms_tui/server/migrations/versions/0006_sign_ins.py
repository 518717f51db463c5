"""What a repeated request for fresh tokens is given, and an index of who holds what is open."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    # SQLite has no words for a column that may be there already, as in an adopted database.
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("refresh_tokens")}
    for name in ("request_id", "successor"):
        if name not in known:
            op.add_column("refresh_tokens", sa.Column(name, sa.Text))
    held = sa.text("status <> 'ended' AND assigned_agent_id IS NOT NULL")
    op.create_index(
        "sessions_held",
        "sessions",
        ["assigned_agent_id"],
        sqlite_where=held,
        postgresql_where=held,
        if_not_exists=True,
    )
