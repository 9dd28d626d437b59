"""artengine: a network learns a clip, then dreams endless video from it."""

import os

__version__ = "0.1.0"

# TensorFlow greets everybody on standard error, where people look for progress and errors. It
# reads this when it is first imported, which may be from any part of the engine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
