"""The parts that every feature uses and that depend on no feature."""
