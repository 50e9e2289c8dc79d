"""Small value types without dependencies."""
