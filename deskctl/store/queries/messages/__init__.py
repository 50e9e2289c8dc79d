"""Queries for messages: raw bytes, attachments, recipients of a reply."""
