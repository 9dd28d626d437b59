"""Vital signs of a dream: their values, the expressions that read them, and governors."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from predictors import Fading, Stateless, Still

from artengine.catalog import Catalog
from artengine.cli.program import main
from artengine.curves.signs import SIGNS
from artengine.dream.curve_values import curve_values
from artengine.dream.preview import preview
from artengine.dream.session import Dream
from artengine.dream.vital_signs import VitalSigns
from artengine.errors import PresetError
from artengine.frame import Frame, Picture, to_frame
from artengine.measure.life import Meter
from artengine.measure.vital import ORDINARY, VitalMeter, reference
from artengine.preset import Preset, parse_preset

GOVERN = {"hold": "motion", "steer": "feedback.noise.amount", "between": [0, 0.4]}


@pytest.fixture(autouse=True)
def ordinary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Do not measure the clips' own vital signs, which takes a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("artengine.dream.parts.clip_signs", lambda *_: dict(ORDINARY))


def preset_of(catalog: Catalog, **changes: Any) -> Preset:
    table: dict[str, Any] = {
        "source": {"use": "synthetic"},
        "model": {"use": "recall", "context": 3},
        "dream": {"frames": 24, "size": [32, 24], "fps": 24},
        "feedback": [{"use": "noise", "amount": 0.0}, {"use": "zoom", "factor": 1.0}],
        "output": [],
        **changes,
    }
    return parse_preset(table, catalog, name="test")


def moving_pictures(frames: int, seed: int = 0) -> list[Picture]:
    """A picture that moves."""
    rng = np.random.default_rng(seed)
    wide = cv2.resize(rng.integers(0, 256, (12, 40, 3), np.uint8), (400, 120))
    return [np.ascontiguousarray(wide[:96, 3 * n : 3 * n + 128]) for n in range(frames)]


def test_vital_signs_equal_the_curves_of_the_meter() -> None:
    meter, vital = Meter(), VitalMeter()
    results = []
    for picture in moving_pictures(12):
        meter.feed(picture)
        results.append(vital.feed(picture))
    curves = meter.curves()
    assert "motion" not in results[0]
    assert "drift" not in results[7]
    for name in SIGNS:
        slow = getattr(curves, "colourfulness" if name == "colour" else name)
        assert results[-1][name] == pytest.approx(slow[-1], rel=1e-6)


def test_a_dream_like_its_clip_has_vital_signs_of_1() -> None:
    clip = moving_pictures(60)
    signs = VitalSigns(24.0, lambda: reference([clip]))
    signs.watch()
    for picture in clip:
        signs.see(to_frame(picture))
    assert signs.values == pytest.approx(dict.fromkeys(SIGNS, 1), abs=0.05)


def test_a_still_clip_is_replaced_by_an_ordinary_reference() -> None:
    result = reference([[np.full((32, 32, 3), 90, np.uint8)] * 12])
    assert result == ORDINARY
    assert reference([]) == ORDINARY


def film(preset: Preset, **options: Any) -> list[Picture]:
    with Dream(preset, predict=Fading(), **options) as dream:
        return list(dream)


def test_vital_signs_are_measured_only_if_they_are_read(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(VitalMeter, "feed", refuse)
    film(preset_of(catalog))
    film(
        preset_of(
            catalog, curves={"motion": "0.5"}, output=[{"use": "levels", "gamma": "1+motion"}]
        )
    )
    for reading in ({"gamma": "1 + motion"}, {"mask": "x < contrast"}):
        with pytest.raises(AssertionError):
            film(preset_of(catalog, output=[{"use": "levels", **reading}]))
    # In a mask, `motion` is a picture and not the vital sign.
    film(preset_of(catalog, output=[{"use": "levels", "mask": "motion > 0.1"}]))


def test_expressions_read_the_vital_signs_of_the_last_frame(catalog: Catalog) -> None:
    preset = preset_of(catalog, curves={"still": "1 - clip(motion, 0, 1)", "first": "contrast"})
    with Dream(preset, predict=Still()) as dream:
        still = [turn.values["still"] for turn in dream.turns()]
    # Motion is unknown before the second frame; then it decays to 0.
    assert still[:3] == [0, 0, pytest.approx(1 - np.exp(-1 / 12))]
    assert still == sorted(still)
    assert still[-1] > 0.8


def test_a_changed_expression_may_read_them(catalog: Catalog) -> None:
    preset = preset_of(catalog, output=[{"use": "levels"}])
    with Dream(preset, predict=Fading()) as dream:
        dream.set("output.levels.brightness", "1 - contrast", frame=6)
        first = list(islice(dream, 12))
        snapshot = dream.snapshot()
        rest = list(dream)
    assert (np.array(first[:6]) == np.array(film(preset)[:6])).all()
    assert first[8].mean() > first[5].mean()
    assert (np.array(film(preset, resume=snapshot)) == np.array(rest)).all()


@pytest.mark.parametrize(
    ("curves", "audio", "value"),
    [({}, {}, 1.0), ({"drift": "0.25"}, {}, 0.25), ({}, {"drift": {"band": [20, 90]}}, 0.0)],
)
def test_names_of_the_preset_take_precedence(
    catalog: Catalog, curves: Any, audio: Any, value: float
) -> None:
    sounds = {"music": {"path": write_silence(), **audio}} if audio else {}
    preset = preset_of(catalog, curves={**curves, "seen": "drift"}, audio=sounds)
    assert curve_values(preset, 24.0).values["curves.seen"].tolist() == [value] * 24


def write_silence() -> str:
    with wave.open("silence.wav", "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    return "silence.wav"


class Dying(Stateless):
    """Predicts a blurred mean of its context, closer to grey."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        mean = cv2.blur(np.stack(frames).mean(axis=0, dtype=np.float32), (3, 3))
        grey = np.float32(0.5)
        return np.asarray(grey + (mean - grey) * np.float32(0.95), np.float32)


