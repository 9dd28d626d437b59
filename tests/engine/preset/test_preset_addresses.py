"""Addresses of values, and overrides."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from artengine.catalog import Catalog
from artengine.entry_names import entry_names
from artengine.errors import PresetError, UsageError
from artengine.notebook import load_preset as load_in_python
from artengine.preset import load_preset, parse_preset
from artengine.preset.address import (
    parse_address,
    to_names,
    to_numbers,
    write_address,
)
from artengine.preset.override import parse_override

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]

CHAIN = """
[source]
use = "void"
[model]
use = "net"
[[feedback]]
use = "grain"
[[feedback]]
use = "hue"
[[feedback]]
use = "grain"
"""


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("dream.frames", ("dream", "frames")),
        ("feedback.noise-2.amount", ("feedback", "noise-2", "amount")),
        ("feedback.0.amount", ("feedback", 0, "amount")),
        (" feedback[0].amount ", ("feedback", 0, "amount")),
        ('feedback.noise.amount.keys."0.5s"', ("feedback", "noise", "amount", "keys", "0.5s")),
    ],
)
def test_an_address_is_parsed_into_parts(written: str, address: tuple[str | int, ...]) -> None:
    assert parse_address(written) == address


@pytest.mark.parametrize("written", ["", ".", "a b", "a..b", "a = 1\nb", "[a]", ".".join("a" * 33)])
def test_invalid_addresses_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"address"):
        parse_address(written)


@pytest.mark.parametrize(
    ("uses", "names"),
    [
        ([], []),
        (["noise", "hue", "noise", "noise"], ["noise", "hue", "noise-2", "noise-3"]),
        (["noise", "noise-2", "noise"], ["noise", "noise-2", "noise-3"]),
        (["noise", "noise", "noise-2"], ["noise", "noise-3", "noise-2"]),
        (["noise", None, "noise"], ["noise", None, "noise-2"]),
    ],
)
def test_entries_are_named_by_their_plugins(
    uses: list[str | None], names: list[str | None]
) -> None:
    assert entry_names(uses) == names


def test_names_and_numbers_of_entries_are_converted() -> None:
    lists = {"feedback": ["noise", "hue", "noise"], "output": []}
    for name, number in (("noise", 0), ("hue", 1), ("noise-2", 2)):
        assert to_numbers(("feedback", name, "amount"), lists) == ("feedback", number, "amount")
        assert to_names(("feedback", number, "amount"), lists) == ("feedback", name, "amount")
        assert to_numbers(("feedback", number), lists) == ("feedback", number)
    assert to_names(("feedback", 9), lists) == ("feedback", 9)
    assert to_numbers(("dream", "frames"), lists) == ("dream", "frames")
    assert write_address(("feedback", "noise-2", "amount")) == "feedback.noise-2.amount"


def test_a_missing_entry_is_reported_with_the_existing_ones() -> None:
    lists = {"feedback": ["noise", None, "noise"], "output": []}
    with pytest.raises(ValueError, match=r'"noise-3" \(did you mean "noise-2"\?\); it has'):
        to_numbers(("feedback", "noise-3", "amount"), lists)
    with pytest.raises(ValueError, match=r'"3"; it has noise, 1, noise-2$'):
        to_numbers(("feedback", 3), lists)
    with pytest.raises(ValueError, match=r'^\[\[output\]\] has no "blur"; it is empty$'):
        to_numbers(("output", "blur"), lists)


def test_an_override_reaches_an_effect_by_its_name(write: Write, plugins: Catalog) -> None:
    path = write("a.toml", CHAIN)
    changes = ["feedback.grain.amount=0.3", "feedback.grain-2.amount=0.6", "feedback.1.degrees=9"]
    preset = load_preset(path, plugins, [*changes, "writers=[{use='reel'}]"])
    assert [table.get("amount") for table in preset.table["feedback"]] == [0.3, None, 0.6]
    assert preset.table["feedback"][1]["degrees"] == 9


def test_mistakes_are_reported_with_the_effect_s_name(write: Write, problems: Problems) -> None:
    path = write("a.toml", CHAIN)
    changes = ["feedback.blur.amount=1", "feedback.2.amount=3", "feedback.grain.amuont=1"]
    lines = [re.split(" given|; allowed", line)[0] for line in problems(path, *changes)]
    assert lines == [
        '--set: feedback.blur.amount: [[feedback]] has no "blur"; it has grain, hue, grain-2',
        '--set: feedback.grain.amuont: unknown (did you mean "amount"?)',
        "--set: feedback.grain-2.amount: 3",
    ]


@pytest.mark.parametrize("name", ["nan", "2024", "true", "inf", "[1]", "{}"])
def test_a_text_that_looks_like_a_number_stays_a_text(
    name: str, workplace: Path, plugins: Catalog
) -> None:
    table = {"source": {"use": "tape", "path": "a.tape"}, "model": {"use": "net"}}
    changes = [f"model.weights={name}", f"title={name}", f"source.path={name}"]
    changes += [f"output.grain.picture={name}"]
    preset = parse_preset({**table, "output": [{"use": "grain"}]}, plugins, changes)
    assert (preset.weights, preset.title) == (name, name)
    assert preset.source.model_dump()["path"] == str(workplace / name)
    assert preset.table["output"][0]["picture"] == str(workplace / name)


def test_an_override_keeps_its_original_text() -> None:
    override = parse_override("title= 2024 ", "--title")
    assert (override.address, override.value, override.text) == (("title",), 2024, "2024")
    assert (override.written, override.origin) == ("title= 2024 ", "--title")


def test_a_mistake_from_python_does_not_mention_the_command_line() -> None:
    with pytest.raises(UsageError, match=r"^load_preset: dream.frames: write it as table.key"):
        load_in_python("night-drive", "dream.frames")


def test_a_mistake_in_a_change_from_python_names_the_call() -> None:
    with pytest.raises(PresetError) as caught:
        load_in_python("night-drive", "dream.frame=48")
    (line,) = caught.value.problems
    assert line.startswith('load_preset: dream.frame: unknown (did you mean "frames"?)')


def test_the_name_of_an_effect_without_its_chain_is_recognised(
    write: Write, problems: Problems
) -> None:
    path = write(
        "a.toml",
        """
        [source]
        use = "void"
        [model]
        use = "net"
        [[feedback]]
        use = "grain"
        [[feedback]]
        use = "grain"
        [[output]]
        use = "grain"
        """,
    )
    assert problems(path, "grain-2.amount=0.5") == [
        "--set: grain-2: unknown (did you mean feedback.grain-2.amount?)"
    ]
    assert problems(path, "grain=0.5", "mp4.crf=20") == [
        "--set: grain: unknown (did you mean feedback.grain or output.grain?)",
        "--set: mp4: unknown (did you mean writers.mp4.crf?)",
    ]
    (line,) = problems(path, "grian.amount=0.5")
    assert line.startswith('--set: grian: unknown (did you mean "train"?); allowed: title, ')
