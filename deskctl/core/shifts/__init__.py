"""Shifts: the rota with time zones, absences, coverage, staffing, handover notes."""
