"""The domain of a help desk, pure: no SQL, no clock, no I/O.

Read `dispatch` first: it is the one door through which every change goes.
"""