def governed_preset(catalog: Catalog, *govern: dict[str, Any], **changes: Any) -> Preset:
    noise = {"use": "noise", "amount": 0.02, "pattern": "perlin", "scale": 0.3, "drift": 4}
    feedback = [noise, {"use": "zoom", "factor": 1.01}]
    dream = {"frames": 240, "size": [32, 24], "fps": 24}
    table: dict[str, Any] = {"dream": dream, "feedback": feedback, "curves": {"m": "motion"}}
    return preset_of(catalog, govern=list(govern), **{**table, **changes})


def noise_and_motion(preset: Preset, **options: Any) -> tuple[list[float], list[float]]:
    """Return the noise and the motion at each frame."""
    amounts, motion = [], []
    with Dream(preset, predict=Dying(), **options) as dream:
        for turn in dream.turns():
            amounts.append(float(dream._feedback.effects[0].model_dump()["amount"]))
            motion.append(turn.values["m"])
    return amounts, motion


def test_a_governor_keeps_a_dream_moving(catalog: Catalog) -> None:
    _, dying = noise_and_motion(governed_preset(catalog))
    amounts, living = noise_and_motion(governed_preset(catalog, GOVERN))
    assert amounts[0] == pytest.approx(0.02)
    assert np.mean(dying[120:]) < 0.5
    assert np.abs(np.mean(living[120:]) - 1) < 0.1
    assert min(amounts) >= 0
    assert max(amounts) <= 0.4


SEVERAL = (
    {**GOVERN, "at": "1 + 0.5 * sin(t)"},
    {"hold": "detail", "steer": "output.levels.gamma", "between": [1, 2], "seconds": 0.5},
    {"hold": "contrast", "steer": "feedback.zoom.mix", "between": [1, 0.2], "gain": 2},
    {"hold": "drift", "steer": "model.pull", "between": [0.1, 0.9]},
    {"hold": "colour", "steer": "dream.truth_frames", "between": [0, 3], "gain": 4},
)


def several_governors(catalog: Catalog) -> Preset:
    film = {"frames": 36, "size": [32, 24], "fps": 24}
    return governed_preset(catalog, *SEVERAL, dream=film, output=[{"use": "levels"}])


def test_governors_resume_bit_for_bit(catalog: Catalog) -> None:
    preset = several_governors(catalog)
    with Dream(preset, predict=Dying()) as dream:
        whole = list(islice(dream, 14))
        snapshot = dream.snapshot()
        whole += dream
    with Dream(preset, predict=Dying(), resume=snapshot) as dream:
        assert (np.array(whole[14:]) == np.array(list(dream))).all()
    assert (np.array(whole) == np.array(list(Dream(preset, predict=Dying())))).all()


