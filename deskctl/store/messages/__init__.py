"""Messages: conversations, attachments, changes, and what agents have seen."""
