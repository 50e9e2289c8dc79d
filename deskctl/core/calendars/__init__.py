"""Calendars: business hours, holidays, and working time.

`model` defines a calendar, `hours` parses one, `business_hours` computes with it, `working_time` with its versions.
"""
