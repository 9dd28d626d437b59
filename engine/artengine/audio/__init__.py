"""Sound: decoding, and the features that curves read."""

from artengine.audio.analysis import Analysis
from artengine.audio.cache import analysed, beats_in
from artengine.audio.decode import MOST_SECONDS, RATE
from artengine.audio.features import FEATURES, Shape, Track
from artengine.audio.signals import FeatureSignal, PlacedTrack

__all__ = [
    "FEATURES",
    "MOST_SECONDS",
    "RATE",
    "Analysis",
    "FeatureSignal",
    "PlacedTrack",
    "Shape",
    "Track",
    "analysed",
    "beats_in",
]
