"""Messages: replies, notes, recipients, threads, spam."""
