"""Commands for saved views."""
