"""Alembic's environment: the migrations run on the connection handed in, in its transaction."""

from alembic import context

from tms_tui.server.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
