"""Fields: parameters with a value for each pixel."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from artengine.api import Clock, Effect, Frame, FrameContext, Param
from artengine.binding import Binding
from artengine.catalog import load_catalog
from artengine.chain import Chain
from artengine.params import TableError, bounds, check

Shots = Callable[[int, int], Sequence[Frame]]

CATALOG = load_catalog(user_folder=False)
FIELDS = [(kind, name) for kind in CATALOG.effects.values() for name in sorted(kind.takes_field())]
IDS = [f"{kind.name}-{name}" for kind, name in FIELDS]

APPROXIMATE = ("blur", "radius")

every_field = pytest.mark.parametrize(("kind", "name"), FIELDS, ids=IDS)


def levels(kind: type[Effect], name: str) -> tuple[float, float]:
    """Return two values between a parameter's bounds that float32 represents exactly."""
    limits = bounds(kind.model_fields[name])
    low, high = limits["ge"], limits["le"]
    return tuple(float(np.float32(low + share * (high - low))) for share in (0.3, 0.55))  # type: ignore[return-value]


def played_chain(kind: type[Effect], table: dict[str, Any], frames: Sequence[Frame]) -> list[Frame]:
    chain = Chain([Binding.parse(kind, table, CATALOG.curves, ())], "output", 5)
    return [
        chain.apply(frame, Clock(at, 24.0, 10), frames[(at + 1) % len(frames)])
        for at, frame in enumerate(frames)
    ]


def with_value(kind: type[Effect], name: str, value: Any, frames: Sequence[Frame]) -> list[Frame]:
    """Return frames after an effect, with one of its parameters set to a number or a plane."""
    effect = check(kind, {})
    assert isinstance(effect, Effect)
    setattr(effect, name, value)
    return [
        effect.apply(frame, FrameContext(Clock(at, 24.0, 10), frames[0], seed=5, slot="output/a/0"))
        for at, frame in enumerate(frames)
    ]


def test_many_effects_take_fields() -> None:
    words = ("noise", "displace", "zoom", "rotate", "hue", "blur", "sharpen", "gradient-map")
    assert {"blend", "saturation", *words} <= {kind.name for kind, _ in FIELDS}
    assert all({"ge", "le"} <= bounds(kind.model_fields[name]).keys() for kind, name in FIELDS)


def test_the_page_of_parameters_lists_the_fields() -> None:
    page = Path(__file__).parents[3] / "docs" / "effects-parameters.md"
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|(.*)\|$", page.read_text("utf-8"), re.MULTILINE))
    listed = {
        (kind, name)
        for kind in CATALOG.effects.values()
        for name in re.findall(r"`(\w+)`", rows.get(kind.name, ""))
    }
    assert listed == set(FIELDS)


@every_field
def test_a_constant_field_equals_the_number_bit_for_bit(
    kind: type[Effect], name: str, shots: Shots
) -> None:
    frames = shots(48, 32)[:2]
    for value in (*levels(kind, name), *bounds(kind.model_fields[name]).values()):
        numbers = played_chain(kind, {name: float(value)}, frames)
        for text in (f"field({value!r})", f"0 * x + {value!r}", f"where(luma < 9, {value!r}, x)"):
            np.testing.assert_array_equal(played_chain(kind, {name: text}, frames), numbers)


