"""Search for messages and contacts, and completion of arguments."""
