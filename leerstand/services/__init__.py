"""Deeds on shops, requests, plans and proposals: load what is concerned (locked), ask the rules, change."""
