"""Routing: presence, capacity, skills, and the assignment of waiting tickets to agents."""
