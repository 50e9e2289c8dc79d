"""Merges: merge and split tickets."""
