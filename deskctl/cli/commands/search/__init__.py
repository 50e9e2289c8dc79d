"""The command that searches messages and contacts."""
