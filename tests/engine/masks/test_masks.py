"""Masks: the region of an effect, calculated from pictures and numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from artengine.binding import Binding
from artengine.catalog import load_catalog
from artengine.chain import Chain, ChainName
from artengine.curves import Clock
from artengine.effect import Effect, FrameContext, State
from artengine.errors import PluginError
from artengine.frame import Frame, Size
from artengine.mixing import mixed
from artengine.params import TableError

SIZE = (32, 16)
FRAMES = 5
CATALOG = load_catalog(user_folder=False)


class White(Effect):
    """Return a white frame, so that the output shows the mask."""

    name: ClassVar[str] = "white"
    uses_truth: ClassVar[bool] = False

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return np.ones_like(frame)


class Count(White):
    """Count its frames."""

    _count = 0

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        self._count += 1
        return super().apply(frame, now)

    def state(self) -> State:
        return {"count": np.array(self._count)}


class Never(White):
    """Fail if it is applied."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        raise AssertionError


class Invert(White):
    """Return the negative."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return np.float32(1.0) - frame


class Enlarge(White):
    """Return a white frame of twice the size."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return np.ones((2 * frame.shape[0], 2 * frame.shape[1], 3), np.float32)

    def output_size(self, size: Size) -> Size:
        return 2 * size[0], 2 * size[1]


def chain(mask: str, kind: type[Effect] = White, name: ChainName = "output", **more: Any) -> Chain:
    table = {"mask": mask, **more}
    binding = Binding.parse(kind, table, CATALOG.curves, {"kick"}, CATALOG.film_of)
    return Chain([binding], name, 5)


def frame_of(value: float = 0.0) -> Frame:
    return np.full((SIZE[1], SIZE[0], 3), value, np.float32)


def mask_values(
    mask: str, frame: Frame | None = None, truth: Frame | None = None, at: int = 0
) -> Frame:
    """Return the values of a mask at one frame of five, `(H, W)`."""
    base = frame_of() if frame is None else frame
    result = chain(mask).apply(base, Clock(at, 24.0, FRAMES), truth, (), {"kick": 0.75})
    return ((result - base) / (1.0 - base))[..., 0]


def test_a_front_moves_over_the_picture_from_an_edge() -> None:
    shares = [float(mask_values("x < progress", at=at).mean()) for at in range(FRAMES)]
    assert shares == [0.0, 0.25, 0.5, 0.75, 1.0]
    half = mask_values("x < progress", at=2)
    assert half[:, :16].all()
    assert not half[:, 16:].any()
    soft = mask_values("feather(x < progress, 8)", at=2)[0]
    assert (np.diff(soft) <= 1e-6).all()
    np.testing.assert_array_equal([soft[8], soft[23]], [1.0, 0.0])
    np.testing.assert_allclose(soft[15:17], [0.6, 0.4], atol=0.01)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("(x < 0.5) & ~(y < 0.5)", "x < 0.5 and not y < 0.5"),
        ("x < 0.5 or y < 0.25", "max(x < 0.5, y < 0.25)"),
        ("not x", "1 - x"),
        ("x * 2 - 0.5", "clip(lerp(-0.5, 1.5, x), 0, 1)"),
        ("where(x < 0.5, y, kick)", "(x < 0.5) * y + (x >= 0.5) * 0.75"),
        ("mod(3 * x, 1)", "saw(3 * x)"),
        ("radius(0.5, 0.5) < 0.3", "sqrt(((x - 0.5) * 2) ** 2 + (y - 0.5) ** 2) < 0.3"),
        ("grow(x < 0.5, 4)", "x < 0.625"),
        ("grow(x < 0.5, -4)", "x < 0.375"),
        ("dream.x", "field(x)"),
        ("4 ** -feather(0.5, 1)", "0 * x + 0.5"),
        ("(x - 2) ** 3 + 8", "(x - 2) ** field(3) + 8"),
        ("x ** 1.5", "x * sqrt(x)"),
        ("kick", "0 * x + 0.75"),
        ("x / 0 > 5", "x == x"),
        ("0 * x / 0", "x < 0"),
    ],
)
def test_operators_and_functions_of_masks(text: str, same: str) -> None:
    np.testing.assert_allclose(mask_values(text), mask_values(same), atol=1e-5)


