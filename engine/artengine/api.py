"""Everything that a plugin author needs.

The names exported here, the hooks of `artengine.hookspecs` and the names of `artengine.testing` are
stable. Their version is `API_VERSION`: until 1.0 a breaking change raises the second number, and
the changelog gives the replacement; an addition raises the third. A plugin declares the versions
that it supports as `requires_api = "~=0.2.0"` in its module. Every other module may change at any
time.
"""

from artengine.api_version import API_VERSION
from artengine.curves import Clock, Curve, CurveError, Scope, Signal, SignalContext, Tempo
from artengine.curves.eases import EASES, Ease, bezier, ease_named
from artengine.curves.expression import Expression
from artengine.effect import Effect, FrameContext, State
from artengine.errors import PluginError, SourceError, WriterError, cannot_write
from artengine.ffmpeg import (
    Decoder,
    Deinterlace,
    Encoder,
    Probe,
    Sound,
    add_sound,
    ffmpeg_executable,
    metadata,
    probe,
    remux,
)
from artengine.frame import Frame, Picture, Size, size_of, to_frame, to_picture
from artengine.hookspecs import hookimpl
from artengine.model import FrameSequence, Model, NetworkState, Tensor, seeded_uniform
from artengine.params import Param, Plugin
from artengine.receptive_field import ReceptiveField
from artengine.source import Footage, Source
from artengine.writer import Film, Sink, Writer

__all__ = [
    "API_VERSION",
    "EASES",
    "Clock",
    "Curve",
    "CurveError",
    "Decoder",
    "Deinterlace",
    "Ease",
    "Effect",
    "Encoder",
    "Expression",
    "Film",
    "Footage",
    "Frame",
    "FrameContext",
    "FrameSequence",
    "Model",
    "NetworkState",
    "Param",
    "Picture",
    "Plugin",
    "PluginError",
    "Probe",
    "ReceptiveField",
    "Scope",
    "Signal",
    "SignalContext",
    "Sink",
    "Size",
    "Sound",
    "Source",
    "SourceError",
    "State",
    "Tempo",
    "Tensor",
    "Writer",
    "WriterError",
    "add_sound",
    "bezier",
    "cannot_write",
    "ease_named",
    "ffmpeg_executable",
    "hookimpl",
    "metadata",
    "probe",
    "remux",
    "seeded_uniform",
    "size_of",
    "to_frame",
    "to_picture",
]
