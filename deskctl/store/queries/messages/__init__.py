"""Answers to queries about messages: raw bytes, attachments, recipients of a reply."""
