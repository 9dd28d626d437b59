"""Reading TOML: what is said where a text is none."""

from __future__ import annotations

import pytest

from artengine.preset.toml_text import parse_toml


@pytest.mark.parametrize(
    ("value", "table"),
    [
        ('{ keys = {\n "0s" = 1,\n} }', "feedback.amount.keys"),
        ('{\n keys = { "0s" = 1 } }', "feedback.amount"),
        ('{ keys = { "0s" = 1,\n "1s" = 2 } }', "feedback.amount.keys"),
        ('{ keys = { "0s" = 1, "1s" = 2 },\n ease = "in" }', "feedback.amount.keys"),
    ],
)
def test_a_curve_over_several_lines_is_told_how_to_be_written(value: str, table: str) -> None:
    text = f'[[feedback]]\nuse = "noise"\namount = {value}\n'
    with pytest.raises(ValueError, match=f"over several lines write \\[{table}\\]"):
        parse_toml(text)
    written = '[[feedback]]\nuse = "noise"\n[feedback.amount.keys]\n"0s" = 1\n"1s" = 2\n'
    assert parse_toml(written)["feedback"][0]["amount"] == {"keys": {"0s": 1, "1s": 2}}


@pytest.mark.parametrize("text", ["= 3", "a = { b = 1 }\n= 3", "é = 3", "[a\nb = { c = 1 }"])
def test_nothing_is_said_of_tables_elsewhere(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line ") as caught:
        parse_toml(text)
    assert "over several lines" not in str(caught.value)
