"""What was done to the plugin's tables, in order."""
