"""Migrations of the plugin's tables, in order."""
