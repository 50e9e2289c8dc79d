"""The store: SQLite or PostgreSQL behind one object. Synchronous; SQLAlchemy stays inside this package."""

from .store import Store

__all__ = ["Store"]
