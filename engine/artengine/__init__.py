"""artengine: a network learns a clip, then dreams endless video from it."""

__version__ = "0.1.0"
