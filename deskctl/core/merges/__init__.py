"""Merge and split tickets."""
