"""Answers to queries about contacts."""
