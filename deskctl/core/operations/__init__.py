"""The state of the store and the daemon."""
