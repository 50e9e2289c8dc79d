"""Contacts: customers, their identities, merges, link codes, export and erase."""
