"""Intake of received messages: the journal, mail from agents, edits, quarantine."""
