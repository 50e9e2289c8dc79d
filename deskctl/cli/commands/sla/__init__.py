"""The command for SLA policies."""
