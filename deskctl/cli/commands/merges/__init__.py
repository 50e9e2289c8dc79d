"""Commands that merge and split tickets."""
