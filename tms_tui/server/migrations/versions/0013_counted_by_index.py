"""What is open, and what customers wrote, is found by an index, however long a history stands beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BY_VISITOR = sa.text("author_type = 'visitor'")


def upgrade() -> None:
    op.create_index("sessions_by_status", "sessions", ["tenant_id", "status", "last_activity_at", "id"])
    op.create_index(
        "messages_by_visitor",
        "messages",
        ["session_id", "seq"],
        sqlite_where=BY_VISITOR,
        postgresql_where=BY_VISITOR,
    )