def test_a_boolean_mask_blends_like_its_numbers() -> None:
    size = (96, 150)
    rng = np.random.default_rng(1)
    before, after = (rng.random((*size, 3), np.float32) for _ in range(2))
    bits = rng.random(size) < 0.5
    chosen = mixed(before, after, bits)
    np.testing.assert_array_equal(chosen, np.where(bits[..., None], after, before))
    np.testing.assert_array_equal(chosen, mixed(before, after, bits.astype(np.float32)))
    # A tall frame is blended in several parts.
    evenly = mixed(before, after, np.full(size, 0.25, np.float32))
    np.testing.assert_allclose(evenly, 0.75 * before + 0.25 * after, atol=1e-6)


def test_masks_read_the_dream_the_source_and_the_last_frame() -> None:
    dark, bright = frame_of(0.2), frame_of(0.6)
    bright[:, 16:] = 0.2
    for text, expected in (
        ("luma", 0.6), ("truth.luma", 0.2), ("difference", 0.4),
        ("edges", 0.0), ("hue(0)", 0.0),
    ):  # fmt: skip
        assert mask_values(text, bright, dark)[4, 4] == pytest.approx(expected, abs=1e-5), text
    assert mask_values("edges > 0.1", bright)[8].nonzero()[0].tolist() == [14, 15, 16, 17]
    red = frame_of(0.1)
    red[:, :8, 0] = 0.9
    assert not mask_values("hue(350, 60) > 0.9", frame_of(), red).any()
    assert mask_values("truth.hue(10, 60) > 0.9", None, red)[0].sum() == 8
    one = chain("last.luma > 0.5 or motion > 0.3 or truth.motion > 0.3", White)
    shown = [
        one.apply(frame, Clock(at, 24.0, FRAMES), dark)[0, 4, 0]
        for at, frame in enumerate((dark, bright, dark, dark))
    ]
    # No motion yet; then motion; then a bright last frame.
    np.testing.assert_allclose(shown, [0.2, 1.0, 1.0, 0.2], atol=1e-6)


def test_noise_is_smooth_and_changes_with_time() -> None:
    still, moving = mask_values("noise(0.5, 0)"), mask_values("noise(0.5, 0)", at=3)
    np.testing.assert_array_equal(still, moving)
    one = chain("noise(0.5, 6)")
    first, second = (one.apply(frame_of(), Clock(at, 24.0), None)[..., 0] for at in range(2))
    assert 0.02 < np.abs(first - second).mean() < 0.4
    assert 0.3 < still.mean() < 0.7
    assert np.abs(np.diff(still, axis=1)).max() < 0.3


def test_an_empty_mask_skips_stateless_effects_only() -> None:
    frame = frame_of(0.3)
    np.testing.assert_array_equal(chain("x < 0", Never).apply(frame, Clock(0, 24.0), None), frame)
    counting = chain("kick > 2", Count)
    for at in range(3):
        result = counting.apply(frame, Clock(at, 24.0), None, (), {"kick": 0.0})
        np.testing.assert_array_equal(result, frame)
    assert counting.state()["output/white/0"]["count"] == 3


def test_mask_values_of_0_and_1_select_the_input_and_the_output_exactly() -> None:
    rng = np.random.default_rng(1)
    frame = rng.random((16, 32, 3), np.float32) * 3 - 1
    plain = Chain([Binding(Invert())], "output", 5).apply(frame, Clock(0, 24.0), None)
    half = chain("x < 0.5", Invert).apply(frame, Clock(0, 24.0), None)
    np.testing.assert_array_equal(half[:, :16], plain[:, :16])
    np.testing.assert_array_equal(half[:, 16:], frame[:, 16:])
    whole = chain("y > -1", Invert).apply(frame, Clock(0, 24.0), None)
    np.testing.assert_array_equal(whole, plain)
    mixed = chain("0 * x + 0.5", Invert, mix=0.5).apply(frame, Clock(0, 24.0), None)
    np.testing.assert_array_equal(
        mixed, chain("", Invert, mix=0.25).apply(frame, Clock(0, 24.0), None)
    )


def test_an_enlarging_effect_is_masked_at_its_output_size() -> None:
    result = chain("x < 0.5", Enlarge).apply(frame_of(), Clock(0, 24.0), None)
    assert result.shape == (32, 64, 3)
    assert result[:, :31].min() == 1
    assert result[:, 33:].max() == 0


