"""The database's migrations, run by Alembic."""
