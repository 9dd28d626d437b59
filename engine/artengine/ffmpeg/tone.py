"""Conversion of HDR and wide gamuts to sRGB, by ffmpeg filters that every build has.

All filters compute in 16 bits per channel: a table converts the stored signal to linear light, a
matrix converts the primaries to those of BT.709, and a table encodes the result. White stays white:
the reference white of BT.2408 (203 cd/m2, 75 % of HLG's signal) becomes 255. Brighter light is
compressed into the last percent or two, without hard clipping.
"""

from __future__ import annotations

# From linear light of these primaries to that of BT.709, all with D65 white.
_TO_BT709 = {
    "bt2020": (
        (1.660491, -0.587641, -0.072850),
        (-0.124550, 1.132900, -0.008349),
        (-0.018151, -0.100579, 1.118730),
    ),
    "smpte432": (
        (1.224940, -0.224940, 0.0),
        (-0.042057, 1.042057, 0.0),
        (-0.019638, -0.078636, 1.098274),
    ),
}
# The projector white of SMPTE RP 431-2 is treated as D65, as players do.
_TO_BT709["smpte431"] = _TO_BT709["smpte432"]

_SIGNAL = "(val/maxval)"
_LINEAR = {
    # BT.2100 table 5, inverse OETF. On a display of 334 cd/m2 the OOTF's gamma is 1 and reference
    # white is 89 cd/m2, as bright as SDR's white: so scene light is used without an OOTF.
    "hlg": f"if(lte({_SIGNAL},0.5),{_SIGNAL}^2/3,"
    f"(exp(({_SIGNAL}-0.55991073)/0.17883277)+0.28466892)/12)",
    # BT.2100 table 4, EOTF, clipped at 1000 cd/m2.
    "pq": f"st(0,{_SIGNAL}^(1/78.84375));"
    "min(1,10*(max(ld(0)-0.8359375,0)/(18.8515625-18.6875*ld(0)))^(1/0.1593017578125))",
    "off": f"{_SIGNAL}^2.2",
}
# The brightest light of the linear table, as a multiple of reference white.
_PEAK = {"hlg": 1 / 0.26496256, "pq": 1000 / 203, "off": 1.0}
_KNEE = 0.95


def sdr_filters(primaries: str, hdr: str) -> list[str]:
    """Return ffmpeg filters from RGB of these primaries and HDR to sRGB; none if not needed.

    Args:
        primaries: ffmpeg's name; those of BT.709 and BT.601 are left as they are.
        hdr: `hlg` and `pq` of BT.2100, or `off`.
    """
    matrix = _TO_BT709.get(primaries)
    if matrix is None and hdr == "off":
        return []
    mix = [
        f"{out}{source}={matrix[row][column]:.6f}"
        for row, out in enumerate("rgb")
        for column, source in enumerate("rgb")
        if matrix is not None
    ]
    mixed = ["colorchannelmixer=" + ":".join(mix)] if mix else []
    return ["format=gbrp16le", _table(_linear(hdr)), *mixed, _table(_encoded(hdr))]


def _table(expression: str) -> str:
    return "lutrgb=" + ":".join(f"{channel}='{expression}'" for channel in "rgb")


def _linear(hdr: str) -> str:
    *before, last = _LINEAR[hdr].split(";")
    return ";".join([*before, f"maxval*({last})"])


def _encoded(hdr: str) -> str:
    if hdr == "off":
        return f"maxval*{_SIGNAL}^(1/2.2)"
    # Above the knee the curve is no longer linear, and approaches 1 asymptotically.
    over = f"1-{1 - _KNEE:.4f}*exp(({_KNEE}-ld(0))/{1 - _KNEE:.4f})"
    srgb = "if(lt(ld(1),0.0031308),12.92*ld(1),1.055*ld(1)^(1/2.4)-0.055)"
    return (
        f"st(0,{_SIGNAL}*{_PEAK[hdr]:.6f});st(1,if(lt(ld(0),{_KNEE}),ld(0),{over}));maxval*{srgb}"
    )