def test_setting_a_value_overrides_its_governor(catalog: Catalog) -> None:
    preset = governed_preset(catalog, GOVERN, dream={"frames": 8, "size": [32, 24], "fps": 24})
    with Dream(preset, predict=Dying()) as dream:
        dream.set("feedback.noise.amount", 0.3, frame=4)
        list(dream)
        assert dream._feedback.effects[0].model_dump()["amount"] == 0.3


def test_a_plot_draws_vital_signs_at_rest(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = several_governors(catalog)
    result = curve_values(preset, 24.0)
    assert result.at_rest == (
        "curves.m",
        "dream.truth_frames",
        "model.pull",
        "feedback.noise.amount",
        "feedback.zoom.mix",
        "output.levels.gamma",
    )
    assert list(result.values) == list(preset.curves_by_address())
    assert result.values["curves.m"].tolist() == [1.0] * 36
    assert result.values["feedback.noise.amount"].tolist() == [0.02] * 36
    assert result.values["govern.0.at"][12] == pytest.approx(1 + 0.5 * np.sin(0.5))
    Path("several.toml").write_text(preset.recipe())
    assert main(["presets", "plot", "several.toml"]) == 0
    assert "curves.m, dream.truth_frames, model.pull, ...: at rest" in capsys.readouterr().err


def test_a_preview_is_governed_too(catalog: Catalog) -> None:
    long = {"frames": 500, "size": [32, 24], "fps": 24}
    small = preview(governed_preset(catalog, GOVERN, dream=long), fps=24.0, size=(32, 24))
    amounts, _ = noise_and_motion(small)
    assert len(amounts) == 48
    assert amounts[-1] > 0.02


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hold": "motoin"}, r'govern\.0\.hold: "motoin" given \(did you mean "motion"\?\)'),
        ({"steer": "feedback.noize.amount"}, r'has no "noize" \(did you mean "noise"\?\)'),
        ({"steer": "feedback.noise.amout"}, r"amout does not exist.*can be steered: amount,"),
        ({"steer": "feedback.noise.pattern"}, "pattern takes no curve; "),
        ({"steer": "dream.frames"}, r"these can be steered: detail, truth_frames"),
        ({"steer": "curves.m"}, "name the number that reads it"),
        ({"steer": "source.seed"}, r"no number that can be steered; allowed: "),
        ({"steer": "a b"}, "write an address as "),
        ({"steer": "feedback.zoom.factor"}, r"govern\.0\.steer: .* has a curve of its own; "),
        ({"steer": "output.upscale.on", "between": [1, 0]}, "a film has one; write true or false"),
        ({"between": [0, 3]}, r"between: feedback\.noise\.amount: 3 given; allowed: .*0 to 2"),
        ({"between": [0.1, 0.1]}, "0.1 given twice"),
        ({"between": [0.1]}, r"\[0\.1\] given"),
        ({"at": 0}, r"govern\.0\.at: 0 given"),
        ({"at": "motio"}, 'no "motio" \\(did you mean "motion"'),
    ],
)
def test_invalid_governors_are_refused(
    catalog: Catalog, change: dict[str, Any], message: str
) -> None:
    feedback = [{"use": "noise", "amount": 0.1}, {"use": "zoom", "factor": "1 + 0.01 * t"}]
    with pytest.raises(PresetError, match=message) as refused:
        governed_preset(
            catalog,
            {**GOVERN, **change},
            feedback=feedback,
            output=[{"use": "upscale", "factor": 2}],
        )
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"steer": "feedback.0.amount"}, r"amount is steered by govern\.0 already"),
        ({"hold": "detail"}, r"govern\.1\.steer: feedback\.noise\.amount is steered by"),
        (
            {"steer": "feedback.zoom.mix", "at": 2},
            r"govern\.1\.at: motion is held at another",
        ),
        ({"steer": "feedback.zoom.mix", "at": "2 * t"}, "motion is held at another value"),
        ({"steer": "feedback.zoom.mix"}, None),
    ],
)
def test_conflicting_governors_are_refused(
    catalog: Catalog, second: dict[str, Any], message: str | None
) -> None:
    if message is None:
        governed_preset(catalog, GOVERN, {**GOVERN, **second})
        return
    with pytest.raises(PresetError, match=message) as refused:
        governed_preset(catalog, GOVERN, {**GOVERN, **second})
    assert len(refused.value.problems) == 1
