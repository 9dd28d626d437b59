"""Edits of chains by a preset that extends another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from artengine.catalog import Catalog
from artengine.errors import PresetError
from artengine.preset import load_preset, parse_preset

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]

BASE = """
[source]
use = "void"
[model]
use = "net"
[[feedback]]
use = "grain"
amount = 0.1
[[feedback]]
use = "hue"
degrees = 5
[[feedback]]
use = "grain"
amount = 0.3
[[writers]]
use = "reel"
"""


def chain(path: Path, plugins: Catalog, *overrides: str, word: str = "feedback") -> list[object]:
    """Return the plugin and the first parameter's value of each entry of a chain."""
    tables = load_preset(path, plugins, overrides).table[word]
    return [tuple(table.values()) for table in tables]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ("[feedback.hue]\ndegrees = 9", [("grain", 0.1), ("hue", 9), ("grain", 0.3)]),
        ("[feedback.grain-2]\namount = 0.9", [("grain", 0.1), ("hue", 5), ("grain", 0.9)]),
        ("[feedback.0]\namount = 0.9", [("grain", 0.9), ("hue", 5), ("grain", 0.3)]),
        ("[feedback.hue]\nremove = true", [("grain", 0.1), ("grain", 0.3)]),
        (
            '[feedback.blur]\nat = "end"\n[feedback.zoom]\nat = "start"\nfactor = 1.1',
            [("zoom", 1.1), ("grain", 0.1), ("hue", 5), ("grain", 0.3), ("blur",)],
        ),
        (
            '[feedback.zoom]\nbefore = "hue"\n[feedback.blur]\nafter = "hue"',
            [("grain", 0.1), ("zoom",), ("hue", 5), ("blur",), ("grain", 0.3)],
        ),
        (
            '[feedback.zoom]\nafter = "hue"\n[feedback.blur]\nafter = "zoom"',
            [("grain", 0.1), ("hue", 5), ("zoom",), ("blur",), ("grain", 0.3)],
        ),
        (
            '[feedback.grain-3]\nafter = "hue"\namount = 0.7',
            [("grain", 0.1), ("hue", 5), ("grain", 0.7), ("grain", 0.3)],
        ),
        (
            '[feedback.last]\nuse = "hue"\nat = "end"',
            [("grain", 0.1), ("hue", 5), ("grain", 0.3), ("hue",)],
        ),
        (
            '[feedback.hue]\nuse = "zoom"\nfactor = 1.2',
            [("grain", 0.1), ("zoom", 1.2), ("grain", 0.3)],
        ),
        # Names refer to the chain before the edit.
        (
            "[feedback.grain]\nremove = true\n[feedback.grain-2]\namount = 1.0",
            [("hue", 5), ("grain", 1.0)],
        ),
    ],
)
def test_a_chain_is_edited_by_name(
    edits: str, expected: list[object], write: Write, plugins: Catalog
) -> None:
    write("base.toml", BASE)
    path = write("edited.toml", f'extends = "base"\n{edits}')
    assert chain(path, plugins) == expected


def test_edits_of_several_levels_accumulate(write: Write, plugins: Catalog) -> None:
    write("base.toml", BASE)
    write(
        "one.toml", 'extends = "base"\n[feedback.zoom]\nat = "end"\n[feedback.hue]\nremove = true'
    )
    write("two.toml", 'extends = "one"\n[feedback.zoom]\nfactor = 1.5\n[output.grain]\nat = "end"')
    path = write("three.toml", 'extends = "two"\n[feedback.grain]\nremove = true')
    assert chain(path, plugins) == [("grain", 0.3), ("zoom", 1.5)]
    assert chain(path, plugins, word="output") == [("grain",)]
    anew = write("four.toml", 'extends = "three"\n[[feedback]]\nuse = "hue"')
    assert chain(anew, plugins) == [("hue",)]


