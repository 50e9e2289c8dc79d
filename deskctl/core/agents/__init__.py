"""Agents and teams, presence, and how names resolve to them."""
