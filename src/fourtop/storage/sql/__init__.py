"""Stores in SQL: SQLite and PostgreSQL, through SQLAlchemy's Core."""
