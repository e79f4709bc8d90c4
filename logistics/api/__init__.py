"""The interface for shops' own software."""
