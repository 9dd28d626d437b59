"""Presets that exceed the limits of a machine are refused before the first frame."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from artengine.catalog import Catalog
from artengine.errors import PresetError
from artengine.preset import load_preset, parse_preset
from artengine.preset.extends import read_document
from artengine.preset.messages import MOST_LETTERS, MOST_LINES
from artengine.preset.toml_text import MOST_BYTES

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]


def mistakes(plugins: Catalog, **tables: object) -> list[str]:
    with pytest.raises(PresetError) as caught:
        parse_preset({"source": {"use": "void"}, "model": {"use": "net"}, **tables}, plugins)
    return caught.value.problems


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {
                "writers": [
                    {"use": "mp4"},
                    {"use": "contact-sheet", "columns": 1, "rows": 64, "width": 16384},
                ]
            },
            "writers.contact-sheet: would keep 227.8 GB in memory; allowed: 2 GB",
        ),
        (
            {"output": [{"use": "upscale", "factor": 4}] * 6},
            "output.upscale-3: makes frames of 16384x16384 pixels; allowed: 67,108,864 pixels",
        ),
        (
            {"dream": {"size": [16384, 16384]}},
            "dream.size: 16384x16384 pixels given; allowed: 67,108,864 pixels a frame",
        ),
        ({"train": {"size": [16384, 8192]}}, "train.size: 16384x8192 pixels given; allowed: "),
        ({"feedback": [{"use": "grain"}] * 101}, "feedback: 101 effects given; allowed: 100"),
        (
            {
                "feedback": [
                    {"use": "grain", "amount": {"keys": {f"{n}f": 0 for n in range(10_001)}}}
                ]
            },
            "feedback.grain.amount.keys: 10,001 keys given; allowed: 10,000",
        ),
        ({"writers": [{"use": "reel"}] * 101}, "writers: 101 writers given; allowed: 100"),
        (
            {"feedback": [{"use": "grain", **{f"a{n}": 0 for n in range(100)}}]},
            "feedback.grain: 101 keys given; allowed: 100",
        ),
        ({"seed": 16**4000}, "seed: a whole number of too many digits; shorten it"),
        ({"about": "x" * 200_000}, 'about: "xxxxx'),
        ({"title": "x" * 300}, 'title: "xxxxx'),
        ({"title": "a\0b"}, "title: holds the control character 0; remove it"),
        (
            {"writers": [{"use": "reel", "path": f"{'x' * 300}.reel"}]},
            'writers.reel.path: "xxxx',
        ),
    ],
)
def test_excessive_values_are_refused_by_name(
    tables: dict[str, object], message: str, plugins: Catalog
) -> None:
    (line,) = mistakes(plugins, **tables)
    assert line.startswith(f"preset: {message}")
    assert len(line) < MOST_LETTERS


def test_large_films_are_allowed(plugins: Catalog) -> None:
    table = {
        "source": {"use": "void"},
        "model": {"use": "net"},
        "dream": {"size": [7680, 4320]},
        "writers": [{"use": "contact-sheet"}, {"use": "mp4"}],
    }
    assert parse_preset(table, plugins).dream.size == (7680, 4320)


def test_many_mistakes_fit_on_one_screen(write: Write, problems: Problems) -> None:
    keys = "\n".join(f"key{number} = {number}" for number in range(8000))
    path = write("a.toml", f'[source]\nuse = "void"\n[model]\nuse = "net"\n[dream]\n{keys}')
    lines = problems(path)
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {8000 - MOST_LINES:,} more mistakes"
    assert sum(map(len, lines)) < 20_000


def test_merging_takes_linear_time(write: Write) -> None:
    def lines(count: int) -> int:
        """Return the number of lines of Python that a merge executes."""
        keys = "\n".join(f"key{number} = {number}" for number in range(count))
        write("base.toml", f'[source]\nuse = "void"\n{keys}')
        path = write("a.toml", f'extends = "base"\n[source]\n{keys}')
        ran = 0

        def trace(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal ran
            ran += event == "line" and frame.f_globals["__name__"].startswith("artengine.")
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            read_document(path)
        finally:
            sys.settrace(before)
        return ran

    assert lines(800) < 2.5 * lines(400)


def test_a_file_that_is_too_large_is_refused(write: Write, problems: Problems) -> None:
    (line,) = problems(write("a.toml", "#" * (MOST_BYTES + 1)))
    assert line == "a.toml: has more than 1,000,000 bytes, and so is no preset"


def test_a_film_is_not_written_through_a_link_out_of_the_working_folder(
    tmp_path: Path, workplace: Path, plugins: Catalog
) -> None:
    (tmp_path / "victim").mkdir()
    (workplace / "out").symlink_to(tmp_path / "victim")
    (workplace / "films").mkdir()
    (workplace / "inside").symlink_to(workplace / "films")
    (workplace / "a.reel").symlink_to(tmp_path / "victim" / "a.reel")
    for path in ("out/a.reel", "a.reel"):
        (line,) = mistakes(plugins, writers=[{"use": "reel", "path": path}])
        assert "which leads by a link out of the working folder" in line
    table = {"source": {"use": "void"}, "model": {"use": "net"}}
    fine = {**table, "writers": [{"use": "reel", "path": "inside/a.reel"}]}
    assert parse_preset(fine, plugins).writers[0].path == "inside/a.reel"
    named = parse_preset(
        {**table, "writers": [{"use": "reel"}]}, plugins, ["writers.reel.path=out/a.reel"]
    )
    assert named.writers[0].path == "out/a.reel"


def test_a_preset_without_writers_is_a_mistake(plugins: Catalog) -> None:
    assert mistakes(plugins, writers=[]) == [
        "preset: writers: nothing would be written; leave it out, or name a writer"
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ('"C:\\Users\\me\\clip.mp4"', "write a Windows path in '...', as 'C:\\clips\\a.mp4'"),
        ('"D:\\quiet\\b.mp4"', "write a Windows path in '...', as 'C:\\clips\\a.mp4'"),
        ('"D:\\test\\b.mp4"', "in which TOML reads \\t as one character; write a Windows path in"),
    ],
)
def test_a_windows_path_in_quotes_is_explained(
    path: str, message: str, write: Write, problems: Problems
) -> None:
    text = f'[source]\nuse = "tape"\npath = {path}\n[model]\nuse = "net"'
    (line,) = problems(write("a.toml", text))
    assert message in line


def test_all_mistakes_of_overridden_writers_are_reported_at_once(
    write: Write, problems: Problems
) -> None:
    text = '[source]\nuse = "void"\n[model]\nuse = "net"\n'
    text += '[[writers]]\nuse = "reel"\n[[writers]]\nuse = "screen"'
    lines = problems(
        write("a.toml", text),
        "writers.reel.path=a.txt",
        "writers.reel.quality=3",
        "writers.screen.colour=3",
        "writers.mp4.crf=3",
    )
    assert [line.split(": ")[1] for line in lines] == [
        "writers.mp4.crf",
        "writers.reel.path",
        "writers.reel.quality",
        "writers.screen.colour",
    ]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (
            "# Lights on a road,\n# and nobody.\n\n# More of it.\nseed = 1",
            "Lights on a road, and nobody.",
        ),
        ("\n#: schema.json\n# Lights.\nseed = 1", "Lights."),
        ('# Lights.\nabout = "a road"', "a road"),
        ("seed = 1 # Lights.", ""),
        ("#\n#\nseed = 1", ""),
    ],
)
def test_the_first_comment_of_a_preset_is_its_description(
    text: str, about: str, write: Write, plugins: Catalog
) -> None:
    write("base.toml", '# The base.\ntitle = "Base"\n[source]\nuse = "void"\n[model]\nuse = "net"')
    write("middle.toml", 'extends = "base"\nabout = "the middle"')
    path = write("mine.toml", f"{text}\n".replace("seed", 'extends = "middle"\nseed', 1))
    if "extends" not in path.read_text():
        path.write_text(f'{text}\nextends = "middle"\n', encoding="utf-8")
    preset = load_preset(path, plugins)
    assert (preset.about, preset.title) == (about, "mine")


def test_a_source_without_a_seed_gets_that_of_the_preset(plugins: Catalog, write: Write) -> None:
    table = {"source": {"use": "synthetic"}, "model": {"use": "net"}, "seed": 5}
    assert parse_preset(table, plugins).source.model_dump()["seed"] == 5
    assert parse_preset(table, plugins, ["seed=9"]).source.model_dump()["seed"] == 9
    own = {**table, "source": {"use": "synthetic", "seed": 2}}
    assert parse_preset(own, plugins, ["seed=9"]).source.model_dump()["seed"] == 2
    assert "seed" not in parse_preset({**table, "source": {"use": "void"}}, plugins).table["source"]
    # Recipes of earlier versions used the source's own seed.
    text = 'seed = 5\n[source]\nuse = "synthetic"\n[model]\nuse = "net"\n'
    old = load_preset(write("piece/recipe.toml", text), plugins)
    assert old.source.model_dump()["seed"] == 0
    new = load_preset(write("new/recipe.toml", f'{text}[made_with]\nengine = "0.2.0"'), plugins)
    assert new.source.model_dump()["seed"] == 5
