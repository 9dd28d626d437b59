"""Validated presets: their content, and the report of all mistakes at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artengine.catalog import Catalog, load_catalog
from artengine.curves import Clock, Scope, SignalContext
from artengine.errors import PresetError
from artengine.loss_weights import LossWeights
from artengine.preset import Preset, load_preset, parse_preset, to_toml
from artengine.preset.document import TABLES
from artengine.weights import model_table

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]

NIGHT = """
title = "Night drive"
about = "an empty highway"
seed = 7

[source]
use = "void"

[model]
use = "net"
context = 3
weights = "night-drive"

[train]
minutes = 10

[dream]
frames = 480
size = [512, 256]
truth_frames = 2

[[feedback]]
use = "grain"
amount = { keys = { "0s" = 0.0, "4s" = 0.2 }, ease = "in-out" }

[[output]]
use = "enlarge"
factor = 2

[[writers]]
use = "reel"
path = "films/night.reel"
"""


def minimal(**tables: object) -> dict[str, object]:
    return {"source": {"use": "void"}, "model": {"use": "net"}, **tables}


def recipe_table(preset: Preset) -> dict[str, Any]:
    """Return the table of a preset's recipe."""
    recipe = tomllib.loads(preset.recipe())
    assert list(recipe.pop("made_with")) == ["engine"]
    return recipe


def mistakes(plugins: Catalog, **tables: object) -> list[str]:
    with pytest.raises(PresetError) as caught:
        parse_preset(minimal(**tables), plugins)
    return caught.value.problems


def test_a_preset_becomes_plugins_settings_and_chains(write: Write, plugins: Catalog) -> None:
    path = write("night.toml", NIGHT)
    preset = load_preset("night.toml", plugins)
    assert (preset.name, preset.path, preset.title) == ("night", Path("night.toml"), "Night drive")
    assert (preset.about, preset.seed, preset.weights) == ("an empty highway", 7, "night-drive")
    assert (preset.source.name, preset.model.context) == ("void", 3)
    assert (preset.train.minutes, preset.dream.size) == (10, (512, 256))
    assert [writer.path for writer in preset.writers] == ["films/night.reel"]
    assert preset.output_chain().output_size((64, 64)) == (128, 128)
    effect = preset.feedback_chain().binding[0]
    effect.set_time(Clock(2, 1.0))
    assert effect.plugin.model_dump()["amount"] == pytest.approx(0.1)
    assert load_preset(path, plugins).table == preset.table


def test_missing_keys_have_their_defaults(write: Write, plugins: Catalog) -> None:
    text = '[source]\nuse = "void"\n[model]\nuse = "net"'
    preset = load_preset(write("bare.toml", text), plugins)
    assert (preset.title, preset.about, preset.seed, preset.weights) == ("bare", "", 0, None)
    assert (preset.feedback, preset.output, preset.dream.frames) == ((), (), 240)
    assert [(writer.name, writer.path) for writer in preset.writers] == [("mp4", "bare.mp4")]
    assert preset.files == {}


def test_a_recipe_reproduces_the_preset(write: Write, plugins: Catalog) -> None:
    write("clip.mp4", "")
    text = NIGHT.replace('use = "void"', 'use = "tape"\npath = "clip.mp4"')
    first = load_preset(write("night.toml", text), plugins, ["dream.frames=5"])
    recipe = first.recipe()
    assert recipe.startswith("# an empty highway\n")
    again = load_preset(write("piece/recipe.toml", recipe), plugins)
    assert again.table == first.table
    assert again.recipe() == recipe
    assert (again.name, again.dream, again.source) == ("piece", first.dream, first.source)


def test_a_recipe_names_its_film_without_the_folder(plugins: Catalog) -> None:
    table = minimal(writers=[{"use": "reel"}])
    preset = parse_preset(table, plugins, ["writers.0.path=/tmp/away/x.reel"])
    assert preset.writers[0].path == "/tmp/away/x.reel"
    assert preset.table["writers"] == [{"use": "reel", "path": "x.reel"}]


