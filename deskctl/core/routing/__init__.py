"""Routing: presence, capacity and skills, and the assignment of waiting tickets."""
