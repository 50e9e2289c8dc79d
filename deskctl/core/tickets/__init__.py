"""Tickets: model, fields, states, assignment, approvals."""
