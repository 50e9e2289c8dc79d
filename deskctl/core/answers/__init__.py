"""Automatic answers: acknowledgements, choices, and requests that customers send to the desk itself."""
