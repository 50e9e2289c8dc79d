"""Commands for replies, notes, drafts, attachments and message search."""
