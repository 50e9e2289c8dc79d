"""Merges: merge and split tickets, and undo both.

`merge.py` and `split.py` yield the events in `events.py`. Undo of a merge yields the inverse of each: `Merged.inverse`
yields `Unmerged`, and `Absorbed.inverse` yields `Released`. The changes in `carry_over.py` have separate inverses.
"""
