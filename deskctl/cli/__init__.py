"""The command line: short commands, each loaded when it is called, that use a `Desk`."""
