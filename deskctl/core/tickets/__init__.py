"""Tickets: their state, the events and commands that change it, and the queue."""
