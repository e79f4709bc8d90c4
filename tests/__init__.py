"""The tests mirror the house; ``stories/`` walks through it in a browser."""
