"""Who gets a ticket: what agents can take, how teams choose, and why it went where it went. Pure."""
