"""Commands that list, show and change tickets."""