def test_parsing_does_not_change_the_table(plugins: Catalog) -> None:
    table = minimal(title="X", feedback=[{"use": "grain"}])
    preset = parse_preset(table, plugins, ["feedback.0.amount=0.5"], name="mine")
    assert (preset.name, preset.path, preset.title) == ("mine", None, "X")
    assert table == minimal(title="X", feedback=[{"use": "grain"}])


def test_a_table_may_hold_python_values(plugins: Catalog) -> None:
    table = minimal(
        title=date(2024, 5, 1),
        source={"use": "tape", "path": Path("a.tape"), "speed": np.float32(0.5)},
        dream={"size": (64, 48), "frames": np.int64(3), "fps": None},
    )
    preset = parse_preset(table, plugins)
    assert preset.title == "2024-05-01"
    assert preset.table["dream"] == {"size": [64, 48], "frames": 3}
    assert preset.source.model_dump()["path"] == str(Path.cwd() / "a.tape")
    assert recipe_table(preset) == preset.table


def test_chains_of_one_preset_share_no_state(plugins: Catalog) -> None:
    preset = parse_preset(minimal(feedback=[{"use": "grain"}]), plugins)
    frame = np.zeros((4, 4, 3), np.float32)
    first, second = preset.feedback_chain(), preset.feedback_chain()
    for index in range(3):
        first.apply(frame, Clock(index, 1.0), frame)
    assert second.apply(frame, Clock(0, 1.0), frame).max() == 1
    first.binding[0].set("amount", 0.9)
    assert preset.feedback_chain().binding[0].plugin.model_dump()["amount"] == 0.1


def test_an_automatable_number_of_a_model_may_be_a_curve(plugins: Catalog) -> None:
    curve = {"keys": {"0s": 0.5, "2s": 1.5}}
    preset = parse_preset(minimal(model={"use": "net", "heat": curve}), plugins)
    assert preset.model.model_dump()["heat"] == 0.5
    signal = preset.model_curves["heat"].compile(Scope(2.0))
    assert signal.at(SignalContext(Clock(2, 2.0))) == 1.0
    assert recipe_table(preset)["model"]["heat"] == curve
    assert parse_preset(recipe_table(preset), plugins).model_curves == preset.model_curves
    plain = parse_preset(dict(preset.table), plugins, ["model.heat=0.8"])
    assert (plain.model.model_dump()["heat"], plain.model_curves) == (0.8, {})
    assert model_table(plain) == model_table(preset) == {"use": "net", "context": 5, "width": 8}


def test_curves_of_a_model_are_checked(plugins: Catalog) -> None:
    curve = {"keys": {"0s": 0, "2s": 3}}
    with pytest.raises(PresetError) as caught:
        parse_preset(minimal(model={"use": "net", "heat": curve, "width": curve}), plugins)
    assert caught.value.problems == [
        "preset: model.heat: the curve reaches 3; allowed: a number from 0 to 2",
        "preset: model.width: a curve given; allowed: a whole number at least 1, the same "
        "throughout",
    ]


def test_all_mistakes_are_reported_at_once_with_their_files(
    write: Write, problems: Problems
) -> None:
    write(
        "base.toml",
        """
        [source]
        use = "void"
        grey = 3
        [[feedback]]
        use = "grain"
        [[feedback]]
        use = "grain"
        [[feedback]]
        use = "grain"
        amount = 3.0
        """,
    )
    path = write(
        "night.toml",
        """
        extends = "base"
        title = 5
        extend = "base"
        sede = 3
        [model]
        use = "nett"
        [train]
        los = "huber"
        learning_rate = "fast"
        [dream]
        frames = 0
        [[output]]
        use = "grain"
        amount = "much"
        amuont = 1
        [[output]]
        uze = "grain"
        [[writers]]
        use = "reel"
        path = "../night.reel"
        """,
    )
    lines = problems(path, "dream.fps=-1")
    assert [line.partition(";")[0] for line in lines] == [
        'night.toml: extend: unknown (did you mean "extends"?)',
        'night.toml: sede: unknown (did you mean "seed"?)',
        "night.toml: title: 5 given",
        "base.toml: source.grey: 3 given",
        'night.toml: model.use: there is no model "nett" (did you mean "net"?)',
        'night.toml: train.los: unknown (did you mean "loss"?)',
        'night.toml: train.learning_rate: "fast" given',
        "night.toml: dream.frames: 0 given",
        "--set: dream.fps: -1 given",
        "base.toml: feedback.grain-3.amount: 3.0 given",
        'night.toml: output.grain.amount: "much" given',
        'night.toml: output.grain.amuont: unknown (did you mean "amount"?)',
        "night.toml: output.1: use is missing",
        'night.toml: writers.reel.path: "../night.reel" given',
    ]
    assert "base.toml: feedback.grain-3.amount: 3.0 given; allowed: a number from 0 to 1" in lines


