"""Dreaming: the loop, and what surrounds it when a film is made."""
