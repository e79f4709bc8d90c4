"""Shops (Leerstand): what stands empty, who looks for room, and which interim use fits where."""