def test_source_and_model_are_required(write: Write, problems: Problems) -> None:
    lines = problems(write("a.toml", "seed = 1"))
    assert lines[0].startswith("a.toml: source: missing; write [source] with use = one of: ")
    assert "void" in lines[0]
    assert lines[1].startswith("a.toml: model: missing; write [model] with use = one of: ")


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ({"source": [{"use": "void"}]}, "source: a table is needed; write [source], once"),
        ({"source": "void"}, "source: a table is needed; write [source], once"),
        ({"dream": 3}, "dream: a table is needed; write [dream], once"),
        ({"feedback": {"use": "grain"}}, "feedback: a list of tables is needed; write "),
        ({"feedback": ["grain"]}, "feedback.0: a table is needed; write [[feedback]] for each"),
        ({"feedback": [{}]}, "feedback.0: use is missing; it names the effect: "),
        ({"source": {"use": 3}}, "source.use: there is no source 3; there are: "),
        ({"output": [{"use": "void"}]}, 'output.void.use: there is no effect "void"'),
        ({"seed": -1}, "seed: -1 given; allowed: a whole number at least 0 and below 4294967296"),
        ({"seed": 2**32}, "seed: 4294967296 given; allowed: "),
        ({"seed": True}, "seed: true given; allowed: "),
        (
            {"model": {"use": "net", "context": 2}, "dream": {"truth_frames": 3}},
            "dream.truth_frames: 3 given; allowed: a whole number from 0 to 2, the frames ",
        ),
        (
            {"model": {"use": "flow"}, "train": {"loss": {"l1": 1.0, "adversarial": 0.01}}},
            'train.loss: "flow" has its own loss, so this one is not used; leave it out, '
            "or write { adversarial = 0.01 }, which is added to it",
        ),
        (
            {"model": {"use": "pixelcnn"}, "train": {"loss": "mean_absolute_error"}},
            'train.loss: "pixelcnn" has its own loss, so this one is not used; leave it out',
        ),
        (
            {"feedback": [{"use": "grain"}, {"use": "enlarge"}]},
            'feedback.enlarge: "enlarge" changes the size, and what is fed back must keep it; move',
        ),
        (
            {"output": [{"use": "lost"}]},
            'output.lost: "lost" cannot tell its size: LookupError: no map (parts.py, line 6',
        ),
        ({"model": {"use": "net", "weights": 3}}, "model.weights: 3 given; allowed: a packaged"),
        ({"source": {"use": "void", "weights": "x"}}, "source.weights: unknown"),
        (
            {"source": {"use": "void", "speed": 2.0}},
            "source.speed: unknown; allowed: grey; speed goes with source.use = synthetic or tape",
        ),
        (
            {"writers": [{"use": "reel"}, {"use": "reel"}]},
            'writers.reel-2.path: "preset.reel" given; writers.reel: goes to preset.reel already',
        ),
        (
            {"writers": [{"use": "reel", "path": "q.reel"}, {"use": "reel", "path": "./Q.reel"}]},
            'writers.reel-2.path: "./Q.reel" given; writers.reel: goes to Q.reel already',
        ),
        (
            {"writers": [{"use": "reel", "path": "x.mp4"}]},
            'writers.reel.path: "x.mp4" given; files of reel end in .reel, .reel.gz',
        ),
        ({"writers": [{"use": "reel", "path": 3}]}, "writers.reel.path: 3 given; allowed: a text"),
    ],
)
def test_a_mistake_is_reported_with_its_fix(
    tables: dict[str, object], line: str, plugins: Catalog
) -> None:
    (result,) = mistakes(plugins, **tables)
    assert result.startswith(f"preset: {line}")


