"""The three stories of the house, clicked through in a real browser."""
