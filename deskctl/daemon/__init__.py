"""The daemon: the process that owns a desk. It runs channels, journal, outbox, timers and jobs, and serves the socket.

Read `run` first: it starts and stops all components.
"""
