"""Contacts: their data, link codes, and erasure."""
