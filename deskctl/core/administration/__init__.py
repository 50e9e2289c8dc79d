"""Set up agents and teams."""
