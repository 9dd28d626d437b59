"""Everything a plugin's author needs: `from artengine.api import Effect, Frame, Moment, Param`."""

from artengine.curves import Clock, Curve, CurveError, register_curve
from artengine.effect import Effect, Moment, State
from artengine.errors import PluginError, SourceError, WriterError
from artengine.ffmpeg import Decoder, Encoder, Probe, ffmpeg_executable, metadata, probe
from artengine.frame import Frame, Picture, Size, size_of, to_frame, to_picture
from artengine.hookspecs import hookimpl
from artengine.model import Model, NetworkState, Reel, Tensor
from artengine.params import Param, Plugin
from artengine.source import Footage, Source
from artengine.writer import Film, Sink, Writer

__all__ = [
    "Clock",
    "Curve",
    "CurveError",
    "Decoder",
    "Effect",
    "Encoder",
    "Film",
    "Footage",
    "Frame",
    "Model",
    "Moment",
    "NetworkState",
    "Param",
    "Picture",
    "Plugin",
    "PluginError",
    "Probe",
    "Reel",
    "Sink",
    "Size",
    "Source",
    "SourceError",
    "State",
    "Tensor",
    "Writer",
    "WriterError",
    "ffmpeg_executable",
    "hookimpl",
    "metadata",
    "probe",
    "register_curve",
    "size_of",
    "to_frame",
    "to_picture",
]
