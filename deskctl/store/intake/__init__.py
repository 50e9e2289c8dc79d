"""The journal of raw messages, and the read positions of channels."""