def test_an_effect_that_keeps_its_size_with_these_parameters_may_be_fed_back(
    plugins: Catalog,
) -> None:
    preset = parse_preset(minimal(feedback=[{"use": "enlarge", "factor": 1}]), plugins)
    assert len(preset.feedback) == 1


@pytest.mark.parametrize("loss", [{"adversarial": 0.1}, {"adversarial": 0.1, "l1": 0.0}])
def test_an_adversarial_loss_may_be_added_to_a_model_s_own(loss: object, plugins: Catalog) -> None:
    preset = parse_preset(minimal(model={"use": "flow"}, train={"loss": loss}), plugins)
    assert preset.train.loss == LossWeights(adversarial=0.1)


def test_a_writer_without_file_extensions_needs_no_path(plugins: Catalog) -> None:
    preset = parse_preset(minimal(writers=[{"use": "screen"}, {"use": "reel"}]), plugins)
    assert [writer.path for writer in preset.writers] == ["", "preset.reel"]


def test_every_message_is_one_line(plugins: Catalog) -> None:
    lines = mistakes(plugins, feedback=[{"use": "a\nb"}], **{"x\ny": 1})
    assert all("\n" not in line for line in lines)


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["grain", "void", "reel", "../x", "~", "a.reel", "\0"])
)
VALUES = st.recursive(
    PLAIN,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["use", "keys", "0s", "amount", "path", "frames", "weights", "x"]),
            inside,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(tables=st.dictionaries(st.sampled_from([*TABLES, "x"]), VALUES, max_size=5))
def test_whatever_is_written_is_a_preset_or_refused_line_by_line(
    tables: dict[str, object], plugins: Catalog
) -> None:
    table = minimal() | tables
    try:
        preset = parse_preset(table, plugins)
    except PresetError as error:
        lines = error.problems
    else:
        lines = ["sound"]
        assert recipe_table(preset) == preset.table
    assert lines
    assert all(line and "\n" not in line for line in lines)


def test_recipes_are_readable_toml() -> None:
    table = {
        "about": 'quo"te',
        "seed": 1,
        "dream": {"size": [64, 48], "fps": 12.5},
        "feedback": [{"use": "a", "amount": {"keys": {"0.5s": 0.5, "4s": 1}}}, {"use": "b"}],
        "writers": [],
    }
    text = to_toml(table)
    assert text == (
        '# quo"te\nabout = "quo\\"te"\nseed = 1\nwriters = []\n\n'
        "[dream]\nsize = [64, 48]\nfps = 12.5\n\n"
        '[[feedback]]\nuse = "a"\namount = { keys = { "0.5s" = 0.5, 4s = 1 } }\n\n'
        '[[feedback]]\nuse = "b"\n'
    )
    assert tomllib.loads(text) == table


@pytest.mark.parametrize("text", ["a\nseed = 3", "nul \0 bell \a", "\x1b[31m", "\u2028x", " "])
def test_texts_are_escaped_in_toml(text: str) -> None:
    assert tomllib.loads(to_toml({"about": text})) == {"about": text}


def test_a_packaged_preset_is_valid(catalog: Catalog) -> None:
    preset = load_preset("night-drive", catalog)
    assert isinstance(preset, Preset)


