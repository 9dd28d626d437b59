"""Explanations of a preset's keys."""

from __future__ import annotations

import pytest

from artengine.errors import UsageError
from artengine.preset.explain import EXPLAINED, Explained, explain


@pytest.mark.parametrize("table", EXPLAINED)
def test_every_key_is_explained(table: str) -> None:
    entries = explain(table)
    assert [entry.key for entry in entries] == list(EXPLAINED[table].model_fields)
    for entry in entries:
        assert entry.allowed, entry.key
        assert entry.help.endswith("."), entry.key


def test_a_key_says_what_it_takes_and_what_it_is_by_default() -> None:
    found = {entry.key: entry for entry in explain("dream")}
    frames = "a whole number from 1 to 10000000"
    assert found["frames"] == Explained("frames", frames, "240", "Length of the film, in frames.")
    assert found["size"].default == ""
    assert found["show"].default == '"prediction"'
    assert found["truth_frames"].allowed == "a whole number from 0 to 32"


def test_what_cannot_be_explained_is_told() -> None:
    with pytest.raises(UsageError, match=r'^no table "draem" \(did you mean "dream"\?\); there'):
        explain("draem")
    with pytest.raises(UsageError, match=r"of its plugin; see artengine plugins show NAME"):
        explain("feedback")
