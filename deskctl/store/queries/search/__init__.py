"""Answers to searches."""
