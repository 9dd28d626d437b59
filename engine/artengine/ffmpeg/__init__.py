"""ffmpeg as a subprocess: probing, decoding and encoding video files through pipes.

Files may come with a stranger's preset, so ffmpeg may open only regular files in self-contained
formats: playlists and other formats that would make it read further files or the network are
refused (see `fence`).
"""

from artengine.ffmpeg.colour import Colour, Hdr
from artengine.ffmpeg.decode import Decoder, Deinterlace
from artengine.ffmpeg.encode import Encoder, rate, remux
from artengine.ffmpeg.executable import ffmpeg_executable
from artengine.ffmpeg.probing import Probe, probe
from artengine.ffmpeg.sound import Sound, add_sound, sound_to_flac
from artengine.ffmpeg.tags import metadata
from artengine.ffmpeg.timing import Timing, count_pictures

__all__ = [
    "Colour",
    "Decoder",
    "Deinterlace",
    "Encoder",
    "Hdr",
    "Probe",
    "Sound",
    "Timing",
    "add_sound",
    "count_pictures",
    "ffmpeg_executable",
    "metadata",
    "probe",
    "rate",
    "remux",
    "sound_to_flac",
]