def test_a_preset_can_be_checked_while_a_plugin_is_broken(write: Write, tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("1 / 0", encoding="utf-8")
    broken = load_catalog([bad], user_folder=False, all_sound=False)
    assert load_preset("night-drive", broken).title == "Night drive"


def test_two_writers_to_the_same_folder_are_refused(catalog: Catalog) -> None:
    tables = {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "writers": [{"use": "png"}, {"use": "jpg"}, {"use": "mp4"}],
    }
    with pytest.raises(PresetError) as caught:
        parse_preset(tables, catalog, name="night")
    assert str(caught.value).endswith(
        'writers.jpg.path: "night.jpg" given; writers.png: goes to night already'
    )


@pytest.mark.parametrize(
    ("word", "key", "value"),
    [
        ("dream", "fps", 1e-300),
        ("dream", "start", 1e308),
        ("dream", "start", 1e17),
        ("dream", "frames", 10**12),
        ("train", "seconds", 1e300),
        ("train", "fps", 1e-300),
        ("train", "minutes", 1e300),
    ],
)
def test_absurd_times_are_refused(word: str, key: str, value: float, plugins: Catalog) -> None:
    (line,) = mistakes(plugins, **{word: {key: value}})
    assert line.startswith(f"preset: {word}.{key}: ")
    assert "; allowed: a " in line


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        (
            {"dream": {"seed": 3}},
            "dream.seed: unknown.*; seed belongs at the top of the ",
        ),
        ({"train": {"title": "x"}}, "train.title: unknown.*; title belongs at the top of "),
        ({"dream": {"feedback": []}}, "dream.feedback: unknown.*; feedback belongs at the top of "),
        ({"fps": 12}, r"fps: unknown; .*; fps belongs in \[dream\] or in \[train\]$"),
        ({"frames": 9}, r"frames: unknown.*; frames belongs in \[dream\]$"),
        ({"dream": {"steps": 9}}, r"dream.steps: unknown.*; steps belongs in \[train\]$"),
        ({"source": {"use": "void", "truth_frames": 9}}, "source.truth_frames: .* belongs in "),
        ({"feedback": [{"use": "grain", "seed": 9}]}, "feedback.grain.seed: .*; seed belongs at "),
        ({"dream": {"seconds": 9}}, "dream.seconds: .*; a film's length is dream.frames, or --sec"),
        (
            {"feedback": [{"use": "grain", "frames": 9}]},
            "feedback.grain.frames: .*, mix, on, mask$",
        ),
        ({"dream": {"nowhere": 1}}, "dream.nowhere: unknown; allowed: [a-z_, ]+$"),
    ],
)
def test_a_misplaced_key_is_reported_with_its_table(
    tables: dict[str, object], line: str, plugins: Catalog
) -> None:
    (message,) = mistakes(plugins, **tables)
    assert re.match(f"preset: {line}", message), message


def test_a_size_in_command_line_notation_is_explained(write: Write, problems: Problems) -> None:
    path = write("night.toml", NIGHT)
    (line,) = problems(path, "dream.size=64x48")
    assert line.startswith('--set: dream.size: "64x48" given (did you mean [64, 48]?); allowed: [')


def test_an_edit_next_to_its_own_list_is_refused(write: Write, problems: Problems) -> None:
    """TOML parses the table as a part of the entry above it."""
    (line,) = problems(write("night.toml", NIGHT + "\n[writers.reel]\npath = 'b.reel'\n"))
    assert line == (
        "night.toml: writers.reel: [writers.reel] edits a list of the preset that is extended, and "
        "this file has a list of its own; write the values into its [[writers]] table, or into a "
        "preset that extends this one"
    )


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        (
            {"0s": 1, "4s": 0},
            ": a table with 0s, 4s given; write it inside of keys: "
            '{ keys = { "0s" = 1, "4s" = 0 } }',
        ),
        ({"keys": {"0s": "x"}}, '.keys: the value at "0s" is "x"; it must be a finite number'),
        ({"keys": {"0s": [1]}}, '.keys: the value at "0s" is a table or list; it must be '),
        ({"keys": {"0s": {"a": 1}}}, '.keys: the key "0s" is a table of a; write { value = 0.6, '),
        ({"keys": {"0s": 1}, "ease": {"a": [True]}}, ".ease: it must be the name of an ease, or "),
    ],
)
def test_a_mistake_in_a_curve_is_explained_in_toml(
    curve: dict[str, object], message: str, plugins: Catalog
) -> None:
    (line,) = mistakes(plugins, feedback=[{"use": "grain", "amount": curve}])
    assert line.startswith(f"preset: feedback.grain.amount{message}")
