"""Dreaming: the loop, and the modules that render films with it."""
