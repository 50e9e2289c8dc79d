"""The command for ticket routing."""
