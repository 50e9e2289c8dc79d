"""Search and completion."""
