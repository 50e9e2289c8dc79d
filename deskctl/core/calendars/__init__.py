"""Calendars: when working time passes, and how much of it.

`model` says what a calendar is, `hours` reads one from text, `opening` computes with it, `schedule` with its versions.
"""
