"""Queries for contacts."""
