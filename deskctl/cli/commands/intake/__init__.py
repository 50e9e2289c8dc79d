"""Commands for incoming mail that is not on a ticket yet, and for blocked senders."""