def test_writers_are_edited_like_chains(write: Write, plugins: Catalog) -> None:
    bare = BASE.partition("[[writers]]")[0]
    path = write("a.toml", bare + '[writers.reel]\nat = "end"\npath = "x.reel"')
    written = [writer.path for writer in load_preset(path, plugins).writers]
    assert written == ["a.mp4", "x.reel"]
    changed = load_preset(write("b.toml", bare), plugins, ["writers.mp4.path=c.mp4"])
    assert [writer.path for writer in changed.writers] == ["c.mp4"]


def test_overrides_add_and_remove_effects(write: Write, plugins: Catalog) -> None:
    path = write("base.toml", BASE)
    changes = ["feedback.zoom.factor=1.2", "feedback.zoom.after=hue", "feedback.grain.remove=true"]
    assert chain(path, plugins, *changes) == [("hue", 5), ("zoom", 1.2), ("grain", 0.3)]


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (
            "[feedback.huw]\ndegrees = 9",
            'feedback.huw: [[feedback]] has no "huw" (did you mean "hue"?); it has grain, hue, '
            'grain-2; to add it say where, as at = "end"',
        ),
        ("[feedback.huw]\nremove = true", 'feedback.huw: [[feedback]] has no "huw" (did you mean'),
        ('[feedback.zoom]\nafter = "blur"', 'feedback.zoom: [[feedback]] has no "blur"; it has'),
        ('[feedback.zoom]\nat = "top"', 'feedback.zoom: at = "top" given; allowed: "start", "end"'),
        (
            '[feedback.zoom]\nat = "end"\nafter = "hue"',
            "feedback.zoom: at and after given; give one of them",
        ),
        (
            "[feedback.hue]\nremove = true\ndegrees = 3",
            "feedback.hue: to remove it write remove = true, and nothing else",
        ),
        ("[feedback.hue]\nremove = false", "feedback.hue: to remove it write remove = true, and"),
        (
            '[feedback]\nuse = "hue"',
            "feedback: a list of tables is needed; write [[feedback]] for each entry of a new "
            "list, or [feedback.NAME] to change one",
        ),
    ],
)
def test_an_invalid_edit_is_reported(
    edits: str, message: str, write: Write, problems: Problems
) -> None:
    write("base.toml", BASE)
    (line,) = problems(write("edited.toml", f'extends = "base"\n{edits}'))
    assert line.startswith(f"edited.toml: {message}")


def test_a_mistake_in_an_edit_names_its_file(write: Write, problems: Problems) -> None:
    write("base.toml", BASE)
    text = (
        'extends = "base"\n[feedback.hue]\ndegrees = "far"\n[feedback.zoom]\nat = "end"\nfactor = 0'
    )
    lines = problems(write("edited.toml", text))
    heads = [line.partition(" given")[0] for line in lines]
    assert heads == [
        'edited.toml: feedback.hue.degrees: "far"',
        "edited.toml: feedback.zoom.factor: 0",
    ]


def test_with_values_changes_only_the_given_values(plugins: Catalog) -> None:
    table = {"source": {"use": "void"}, "model": {"use": "net"}, "feedback": [{"use": "grain"}]}
    preset = parse_preset({**table, "train": {"minutes": 3}}, plugins, name="mine")
    changed = preset.with_values(
        {
            "dream.frames": 7,
            "feedback.grain.amount": 0.5,
            "train.minutes": None,
            "train.steps": 9,
        }
    )
    assert (changed.dream.frames, changed.train.minutes, changed.train.steps) == (7, None, 9)
    assert changed.table["feedback"] == [{"use": "grain", "amount": 0.5}]
    assert changed.table["train"] == {"steps": 9}
    assert changed.name == "mine"
    assert (preset.dream.frames, preset.table["feedback"]) == (240, [{"use": "grain"}])
    with pytest.raises(PresetError) as caught:
        preset.with_values({"dream.frames": 0, "feedback.hue.degrees": 3, "dream..fps": 3})
    assert caught.value.problems == [
        'mine: feedback.hue.degrees: [[feedback]] has no "hue"; it has grain',
        "mine: dream..fps: write an address as dream.frames or feedback.noise.amount",
    ]
