"""Queries for tickets: lists, the queue, one ticket."""
