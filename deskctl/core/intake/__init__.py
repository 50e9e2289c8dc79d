"""Intake: the journal, agent mail, quarantine."""
