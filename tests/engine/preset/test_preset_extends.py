"""Presets that extend others, and overrides from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artengine import folders
from artengine.catalog import Catalog
from artengine.errors import PresetError, UsageError
from artengine.preset import load_preset, parse_preset
from artengine.preset.extends import MOST_FILES, read_document
from artengine.preset.override import parse_override
from artengine.preset.toml_text import MOST_LEVELS

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]

BASE = """
seed = 3
[source]
use = "void"
[model]
use = "net"
[dream]
frames = 10
fps = 12
[[feedback]]
use = "grain"
amount = 0.3
[[writers]]
use = "reel"
"""


def test_later_tables_merge_and_lists_are_replaced(write: Write, plugins: Catalog) -> None:
    write("base.toml", BASE)
    write("other.toml", '[dream]\nframes = 20\nstart = 1.5\n[[feedback]]\nuse = "grain"')
    path = write("night.toml", 'extends = ["base", "other.toml"]\n[dream]\nstart = 2.5')
    preset = load_preset(path, plugins)
    assert (preset.dream.frames, preset.dream.fps, preset.dream.start) == (20, 12, 2.5)
    assert preset.table["feedback"] == [{"use": "grain"}]
    assert preset.seed == 3
    assert "extends" not in preset.table


def test_a_name_is_looked_up_next_to_the_preset_first(write: Write) -> None:
    write("presets/base.toml", "seed = 1")
    path = write("deep/night.toml", 'extends = "base"')
    assert read_document(path).table == {"seed": 1}
    write("deep/base.toml", "seed = 2")
    assert read_document(path).table == {"seed": 2}


def test_a_preset_may_extend_the_packaged_one_of_its_own_name(plugins: Catalog) -> None:
    path = folders.presets() / "night-drive.toml"
    path.parent.mkdir(parents=True)
    path.write_text('extends = "night-drive"\nseed = 99', encoding="utf-8")
    preset = load_preset("night-drive", plugins)
    assert (preset.seed, preset.source.name) == (99, "synthetic")


def test_parameters_of_another_plugin_do_not_leak(write: Write, plugins: Catalog) -> None:
    write("base.toml", BASE + "[train]\nsteps = 5\n")
    write("tape.toml", 'extends = "base"\n[source]\nuse = "tape"\npath = "a"\nspeed = 2.0')
    path = write("night.toml", 'extends = "tape"\n[source]\nuse = "void"\ngrey = 0.25')
    assert load_preset(path, plugins).table["source"] == {"use": "void", "grey": 0.25}
    same = write("same.toml", 'extends = "tape"\n[source]\nuse = "tape"\nspeed = 3.0')
    assert load_preset(same, plugins).table["source"]["path"] == str(same.parent / "a")


def test_curves_are_replaced_as_a_whole(write: Write) -> None:
    write("base.toml", '[source]\ngrey = { keys = { "0s" = 0, "1s" = 1 }, ease = "in" }')
    path = write("night.toml", 'extends = "base"\n[source]\ngrey = { keys = { "2s" = 0 } }')
    assert read_document(path).table["source"]["grey"] == {"keys": {"2s": 0}}


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a": "b", "b": "a"}, "a > b > a"),
        ({"a": "b.toml", "b": "c", "c": "./b.toml"}, "b > c > b"),
        ({"a": "a.toml"}, "a > a"),
    ],
)
def test_cycles_are_refused_by_name(
    files: dict[str, str], circle: str, write: Write, problems: Problems
) -> None:
    for name, base in files.items():
        write(f"{name}.toml", f'extends = "{base}"')
    (line,) = problems("a.toml")
    assert line.endswith(f"extends: goes in a circle: {circle}")


def test_a_base_may_be_extended_twice(write: Write) -> None:
    write("base.toml", "seed = 1")
    write("left.toml", 'extends = "base"')
    write("right.toml", 'extends = "base"\nseed = 2')
    assert read_document(write("a.toml", 'extends = ["left", "right"]')).table == {"seed": 2}


def test_exponentially_many_bases_are_refused(write: Write, problems: Problems) -> None:
    for level in range(12):
        bases = [f"l{level + 1}.toml"] * 4
        write(f"l{level}.toml", f"extends = {bases}")
    write("l12.toml", "")
    (line,) = problems("l0.toml")
    assert f"more than {MOST_FILES} files are extended" in line


def test_all_unreadable_bases_are_reported_at_once(write: Write, problems: Problems) -> None:
    write("broken.toml", "[dream]\nframes = 1 2")
    (Path.cwd() / "bytes.toml").write_bytes(b"title = '\xff'")
    write("twice.toml", "seed = 1\nseed = 2")
    write("self.toml", 'extends = "self"')
    names = ["broken", "bytes.toml", "twice", "self", "nothere", "./no.toml", "/etc/passwd"]
    names += ["a" * 5000, "./" + "a" * 5000, "runs/mine/"]
    run = Path.cwd() / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "recipe.toml").touch()
    lines = problems(write("a.toml", f"extends = {names}"))
    assert lines[0].startswith("broken.toml: line 2, column 12: ")
    assert lines[1] == "bytes.toml: is not text in UTF-8"
    assert lines[2].startswith("twice.toml: line 2: seed is given twice")
    assert '"self" is this preset itself' in lines[3]
    assert lines[4].startswith('a.toml: extends: no preset "nothere"; looked in presets, ')
    assert lines[5] == (
        'a.toml: extends: no preset at "./no.toml"; write a name, or a path from this file on'
    )
    assert lines[6].startswith('a.toml: extends: no preset at "/etc/passwd"')
    assert lines[9] == ('a.toml: extends: "runs/mine/" is a folder; write "runs/mine/recipe.toml"')
    assert len(lines) == 10


@pytest.mark.parametrize("value", ["3", "[1]", "{ a = 1 }"])
def test_extends_must_be_a_name_or_a_list_of_names(
    value: str, write: Write, problems: Problems
) -> None:
    (line,) = problems(write("a.toml", f"extends = {value}"))
    assert line.startswith("a.toml: extends: ")
    assert "allowed: a preset's name or relative path, or a list of them" in line


def test_windows_line_ends_and_byte_order_marks_are_read(write: Write) -> None:
    path = write("a.toml", "")
    path.write_bytes(b"\xef\xbb\xbfseed = 4\r\n")
    assert read_document(path).table == {"seed": 4}


DEEP = ".".join("a" * 5000)


@pytest.mark.parametrize(
    "text",
    [
        f"a = {'[' * 5000}{']' * 5000}",
        f"a = {'[' * 100}{']' * 100}",
        f"{DEEP} = 1",
        f"[{DEEP}]",
        f"[[feedback]]\namount = {{ {DEEP} = 1 }}",
    ],
)
def test_deep_nesting_is_refused(text: str, write: Write, problems: Problems) -> None:
    (line,) = problems(write("a.toml", text))
    assert line == f"a.toml: nests too deeply; allowed: {MOST_LEVELS} levels"


def test_overrides_that_are_too_large_are_refused(write: Write, plugins: Catalog) -> None:
    path = write("a.toml", BASE)
    with pytest.raises(PresetError, match=f"nests too deeply; allowed: {MOST_LEVELS} levels"):
        load_preset(path, plugins, [f"source.grey={{ {DEEP} = 1 }}"])
    with pytest.raises(UsageError, match="an address has at most 32 parts"):
        load_preset(path, plugins, [f"{DEEP}=1"])


@pytest.mark.parametrize(
    ("override", "place", "value"),
    [
        ("dream.frames=100", ("dream", "frames"), 100),
        ("feedback.0.amount=0.5", ("feedback", 0, "amount"), 0.5),
        ("feedback[1].amount = 0.5", ("feedback", 1, "amount"), 0.5),
        ("source.path=clip.mp4", ("source", "path"), "clip.mp4"),
        ('source.path="x.mp4"', ("source", "path"), "x.mp4"),
        ("source.path=a=b", ("source", "path"), "a=b"),
        ("dream.size=[64, 48]", ("dream", "size"), [64, 48]),
        ("train.flip=false", ("train", "flip"), False),
        ("title=", ("title",), ""),
        ("title=2024-05-01", ("title",), "2024-05-01"),
        ("title=a\nseed = 2", ("title",), "a\nseed = 2"),
        ("title=1\nseed = 2", ("title",), "1\nseed = 2"),
        (
            'feedback.0.amount.keys."0.5s"=1',
            ("feedback", 0, "amount", "keys", "0.5s"),
            1,
        ),
        ("model={use='net'}", ("model",), {"use": "net"}),
    ],
)
def test_an_override_is_parsed_as_an_address_and_a_toml_value_or_text(
    override: str, place: tuple[Any, ...], value: Any
) -> None:
    parsed = parse_override(override)
    assert (parsed.address, parsed.value) == (place, value)


@pytest.mark.parametrize("override", ["dream.frames", "=3", "a b=3", "a..b=1", "[a]=1", ""])
def test_invalid_overrides_are_refused(override: str, plugins: Catalog) -> None:
    with pytest.raises(UsageError) as caught:
        parse_preset({"source": {"use": "void"}, "model": {"use": "net"}}, plugins, [override, "x"])
    line, other = str(caught.value).splitlines()
    assert line.startswith(f"--set: {override}: write ")
    assert other == "--set: x: write it as table.key=value, as dream.frames=100"


def test_overrides_reach_every_table(write: Write, plugins: Catalog) -> None:
    path = write("a.toml", BASE)
    preset = load_preset(
        path,
        plugins,
        [
            "feedback.0.amount=0.75",
            "dream.frames=7",
            "dream.size=[64, 48]",
            "train.steps=9",
            "seed=8",
            "title=Other",
            'output=[{use="enlarge", factor=3}]',
        ],
    )
    assert preset.table["feedback"] == [{"use": "grain", "amount": 0.75}]
    assert (preset.dream.frames, preset.dream.size, preset.dream.fps) == (7, (64, 48), 12)
    assert (preset.train.steps, preset.seed, preset.title) == (9, 8, "Other")
    assert preset.output_chain().output_size((10, 10)) == (30, 30)


def test_another_plugin_takes_its_own_parameters_in_any_order(
    write: Write, plugins: Catalog
) -> None:
    path = write("a.toml", BASE)
    changes = ["source.path=clip.mp4", "source.use=tape"]
    assert load_preset(path, plugins, changes).source.model_dump()["speed"] == 1.0
    preset = load_preset(path, plugins, ["feedback.0.use=enlarge", "feedback.0.factor=1"])
    assert preset.table["feedback"] == [{"use": "enlarge", "factor": 1}]


def test_a_curve_can_be_overridden_as_a_whole_and_key_by_key(
    write: Write, plugins: Catalog
) -> None:
    path = write("a.toml", BASE)
    changes = ['feedback.0.amount={keys={"0s"=0, "1s"=1}}', "feedback.0.amount.keys.1s=0.5"]
    preset = load_preset(path, plugins, changes)
    assert preset.table["feedback"][0]["amount"] == {"keys": {"0s": 0, "1s": 0.5}}


def test_overrides_of_missing_entries_are_reported(write: Write, problems: Problems) -> None:
    lines = problems(
        write("a.toml", BASE),
        "feedbak.0.amount=1",
        "feedback.3.amount=1",
        "feedback.amount=1",
        "output.0.factor=2",
        "seed.x=1",
        "dream.framse=1",
        "feedback.0.amuont=1",
        "extends=base",
    )
    heads = [line.partition(";")[0] for line in lines]
    assert heads == [
        '--set: feedback.3.amount: [[feedback]] has no "3"',
        '--set: feedback.amount: [[feedback]] has no "amount"',
        '--set: output.0.factor: [[output]] has no "0"',
        "--set: seed.x: there is no x",
        '--set: feedbak: unknown (did you mean "feedback"?)',
        "--set: extends: unknown",
        '--set: dream.framse: unknown (did you mean "frames"?)',
        '--set: feedback.grain.amuont: unknown (did you mean "amount"?)',
    ]
    assert "; allowed: title, about, extends, seed, " in lines[4]
    assert lines[5].endswith("allowed in a preset's file only")
    assert lines[0].endswith("it has grain")
    assert lines[2].endswith("it is empty")
