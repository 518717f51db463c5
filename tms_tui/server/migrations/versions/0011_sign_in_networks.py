"""From which networks agents have signed in: strangers elsewhere do not lock those."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "sign_in_networks",
        sa.Column("agent_id", sa.Text, sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("last_at", sa.Text, nullable=False),
        if_not_exists=True,
    )
