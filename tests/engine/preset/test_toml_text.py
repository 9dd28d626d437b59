"""Reading TOML: messages for texts that are not TOML."""

from __future__ import annotations

import pytest

from artengine.errors import UsageError
from artengine.preset.override import parse_override, parse_overrides
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
def test_an_inline_table_over_several_lines_is_explained(value: str, table: str) -> None:
    text = f'[[feedback]]\nuse = "noise"\namount = {value}\n'
    with pytest.raises(ValueError, match=f"over several lines write \\[{table}\\]"):
        parse_toml(text)
    written = '[[feedback]]\nuse = "noise"\n[feedback.amount.keys]\n"0s" = 1\n"1s" = 2\n'
    assert parse_toml(written)["feedback"][0]["amount"] == {"keys": {"0s": 1, "1s": 2}}


@pytest.mark.parametrize("text", ["= 3", "a = { b = 1 }\n= 3", "é = 3", "[a\nb = { c = 1 }"])
def test_tables_elsewhere_do_not_affect_the_message(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line ") as caught:
        parse_toml(text)
    assert "over several lines" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('a = 1\nb = "night\nc = 2\n', 2, 11),
        ("b = 'night\nc = 'day'\n", 1, 11),
        ('a = ["x", "y]\n', 1, 14),
        ('a = 1\nb = "night', 2, 5),
        ("a = 1\nb = 'night\nc = 2\n", 2, 5),
        ('a = """night\nand day\n', 1, 5),
        ("\na = '''night\nand day\n", 2, 5),
    ],
)
def test_a_missing_quote_is_reported(text: str, line: int, column: int) -> None:
    with pytest.raises(ValueError, match=rf"^line {line}, column {column}: a quote is missing; "):
        parse_toml(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 1\nseed = 2", "line 2: seed is given twice"),
        ("[dream]\nframes = 1\nframes = 2\nfps = 3", "line 3: frames is given twice"),
        ("[dream]\nfps = 1\n[train]\n[dream]\nfps = 2", r"line 4: \[dream\] is given twice"),
        ("a = { b = 1, b = 2 }", "line 1: b is given twice"),
        ("a.b = 1\na.b = 2", r"line 2: a\.b is given twice"),
        ("a.b = 1\na.b.c = 2", "line 2: cannot overwrite a value"),
        ("[output.crt]\n[output.crt]", r"line 2: \[output.crt\] is given twice"),
    ],
)
def test_a_key_that_is_given_twice_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        parse_toml(text)


@pytest.mark.parametrize(
    ("text", "line", "entry"),
    [
        ('[feedback.sharpen]\namount = 1\n\n[[feedback]]\nuse = "noise"', 4, "effect"),
        ('feedback.sharpen.amount = 1\n[[feedback]]\nuse = "noise"', 2, "effect"),
        ('[[feedback]]\nuse = "noise"\n[feedback]', 3, "effect"),
        ('[writers.mp4]\ncrf = 20\n[[writers]]\nuse = "gif"', 3, "entry"),
    ],
)
def test_a_list_of_effects_and_a_change_of_one_are_named(text: str, line: int, entry: str) -> None:
    with pytest.raises(ValueError, match="one preset cannot have both") as caught:
        parse_toml(text)
    word = "writers" if entry == "entry" else "feedback"
    assert str(caught.value).startswith(
        f"line {line}: write either [[{word}]], for a new list, or [{word}.NAME], which changes "
        f"one {entry} of the extended preset;"
    )


DEEP = ".x" * 20_000


@pytest.mark.parametrize(
    "text",
    [
        f"x{DEEP} = 1",
        f"a = 1\n  x{DEEP} = 1",
        f"[x{DEEP}]",
        f"[[ x{DEEP} ]]",
        f'"y" . x{DEEP} = 1',
        f"a = {{ x{DEEP} = 1 }}",
        f"a = {{ b = 1, 'x'{DEEP} = 1 }}",
    ],
)
def test_a_key_with_too_many_parts_is_refused_before_parsing(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(_: str) -> None:
        raise AssertionError("tomllib needs minutes for such a key")

    monkeypatch.setattr("tomllib.loads", parse)
    with pytest.raises(ValueError, match="nests too deeply; allowed: 32 levels"):
        parse_toml(text)
    with pytest.raises(ValueError, match="an address has at most 32 parts"):
        parse_override(f"x{DEEP}=1")


def test_dots_outside_of_keys_are_not_counted() -> None:
    text = f'about = "x{DEEP}" # x{DEEP}'
    assert parse_toml(text) == {"about": f"x{DEEP}"}
    assert len(parse_override(text.partition(" #")[0]).value) == 40_001


def test_a_number_with_too_many_digits_is_reported_in_plain_words() -> None:
    digits = "9" * 5000
    message = "a whole number of too many digits; shorten it$"
    with pytest.raises(ValueError, match=rf"^line 3: {message}"):
        parse_toml(f"[dream]\nsize = [64, 64]\nframes = {digits}")
    hexadecimal = "0x" + "f" * 500_000
    for text in (f"[dream]\nframes = {hexadecimal}", f"dream = {{ frames = {hexadecimal} }}"):
        with pytest.raises(ValueError, match=rf"^dream.frames: {message}"):
            parse_toml(text)
    for number in (digits, hexadecimal):
        assert parse_override(f"dream.frames={number}").value == number


@pytest.mark.parametrize("text", ["[a]\n" * 20_001, "a = [" + "{}," * 20_001 + "]"])
def test_too_many_tables_are_refused_before_parsing(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(_: str) -> None:
        raise AssertionError("tomllib needs seconds for so many")

    monkeypatch.setattr("tomllib.loads", parse)
    with pytest.raises(ValueError, match=r"^holds more than 20,000 tables and lists"):
        parse_toml(text)


def test_the_reason_is_kept_after_a_long_override() -> None:
    with pytest.raises(
        UsageError, match=r"^--set: x+\.\.\.: write it as table.key=value"
    ) as caught:
        parse_overrides(["x" * 100_000])
    assert len(str(caught.value)) < 400


def test_an_override_that_is_not_utf_8_is_reported() -> None:
    with pytest.raises(UsageError, match=r"--set: title=.*: holds bytes that are no text in UTF-8"):
        parse_overrides(["title=\udcff"])
