"""The measurements of `bench/run.py`: the installed deskctl, used through its public interfaces."""
