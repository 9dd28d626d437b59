"""Packs: presets with the files that they need, in one file that can be given away. No code."""
