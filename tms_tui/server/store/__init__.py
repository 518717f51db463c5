"""The truth on disk: SQLAlchemy Core over SQLite or PostgreSQL, one module a table."""
