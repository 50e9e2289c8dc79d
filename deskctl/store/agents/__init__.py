"""The rows of agents and teams."""
