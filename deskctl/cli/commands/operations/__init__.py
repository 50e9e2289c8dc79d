"""Commands that set up, check and run the desk."""
