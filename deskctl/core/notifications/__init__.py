"""Notifications to agents: preferences, quiet hours, digests and delivery."""
