"""Automatic answers to customers: acknowledgements, choices, and requests such as the status of their tickets."""
