"""deskctl: the help desk that a small team runs from its command line."""

__version__ = "0.1.0"
