"""Commands for agents and teams."""
