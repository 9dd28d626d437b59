"""The output of `artengine dream --profile`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artengine.dream.stages import Profile


def as_lines(profile: Profile) -> list[str]:
    """Format where a film's time went."""
    lines = [f"first frame after {profile.start:.1f} s"]
    if profile.rate is None:
        return lines
    lines.append(
        f"then {1000 / profile.rate:.1f} ms a frame, {profile.rate:.1f} a second; all processors "
        f"together worked {1000 * profile.processor:.1f} ms a frame"
    )
    ms = profile.stages
    rest = 1000 / profile.rate - ms["network"] - ms["effects"] - ms["waiting"]
    lines.append(
        f"one after the other: network {ms['network']:.1f} ms, effects {ms['effects']:.1f} ms, "
        f"waiting {ms['waiting']:.1f} ms, rest {max(0.0, rest):.1f} ms"
    )
    lines.append(
        f"beside them: source {ms['source']:.1f} ms; output effects {ms['output']:.1f} ms, "
        f"encoder {ms['encoder']:.1f} ms"
    )
    return lines


def as_data(profile: Profile) -> dict[str, Any]:
    """Return the same as data for JSON."""
    return {
        "start": round(profile.start, 3),
        "frames": profile.frames,
        "seconds": round(profile.seconds, 4),
        "processor": round(profile.processor, 5),
        "ms": {name: round(ms, 3) for name, ms in profile.stages.items()},
    }
