"""Packs: presets with the files that they need, in one file for sharing, without code."""
