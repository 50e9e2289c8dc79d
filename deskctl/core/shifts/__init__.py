"""Shifts: the rota with its time zones, days off, coverage gaps, staffing and handover notes."""
