"""Conformance of the built-in effects, and conventions for their parameters."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from artengine.api import Clock, Effect
from artengine.binding import Binding
from artengine.catalog import load_catalog
from artengine.chain import Chain
from artengine.params import attribute_help, is_path
from artengine.testing import Check, conformance, frames
from artengine.testing.effect_values import choices, drawn, numbers

CATALOG = load_catalog()
EFFECTS = list(CATALOG.effects.values())

every_effect = pytest.mark.parametrize("kind", EFFECTS, ids=lambda kind: kind.name)


@pytest.mark.parametrize("check", [c for kind in EFFECTS for c in conformance(kind)], ids=str)
def test_conforms(check: Check, tmp_path: Path) -> None:
    check(tmp_path)


def test_built_in_effects_are_tested() -> None:
    assert {"blend", "noise", "zoom"} <= {kind.name for kind in EFFECTS}


@every_effect
def test_help_describes_the_bounds_of_each_number(kind: type[Effect]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.name)
    help_of = attribute_help(kind)
    for name, limits in numbers(kind).items():
        help_text = help_of.get(name, "")
        missing = [
            f"{limit:g}" for limit in limits if f"{abs(limit):g}" not in help_text.replace(" ", "")
        ]
        assert not missing, f"{kind.name}.{name} does not say what happens at {missing}"


@every_effect
def test_conformance_draws_every_parameter(kind: type[Effect]) -> None:
    drawn_names = {name for table in drawn(kind, 30) for name in table}
    files = {name for name, info in kind.model_fields.items() if is_path(info)}
    assert drawn_names | files == kind.model_fields.keys()
    assert numbers(kind).keys() | choices(kind).keys() <= drawn_names


@every_effect
def test_state_is_updated_while_mix_is_zero(kind: type[Effect]) -> None:
    shown = frames()[:5]

    def last(**controls: object) -> object:
        chain = Chain([Binding.parse(kind, controls, CATALOG.curves)], "output", 5)
        for at, frame in enumerate(shown):
            result = chain.apply(frame, Clock(at, 24.0), shown[(at + 1) % len(shown)])
        return result

    mixed_in_late = last(mix={"keys": {"0f": 0, "4f": 1}, "ease": "hold"})
    np.testing.assert_array_equal(mixed_in_late, last())
