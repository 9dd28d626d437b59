"""The check of a plugin's documentation."""

from __future__ import annotations

import re

from artengine.params import attribute_help
from artengine.testing.check import Trial
from artengine.testing.expect import expect


def is_documented(trial: Trial) -> None:
    """Its class and each of its parameters are described in a sentence."""
    kind = trial.kind
    expect(
        re.match(r"[A-Z][^\n]+[.:](\n|$)", (kind.__doc__ or "").strip()),
        f"the docstring of {kind.__name__} must begin with a sentence on one line",
    )
    help_of = attribute_help(kind)
    for name in kind.model_fields:
        text = help_of.get(name, "").strip()
        expect(text, f"{name} has no docstring; write one under it")
        expect(text.endswith("."), f"the docstring of {name} must end with a full stop")
