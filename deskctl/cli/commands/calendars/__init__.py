"""The command for business hours and holidays."""
