"""The command for customers (contacts)."""
