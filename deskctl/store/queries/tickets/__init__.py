"""Answers to queries about tickets: lists, the queue, one ticket."""
