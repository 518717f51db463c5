"""Under which id an e-mail wrote last is found by an index, however often it wrote."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("sessions_newest_by_email", "sessions", ["tenant_id", "email_digest", "started_at"])
    op.drop_index("sessions_by_email", "sessions")
