"""Service levels: what was promised to whom, the clocks that measure it, and what happens before a promise breaks.

`policy` says what is promised, `when` to whom, `book` holds all policies and calendars with their versions. `life` is
what a ticket's clocks follow from, `clocks` works them out, `levels` says when something is due, `keeping` writes it
down as events.
"""
