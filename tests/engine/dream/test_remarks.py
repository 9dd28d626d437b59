"""Remarks on curves that a film does not show completely."""

from __future__ import annotations

from artengine.catalog import Catalog
from artengine.dream.preview import preview
from artengine.dream.remarks import curve_remarks
from artengine.preset import parse_preset


def test_keys_without_effect_are_reported_with_their_address(catalog: Catalog) -> None:
    late = {"keys": {"0s": 0.1, "2s": 0.3}}
    preset = parse_preset(
        {
            "source": {"use": "synthetic"},
            "model": {"use": "flow", "push": late},
            "dream": {"frames": 24},
            "feedback": [
                {"use": "noise"},
                {"use": "noise", "amount": {"keys": {"0": 0.1, "100%": 0.3}}, "mix": late},
            ],
        },
        catalog,
    )
    message = 'the key "2s" comes after the film\'s end (24 frames at 24 a second)'
    assert curve_remarks(preset, 24.0) == [
        f"model.push: {message}",
        'feedback.noise-2.amount: the key "0" has no unit and counts frames; write "0f"',
        f"feedback.noise-2.mix: {message}",
    ]
    assert len(curve_remarks(preset, 8.0)) == 1


def test_a_preview_is_recommended_for_a_film_that_was_shortened(catalog: Catalog) -> None:
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "dream": {"frames": 48},
        "feedback": [{"use": "noise", "amount": {"keys": {"0s": 0.1, "2s": 0.3}}}],
    }
    assert curve_remarks(parse_preset(table, catalog), 24.0) == []
    whole = parse_preset(table, catalog, ["dream.frames=48"])
    assert curve_remarks(whole, 24.0) == []
    by_option = parse_preset(table, catalog, ["dream.frames=24"])
    for short in (by_option, whole.with_values({"dream.frames": 24}, "--seconds")):
        late, hint = curve_remarks(short, 24.0)
        assert late.startswith("feedback.noise.amount: the key")
        assert "use --preview" in hint
    in_preset = parse_preset({**table, "dream": {"frames": 24}}, catalog)
    assert len(curve_remarks(in_preset, 24.0)) == 1
    draft = preview(in_preset, fps=24.0, size=(64, 64))
    assert len(curve_remarks(draft, 24.0)) == 1


def test_of_many_remarks_the_first_is_printed_and_the_others_are_counted(catalog: Catalog) -> None:
    late = {"keys": {"0s": 0.1, "2s": 0.3}}
    preset = parse_preset(
        {
            "source": {"use": "synthetic"},
            "model": {"use": "swift"},
            "dream": {"frames": 24},
            "feedback": [{"use": "noise", "amount": late} for _ in range(5)],
        },
        catalog,
    )
    first, last = curve_remarks(preset, 24.0)
    assert first.startswith("feedback.noise.amount: ")
    assert last == "4 more curves have such keys"
