"""The process that owns a desk: channels, journal, outbox and timers under one supervisor, and the desk's socket.

Read `run` first: it puts the components together and takes them apart again.
"""
