"""Commands for shifts, handover notes and staffing."""
