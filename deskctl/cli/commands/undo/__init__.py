"""The command that undoes commands."""
