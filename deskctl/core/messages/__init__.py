"""Messages: replies, internal notes, recipients, matching to tickets, spam."""