def test_the_state_of_masks_is_part_of_the_chain_s_state() -> None:
    mask = "luma - last.luma > 0.1 or noise(0.3, 3 * kick) > 0.6 or lag(kick, 0.2) > x"
    frames = [np.random.default_rng(at).random((16, 32, 3), np.float32) for at in range(6)]

    def played(one: Chain, first: int, last: int) -> list[Frame]:
        return [
            one.apply(frames[at], Clock(at, 24.0), frames[-1 - at], (), {"kick": 1.0 / (1 + at)})
            for at in range(first, last)
        ]

    whole = chain(mask, Invert)
    expected = played(whole, 0, 6)
    first, second = chain(mask, Invert), chain(mask, Invert)
    played(first, 0, 3)
    state = first.state()
    assert set(state) == {"output/white/0/curves", "output/white/0/seen"}
    played(second, 0, 2)
    second.restore(state)
    np.testing.assert_array_equal(played(second, 3, 6), expected[3:])
    whole.reset()
    np.testing.assert_array_equal(played(whole, 0, 6), expected)


def test_changing_a_mask_updates_whether_the_truth_is_used() -> None:
    one = chain("truth.luma > 0.5")
    assert one.uses_truth
    assert one.apply(frame_of(), Clock(0, 24.0), frame_of(0.9)).all()
    one.set(0, "mask", "x < 0.5")
    assert not one.uses_truth
    assert one.apply(frame_of(), Clock(1, 24.0), None).mean() == 0.5
    one.set(0, "mask", "")
    assert one.apply(frame_of(), Clock(2, 24.0), None).mean() == 1
    with pytest.raises(TableError, match=r"mask: .*column 5: there is no"):
        one.set(0, "mask", "x < lumma")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("luma >", "column 7: it ends here"),
        ("lumma", r'column 1: there is no "lumma"'),
        ("brightness", r'no "brightness" \(did you mean "luma"\?\); there are: luma, truth'),
        ("source.luma", r'no "source.luma" \(did you mean "truth.luma"\?\)'),
        ("blur(x, 3)", r'no function "blur" \(did you mean "feather"\?\)'),
        ("width / 2", r'no "width"; x goes from 0 to 1 over the width'),
        ("m.png", r"column 1: a file is written as file\('m.png'\)"),
        ("truth.x", r'column 1: there is no "truth.x"'),
        ("edges(3)", "column 1: edges is a picture and takes no brackets"),
        ("hue", "column 1: hue is a function; write hue"),
        ("1 - hue(luma)", "column 9: a number is needed here, not a picture"),
        ("lag(luma, 1)", "column 5: lag takes numbers alone"),
        ("prev * x", "column 1: only curves have prev"),
        ("file(x)", "column 6: a text in single quotes is needed"),
        ("radius(1, 2, 3)", "column 1: 3 arguments given; write radius"),
        ("x ^ 2", r"column 3: .* write \*\* for a power"),
        ("nosie(2) > x", r'column 1: there is no function "nosie" \(did you mean "noise"\?\)'),
        ("feather(" * 20 + "x" + ", 9)" * 20, "the mask takes too long from here on"),
        ("1+" * 600 + "x", "1,201 characters given; allowed: 1,000"),
        ("(" * 60 + "x" + ")" * 60, "nests more than 32 levels deep"),
        (0.5, "0.5 given; allowed: a text"),
    ],
)
def test_mistakes_in_masks_are_reported_when_a_preset_is_read(text: Any, message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        chain(text)
    assert str(caught.value).startswith("mask: ")
    assert "\n" not in str(caught.value)


def test_an_evaluation_error_is_reported_with_its_frame() -> None:
    with pytest.raises(PluginError, match=r"^output.white failed at frame 2: mask: column 7: "):
        mask_values("x < 1 / (t - t)", at=2)


def test_a_picture_and_a_film_may_be_a_mask(tmp_path: Path) -> None:
    picture = np.zeros((16, 32, 3), np.uint8)
    picture[:, :8] = 255
    path = tmp_path / "left.png"
    cv2.imwrite(str(path), picture)
    assert mask_values(f"file('{path}') > 0.5").mean() == 0.25
    one = chain(f"1 - file('{path}')")
    assert [one.apply(frame_of(), Clock(at, 24.0), None).mean() for at in (0, 5)] == [0.75, 0.75]
    missing = chain("file('nothing.png')")
    with pytest.raises(PluginError, match=r"output.white failed at frame 0: .*nothing.png"):
        missing.apply(frame_of(), Clock(0, 24.0), None)
