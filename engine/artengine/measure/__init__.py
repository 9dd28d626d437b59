"""Measuring films: whether a dream stays alive, and how near it stays to its clip."""
