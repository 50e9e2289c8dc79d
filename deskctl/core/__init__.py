"""The domain of a help desk, pure: no SQL, no clock, no I/O.

Read `kernel.dispatch` first: every change goes through it.
"""
