"""A knowledge base for deskctl."""
