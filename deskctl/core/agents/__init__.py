"""Agents and teams, the resolution of their names, and the caller of a command."""
