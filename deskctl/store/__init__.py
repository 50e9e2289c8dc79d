"""The store: one synchronous object in front of SQLite or PostgreSQL. Only this package uses SQLAlchemy."""

from .store import Store

__all__ = ["Store"]
