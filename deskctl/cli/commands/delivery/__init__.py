"""The command for the outbox."""
