"""The command line."""

from artengine.cli.program import app, main

__all__ = ["app", "main"]