@every_field
def test_each_part_of_a_field_equals_the_number_it_holds(
    kind: type[Effect], name: str, shots: Shots
) -> None:
    frames = shots(96, 64)[:2]
    low, high = levels(kind, name)
    halves = np.full((64, 96), low, np.float32)
    halves[:, 48:] = high
    before = halves.copy()
    result = with_value(kind, name, halves, frames)[-1]
    np.testing.assert_array_equal(halves, before)
    sides = [with_value(kind, name, value, frames)[-1] for value in (low, high)]
    whole = [with_value(kind, name, np.full_like(halves, v), frames)[-1] for v in (low, high)]
    assert result.dtype == np.float32
    assert result.flags.c_contiguous
    for plane, number in zip(whole, sides, strict=True):
        # With a field, a blur of any radius is a blend of two blurs.
        assert np.abs(plane - number).mean() < (0.03 if (kind.name, name) == APPROXIMATE else 0.01)
    # Each pixel equals that of a frame where all pixels have its value.
    np.testing.assert_allclose(result[:, :48], whole[0][:, :48], atol=1e-4)
    np.testing.assert_allclose(result[:, 48:], whole[1][:, 48:], atol=1e-4)


class Rise(Effect):
    """Adds a parameter that may be a field, and one that may not."""

    name: ClassVar[str] = "rise"
    uses_truth: ClassVar[bool] = False
    amount: float = Param(0.25, ge=0, le=1, field=True)
    other: float = Param(0.0, ge=0, le=1)
    _given: Any = None

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        self._given = self.amount
        rise = np.asarray(self.amount, np.float32)
        return frame + (rise[..., None] if rise.ndim else rise) + np.float32(self.other)


def rise(names: Sequence[str] = (), **table: Any) -> Chain:
    return Chain([Binding.parse(Rise, table, CATALOG.curves, names)], "feedback", 5)


def received(chain: Chain, at: int = 0, **values: float) -> Any:
    frame = np.zeros((4, 8, 3), np.float32)
    chain.apply(frame, Clock(at, 24.0, 5), None, (), values)
    (effect,) = chain.effects
    assert isinstance(effect, Rise)
    return effect._given


def test_an_effect_receives_a_plane_and_keeps_its_number_afterwards() -> None:
    chain = rise(amount="2 * x - 0.5")
    plane = received(chain)
    assert (plane.dtype, plane.shape, plane.flags.c_contiguous) == (np.float32, (4, 8), True)
    np.testing.assert_allclose(plane[0, :5], [0, 0, 0.125, 0.375, 0.625])
    assert plane.max() == 1.0
    assert chain.effects[0].model_dump()["amount"] == 0.25
    chain.set(0, "amount", 0.5)
    assert received(chain) == 0.5
    chain.set(0, "amount", "1 - y")
    assert received(chain).shape == (4, 8)
    chain.set(0, "amount", {"keys": {"0f": 0, "4f": 1}})
    assert received(chain, at=2) == 0.5


def test_an_expression_is_a_field_if_its_names_can_only_mean_pictures() -> None:
    assert received(rise(amount="0.1 + 0.2 * noise(3 * t)")) == pytest.approx(0.2, abs=0.1)
    assert received(rise(amount="field(noise(0.5, 1))")).shape == (4, 8)
    names = ("motion", "x")
    assert received(rise(names, amount="motion + x"), motion=0.25, x=0.5) == 0.75
    assert received(rise(names, amount="dream.motion + 0.5 * luma"), motion=0.25, x=0.5) == 0.0
    assert received(rise(names, amount="y * motion"), motion=1.0, x=0.0) == 0.0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"other": "luma"}, "other: .*luma is a picture, and this takes one number; .*: amount"),
        ({"amount": "luma + lumma"}, 'amount: .*column 8: there is no "lumma"'),
        ({"amount": "lag(x, 1)"}, "amount: .*column 5: lag takes numbers alone"),
    ],
)
def test_an_invalid_field_is_rejected_when_the_preset_is_parsed(
    table: dict[str, Any], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        rise(**table)


def test_lists_of_parameters_show_which_can_be_fields() -> None:
    from artengine.cli.reference import parameter_lines
    from artengine.reference import describe, parameters

    first, second = parameters(Rise)
    assert (first.field, second.field) == (True, False)
    assert "or a curve or a field; default 0.25" in " ".join(parameter_lines([first]))
    assert [parameter["field"] for parameter in describe(Rise)["parameters"]] == [True, False]
