"""What users read of a plugin."""

from __future__ import annotations

import re

from artengine.testing.check import Trial
from artengine.testing.expect import expect


def is_documented(trial: Trial) -> None:
    """Its class and each of its parameters say in a sentence what they do."""
    kind = trial.kind
    expect(
        re.match(r"[A-Z][^\n]+[.:](\n|$)", (kind.__doc__ or "").strip()),
        f"the docstring of {kind.__name__} must begin with a sentence on one line",
    )
    for name, info in kind.model_fields.items():
        said = (info.description or "").strip()
        expect(said, f"{name} has no docstring; write one under it")
        expect(said.endswith("."), f"the docstring of {name} must end with a full stop")
