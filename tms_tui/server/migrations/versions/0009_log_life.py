"""A random mark for each event, and events that one agent alone hears."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("tenants", sa.Column("mark", sa.Text, nullable=False, server_default=""))
    op.add_column("events", sa.Column("mark", sa.Text, nullable=False, server_default=""))
    op.add_column("events", sa.Column("agent_id", sa.Text))
