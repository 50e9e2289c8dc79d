"""The real things that `bench/run.py` measures: the installed deskctl, over its public doors."""
