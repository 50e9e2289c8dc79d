"""The jobs of plugins."""
