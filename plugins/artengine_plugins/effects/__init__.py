"""The built-in effects, one per module."""

from __future__ import annotations

from collections.abc import Sequence

from artengine.api import Effect, hookimpl


@hookimpl
def register_effects() -> Sequence[type[Effect]]:
    """Return the built-in effects."""
    # Import late, so that a preset imports only the effects that it names.
    from artengine_plugins.effects.ascii import Ascii
    from artengine_plugins.effects.bilateral import Bilateral
    from artengine_plugins.effects.bit_planes import BitPlanes
    from artengine_plugins.effects.bleach import Bleach
    from artengine_plugins.effects.blend import Blend
    from artengine_plugins.effects.block_glitch import BlockGlitch
    from artengine_plugins.effects.bloom import Bloom
    from artengine_plugins.effects.blur import Blur
    from artengine_plugins.effects.byte_corruption import ByteCorruption
    from artengine_plugins.effects.channel_mixer import ChannelMixer
    from artengine_plugins.effects.channel_shift import ChannelShift
    from artengine_plugins.effects.chromatic_aberration import ChromaticAberration
    from artengine_plugins.effects.clip import Clip
    from artengine_plugins.effects.codec_mosh import CodecMosh
    from artengine_plugins.effects.coherence import Coherence
    from artengine_plugins.effects.contours import Contours
    from artengine_plugins.effects.crt import Crt
    from artengine_plugins.effects.datamosh import Datamosh
    from artengine_plugins.effects.displace import Displace
    from artengine_plugins.effects.displace_map import DisplaceMap
    from artengine_plugins.effects.dither import Dither
    from artengine_plugins.effects.droste import Droste
    from artengine_plugins.effects.duotone import Duotone
    from artengine_plugins.effects.echo import Echo
    from artengine_plugins.effects.edges import Edges
    from artengine_plugins.effects.emboss import Emboss
    from artengine_plugins.effects.false_colour import FalseColour
    from artengine_plugins.effects.film_burn import FilmBurn
    from artengine_plugins.effects.fluid import Fluid
    from artengine_plugins.effects.follow import Follow
    from artengine_plugins.effects.freeze import Freeze
    from artengine_plugins.effects.gate import Gate
    from artengine_plugins.effects.gate_weave import GateWeave
    from artengine_plugins.effects.glow import Glow
    from artengine_plugins.effects.gradient_map import GradientMap
    from artengine_plugins.effects.halftone import Halftone
    from artengine_plugins.effects.hue import Hue
    from artengine_plugins.effects.interlace import Interlace
    from artengine_plugins.effects.invert import Invert
    from artengine_plugins.effects.jpeg import Jpeg
    from artengine_plugins.effects.kaleidoscope import Kaleidoscope
    from artengine_plugins.effects.kuwahara import Kuwahara
    from artengine_plugins.effects.lens import Lens
    from artengine_plugins.effects.levels import Levels
    from artengine_plugins.effects.lut import Lut
    from artengine_plugins.effects.match import Match
    from artengine_plugins.effects.median import Median
    from artengine_plugins.effects.mirror import Mirror
    from artengine_plugins.effects.morphology import Morphology
    from artengine_plugins.effects.mosh_bloom import MoshBloom
    from artengine_plugins.effects.motion_lag import MotionLag
    from artengine_plugins.effects.negative_mix import NegativeMix
    from artengine_plugins.effects.noise import Noise
    from artengine_plugins.effects.p_frames import PFrames
    from artengine_plugins.effects.perspective import Perspective
    from artengine_plugins.effects.picture_in_picture import PictureInPicture
    from artengine_plugins.effects.pixel_sort import PixelSort
    from artengine_plugins.effects.pixelate import Pixelate
    from artengine_plugins.effects.polar import Polar
    from artengine_plugins.effects.posterise import Posterise
    from artengine_plugins.effects.quantise import Quantise
    from artengine_plugins.effects.radial_blur import RadialBlur
    from artengine_plugins.effects.reaction_diffusion import ReactionDiffusion
    from artengine_plugins.effects.reverse import Reverse
    from artengine_plugins.effects.ripple import Ripple
    from artengine_plugins.effects.rotate import Rotate
    from artengine_plugins.effects.saturation import Saturation
    from artengine_plugins.effects.scanlines import Scanlines
    from artengine_plugins.effects.shake import Shake
    from artengine_plugins.effects.sharpen import Sharpen
    from artengine_plugins.effects.shift import Shift
    from artengine_plugins.effects.shuffle import Shuffle
    from artengine_plugins.effects.slit_scan import SlitScan
    from artengine_plugins.effects.slow_motion import SlowMotion
    from artengine_plugins.effects.solarise import Solarise
    from artengine_plugins.effects.stipple import Stipple
    from artengine_plugins.effects.stutter import Stutter
    from artengine_plugins.effects.swirl import Swirl
    from artengine_plugins.effects.sync_loss import SyncLoss
    from artengine_plugins.effects.tear import Tear
    from artengine_plugins.effects.thermal import Thermal
    from artengine_plugins.effects.tile import Tile
    from artengine_plugins.effects.time_displace import TimeDisplace
    from artengine_plugins.effects.tone_curve import ToneCurve
    from artengine_plugins.effects.trails import Trails
    from artengine_plugins.effects.upscale import Upscale
    from artengine_plugins.effects.vhs import Vhs
    from artengine_plugins.effects.voronoi import Voronoi
    from artengine_plugins.effects.wave import Wave
    from artengine_plugins.effects.zoom import Zoom

    return (
        Ascii,
        Bilateral,
        BitPlanes,
        Bleach,
        Blend,
        BlockGlitch,
        Bloom,
        Blur,
        ByteCorruption,
        ChannelMixer,
        ChannelShift,
        ChromaticAberration,
        Clip,
        CodecMosh,
        Coherence,
        Contours,
        Crt,
        Datamosh,
        Displace,
        DisplaceMap,
        Dither,
        Droste,
        Duotone,
        Echo,
        Edges,
        Emboss,
        FalseColour,
        FilmBurn,
        Fluid,
        Follow,
        Freeze,
        Gate,
        GateWeave,
        Glow,
        GradientMap,
        Halftone,
        Hue,
        Interlace,
        Invert,
        Jpeg,
        Kaleidoscope,
        Kuwahara,
        Lens,
        Levels,
        Lut,
        Match,
        Median,
        Mirror,
        Morphology,
        MoshBloom,
        MotionLag,
        NegativeMix,
        Noise,
        PFrames,
        Perspective,
        PictureInPicture,
        PixelSort,
        Pixelate,
        Polar,
        Posterise,
        Quantise,
        RadialBlur,
        ReactionDiffusion,
        Reverse,
        Ripple,
        Rotate,
        Saturation,
        Scanlines,
        Shake,
        Sharpen,
        Shift,
        Shuffle,
        SlitScan,
        SlowMotion,
        Solarise,
        Stipple,
        Stutter,
        Swirl,
        SyncLoss,
        Tear,
        Thermal,
        Tile,
        TimeDisplace,
        ToneCurve,
        Trails,
        Upscale,
        Vhs,
        Voronoi,
        Wave,
        Zoom,
    )
