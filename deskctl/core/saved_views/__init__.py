"""Saved views: queries of tickets under a name, which everyone at the desk can use as `@NAME`."""
