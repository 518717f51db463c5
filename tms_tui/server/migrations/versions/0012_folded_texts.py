"""What is searched, folded: case beyond ASCII and composition make no difference."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from tms_tui.domain.folding import folded

revision = "0012"
down_revision = "0011"

AT_ONCE: Final = 500
"""Rows read, folded and written in one step."""


def upgrade() -> None:
    _fold("sessions", "customer_name", "name_folded")
    _fold("sessions", "customer_email", "email_folded")
    _fold("messages", "content", "content_folded")


def _fold(table: str, source: str, target: str) -> None:
    op.add_column(table, sa.Column(target, sa.Text))
    connection = op.get_bind()
    rows = sa.table(table, sa.column("id", sa.Text), sa.column(source, sa.Text), sa.column(target, sa.Text))
    key, text = rows.c.id, rows.c[source]
    write = sa.update(rows).where(key == sa.bindparam("key")).values({target: sa.bindparam("spelt")})
    last = ""
    while some := connection.execute(
        sa.select(key, text).where(key > last, text.is_not(None)).order_by(key).limit(AT_ONCE)
    ).all():
        connection.execute(write, [{"key": one, "spelt": folded(words)} for one, words in some])
        last = some[-1][0]
