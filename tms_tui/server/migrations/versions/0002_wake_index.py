"""An index for finding the conversations whose time to wake has come."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("sessions_by_wake", "sessions", ["pending_until"], if_not_exists=True)
