"""Truths about what the city shares."""
