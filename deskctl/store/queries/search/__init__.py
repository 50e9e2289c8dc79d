"""Queries for search."""
