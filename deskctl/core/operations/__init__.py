"""Queries for the state of the store and the daemon."""
