"""Make a table of what each model learns from a clip in minutes, and how long its dream lives.

    python benchmarks/model_table.py NAME=FOOTAGE ... -o FOLDER [--clips CLIPS]
        [--models original swift ...] [--only MODEL:NAME ...] [--minutes 10] [--frames 2000]
        [--page PAGE]

FOOTAGE is a video file in the folder CLIPS, or `scene:SCENE`, a minute of a synthetic scene; NAME
is its name in the table. For example, for two models on two films:

    python benchmarks/model_table.py road=road.mp4 night=scene:night-road -o table --clips clips
        --models original swift

A model is trained with the preset of its name, or with default settings if there is none: on the
whole 256x256 frame in batches of 4, unless that preset sets otherwise. `original` is the original's
training. By default every model takes part; --models selects models, and --only selects rows, such
as `--only 'swift:*'`.

For each row, `artengine train` trains the network, and `artengine dream` dreams at 256x256 without
effects and truth frames. Then the film is measured against its clip, and its frames 1, 50, 200,
1000 and 5000, as far as it goes, are put side by side. FOLDER receives a folder for each row, with
the run, FRAMES.mp4, FRAMES.jpg and FRAMES.json; and table.jsonl, a line for each row.

Ctrl-C stops, and the same command continues. Finished rows are not repeated; to repeat one, remove
its folder. For a longer dream of the same training, only change --frames; a shorter one is measured
on the film of the longer one.

PAGE is a folder for a page, README.md, of all measurements ever made for it: the table, and the
sheets of dreams whose footage is a scene, because films of users are not ours to publish. A model's
first sheet is MODEL.jpg; those of its other trainings are named like their rows' folders.

This prints a table in Markdown: the minutes and the steps of training; PSNR and SSIM of the dreamt
weights on held-out frames, with the copy-last baseline in brackets; vitality, kinship and the frame
of death; the raster in decibels, the clip's in brackets, runaway, novelty and longest replay in
frames, all empty in rows measured before these existed; the milliseconds of a dreamt frame,
including encoding, on a machine that may be busy; and the processor, by its widest relevant
instructions, as recipes name it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from artengine.arithmetic import arithmetic
from artengine.atomic import atomic_write
from artengine.catalog import Catalog, load_catalog
from artengine.cli.interrupt import Interrupt
from artengine.errors import ArtengineError
from artengine.frame import Picture
from artengine.measure import Reference, VideoFile, read
from artengine.preset import Preset, list_presets, load_preset, parse_preset
from artengine.train.log import read_log
from artengine.train.run import Run

SIZE = (256, 256)
SECONDS = 60  # of a scene, which has no end
SHOWN = (1, 50, 200, 1000, 5000)
CELL, GAP = 200, 4  # of a sheet, in pixels

ORIGINAL: dict[str, Any] = {
    "model": {"use": "hourglass", "context": 5},
    "train": {
        "crop": [128, 128],
        "batch": 8,
        "flip": False,
        "loss": "mean_squared_error",
        "optimizer": "nadam",
        "learning_rate": 1e-4,
        "schedule": "constant",
        "rollout": 1,
        "max_horizon": 1,
        "context_noise": 0.0,
    },
}


PAGE = """# What each model learns, and how long its dream lives

Each row is one training and one dream of 256x256, without effects and without truth frames. The
columns are the minutes and steps of training; PSNR and SSIM on held-out frames, with the copy-last
baseline in brackets; vitality, kinship, the frame of death, raster (the clip's in brackets),
runaway, novelty and longest replay, as `artengine measure` defines them; the milliseconds for a
frame of the film; and the processor's widest instruction set. Rows without a processor come from an
earlier version and lack the newer measures. `original` is the training of the notebook from which
artengine grew. `benchmarks/model_table.py` writes this page.
"""

SHEETS = f"Frames {', '.join(f'{number:,}' for number in SHOWN)} of each dream, as far as it goes."

KEPT = {
    *("vitality", "kinship", "death", "kept", "raster", "clip_raster", "runaway"),
    *("novelty", "longest_replay", "coverage", "flicker", "progress"),
}
"""The values of a report that are kept."""

Training: TypeAlias = tuple[str, str, float]
"""A model, the name of its footage, and minutes."""


@dataclass(frozen=True, slots=True)
class Row:
    """A model on a footage, and the folder of its results."""

    model: str
    footage: str
    clip: str
    preset: Preset
    folder: Path

    @property
    def training(self) -> Training:
        """The key of the training on a page."""
        return self.model, self.footage, self.preset.train.minutes or 0.0

    @property
    def run(self) -> Run:
        """The run of the training."""
        return Run(self.folder / "run")

    def file(self, ending: str) -> Path:
        """Return a file of the dream, named by its length."""
        return self.folder / f"{self.preset.dream.frames}{ending}"

    def found(self) -> dict[str, Any]:
        """Return the results so far."""
        path = self.file(".json")
        named = {"model": self.model, "footage": self.footage}
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else named


def main() -> None:
    """Complete all rows, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("footage", nargs="+", metavar="NAME=FOOTAGE")
    parser.add_argument("-o", "--folder", type=Path, required=True)
    parser.add_argument("--clips", type=Path, default=Path())
    parser.add_argument("--models", nargs="+", metavar="MODEL")
    parser.add_argument("--only", nargs="+", default=["*"], metavar="MODEL:NAME")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()

    catalog = load_catalog()
    models = options.models or ["original", *catalog.models]
    rows: list[Row] = []
    try:
        for name, _, given in (one.partition("=") for one in options.footage):
            if not given:
                parser.error(f"{name}: write it as NAME=FILE, or as NAME=scene:SCENE")
            clip = given if scene_of(given) else str((options.clips / given).absolute())
            for model in models:
                preset = preset_for(model, clip, options.minutes, options.frames, catalog)
                folder = options.folder / f"{model}-{name}-{options.minutes:g}min"
                rows.append(Row(model, name, clip, preset, folder))
            preset.source.open(SIZE)
    except ArtengineError as error:
        parser.error(str(error))

    failed = False
    with Interrupt() as stop:
        for row in rows:
            if not any(fnmatch(f"{row.model}:{row.footage}", only) for only in options.only):
                continue
            try:
                complete(row, stop)
            except (ArtengineError, subprocess.CalledProcessError) as error:
                if not stop.requested:
                    failed = True
                    print(f"{row.model} on {row.footage}: {error}", file=sys.stderr)
            gather(options.folder)
            if stop.requested:
                break
    print("\n".join(table([row.found() for row in rows])))
    if options.page:
        show(options.page, options.folder, rows, models)
    sys.exit(130 if stop.requested else int(failed))


def scene_of(clip: str) -> str:
    """Return the scene of `scene:SCENE`; empty for a file."""
    kind, _, scene = clip.partition(":")
    return scene if kind == "scene" else ""


def preset_for(model: str, clip: str, minutes: float, frames: int, catalog: Catalog) -> Preset:
    """Return the preset of a row: the model's own, on this footage, at this size and length.

    A training stops at the end of a clip; a dream repeats it, so that it is never too short.
    """
    if model == "original":
        base: dict[str, Any] = ORIGINAL
    elif model in list_presets():
        base = dict(load_preset(model, catalog).table)
    else:
        base = {"model": {"use": model}}
    train = {"crop": "whole", "batch": 4, **base.get("train", {})}
    train |= {"size": SIZE, "seconds": SECONDS, "minutes": minutes}
    train.pop("steps", None)
    dream = base.get("dream", {}) | {"size": SIZE, "frames": frames}
    dream |= {"start": 0, "truth_frames": 0, "context_order": "oldest-first", "show": "prediction"}
    # The path comes from the user, so it is passed as an override, like --set.
    source, named = {"use": "video", "fit": "stretch"}, [f"source.path={clip}"]
    if scene := scene_of(clip):
        source, named = {"use": "synthetic", "scene": scene}, []
    table = {
        "source": source,
        "model": {name: value for name, value in base["model"].items() if name != "weights"},
        "train": train,
        "dream": dream,
    }
    return parse_preset(table, catalog, named, name=model)


def complete(row: Row, stop: Interrupt) -> None:
    """Do the missing steps of a row, and save each result once it is complete."""
    for known, do in (("steps", train), ("ms", dream), ("vitality", measure)):
        found = row.found()
        if known not in found and not stop.requested:
            print(f"{row.model} on {row.footage}: {do.__name__}", file=sys.stderr)
            row.folder.mkdir(parents=True, exist_ok=True)
            found |= do(row)
            with atomic_write(row.file(".json")) as unfinished:
                unfinished.write_text(json.dumps(found), encoding="utf-8")


def train(row: Row) -> dict[str, Any]:
    """Train, or resume a training."""
    run, minutes = row.run, row.preset.train.minutes or 0.0
    log = read_log(run.log, sys.maxsize)
    if not log or log[-1].seconds < 60 * minutes:
        if run.checkpoint.is_file():
            artengine("train", run.folder, "--resume", "--minutes", minutes)
        else:
            recipe = row.folder / f"{row.folder.name}.toml"
            with atomic_write(recipe) as unfinished:
                unfinished.write_text(row.preset.recipe(), encoding="utf-8")
            # Recipes may not name arbitrary files; a path passed by --set is trusted.
            trusted = () if scene_of(row.clip) else ("--set", f"source.path={row.clip}")
            artengine("train", recipe, *trusted, "-o", run.folder)
        log = read_log(run.log, sys.maxsize)
    best = json.loads(run.best.with_name("best.json").read_text(encoding="utf-8"))["measured"]
    scores = {name: best[name] for name in ("psnr", "psnr_copy", "ssim", "ssim_copy")}
    machine = f"{os.cpu_count()} cores, {arithmetic('float32', 'keras')['processor']}"
    return {"minutes": minutes, "steps": log[-1].step, **scores, "machine": machine}


def dream(row: Row) -> dict[str, Any]:
    """Render the dream, unless there is a longer film of it, which begins the same."""
    frames = row.preset.dream.frames
    if longer := longer_film(row):
        return {"frames": frames, "ms": known_of(longer)["ms"]}
    text = artengine("dream", row.run.folder, "--frames", frames, "-o", row.file(".mp4"), "--json")
    made = json.loads(text)
    return {"frames": made["frames"], "ms": 1000 * made["seconds"] / made["frames"]}


def longer_film(row: Row) -> Path | None:
    """Return a longer film of the same weights, if there is one."""
    longer = [
        film
        for film in row.folder.glob("*.mp4")
        if film.stem.isdigit()
        and int(film.stem) > row.preset.dream.frames
        and "ms" in known_of(film)
    ]
    return min(longer, key=lambda film: int(film.stem), default=None)


def known_of(film: Path) -> dict[str, Any]:
    """Return the results saved for a film; empty if there are none, as for the user's own films."""
    notes = film.with_suffix(".json")
    return json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {}


def measure(row: Row) -> dict[str, Any]:
    """Measure the film against its clip, and make its contact sheet."""
    film = VideoFile.open(longer_film(row) or row.file(".mp4"))
    frames = row.preset.dream.frames
    report = reference(row.clip).measure(read(islice(film, frames)))
    pictures = enumerate(islice(film, frames), start=1)
    shown = [picture for number, picture in pictures if number in SHOWN]
    sheet = Image.new("RGB", (len(shown) * (CELL + GAP) - GAP, CELL))
    for place, picture in enumerate(shown):
        small = Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.LANCZOS)
        sheet.paste(small, (place * (CELL + GAP), 0))
    with atomic_write(row.file(".jpg")) as unfinished:
        sheet.save(unfinished, "JPEG", quality=85, optimize=True)
    return {name: value for name, value in report.as_data().items() if name in KEPT}


@cache
def reference(clip: str) -> Reference:
    """Return the reference of films: the whole clip, or the part of a scene that is trained on."""
    pictures: Iterable[Picture]
    if scene := scene_of(clip):
        drawn = (
            load_catalog().get("source", "synthetic").model_validate({"scene": scene}).open(SIZE)
        )
        pictures = islice(drawn.frames(), round(SECONDS * drawn.fps))
    else:
        pictures = VideoFile.open(clip).at(SIZE)
    return Reference.of(read(pictures, SIZE))


def artengine(*words: str | float | Path) -> str:
    """Run a command of the program and return its standard output."""
    command = [sys.executable, "-m", "artengine", *map(str, words)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def gather(folder: Path) -> None:
    """Write the results of every row in the folder, a line for each."""
    found = sorted(folder.glob("*/*.json"))
    with atomic_write(folder / "table.jsonl") as unfinished:
        lines = [path.read_text(encoding="utf-8") for path in found]
        unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Format the results of rows as a Markdown table, without rows that have none yet."""
    lines = [
        "| model | footage | minutes | steps | PSNR (copy) | SSIM (copy) "
        "| frames | vitality | kinship | death | raster (clip) | runaway | novelty "
        "| longest replay | ms | machine |",
        f"| --- | --- {'| --: ' * 13}| --- |",
    ]
    for row in rows:
        if "steps" not in row:
            continue
        cells = [row["model"], row["footage"], f"{row['minutes']:g}", f"{row['steps']}"]
        cells += [
            f"{row[name]:.{digits}f} ({row[f'{name}_copy']:.{digits}f})"
            for name, digits in (("psnr", 1), ("ssim", 3))
        ]
        cells += [f"{row['frames']:,}" if "frames" in row else ""]
        cells += [f"{row[name]:.2f}" if name in row else "" for name in ("vitality", "kinship")]
        cells += [f"{row['death'] or 'none'}" if "death" in row else ""]
        film, clip = row.get("raster"), row.get("clip_raster")
        cells += ["" if film is None or clip is None else f"{film:.1f} ({clip:.1f})"]
        cells += [
            "" if row.get(name) is None else format(row[name], how)
            for name, how in (("runaway", ".1%"), ("novelty", ".2f"), ("longest_replay", ",d"))
        ]
        cells += [f"{row['ms']:.0f}" if "ms" in row else "", row.get("machine", "")]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def width(picture: Path) -> int:
    """Return the width of a picture file, in pixels."""
    with Image.open(picture) as opened:
        return opened.width


def show(page: Path, folder: Path, rows: Sequence[Row], models: Sequence[str]) -> None:
    """Write the page of all measurements, new and old."""
    page.mkdir(parents=True, exist_ok=True)
    measured_now = [found for found in lines_of(folder / "table.jsonl") if "vitality" in found]
    before = without_outdated(page, measured_now)
    known = {(*training_of(found), found["frames"]): found for found in [*before, *measured_now]}
    sheets = copy_sheets(page, rows, before)
    order = {model: number for number, model in enumerate(models)}
    measured = [
        known[key] | ({"sheet": sheets[key[:3]]} if key[:3] in sheets else {})
        for key in sorted(known, key=lambda key: (order.get(key[0], len(order)), *key))
    ]
    with atomic_write(page / "table.jsonl") as unfinished:
        unfinished.write_text(
            "".join(f"{json.dumps(found)}\n" for found in measured), encoding="utf-8"
        )
    text = [PAGE, *table(measured), "", "## What they dream", "", SHEETS]
    for picture, title in pictures(page, measured).items():
        text.append(f"\n**{title}**\n\n![{title}]({picture})")
    with atomic_write(page / "README.md") as unfinished:
        unfinished.write_text("\n".join(text) + "\n", encoding="utf-8")


def without_outdated(page: Path, measured: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a page's rows without those of trainings that were since repeated.

    The sheets of these rows are removed.
    """
    steps = {training_of(found): found["steps"] for found in measured}
    current = []
    for found in lines_of(page / "table.jsonl"):
        if "vitality" not in found:
            continue
        if steps.get(training_of(found), found["steps"]) == found["steps"]:
            current.append(found)
        elif "sheet" in found:
            (page / found["sheet"]).unlink(missing_ok=True)
    return current


def training_of(found: dict[str, Any]) -> Training:
    """Return the key of a row's training."""
    return found["model"], found["footage"], found["minutes"]


def lines_of(file: Path) -> list[dict[str, Any]]:
    """Return the rows in a file; none if there is no file."""
    return [
        json.loads(line)
        for line in (file.read_text(encoding="utf-8").splitlines() if file.is_file() else ())
    ]


def copy_sheets(
    page: Path, rows: Sequence[Row], before: Sequence[dict[str, Any]]
) -> dict[Training, str]:
    """Copy the sheets of rows on scenes to a page; return the name of each training's sheet.

    Args:
        before: the previous rows of the page. In old pages, with one sheet a model, they do not
            name their sheet: then it belongs to one of these trainings on a scene.
    """
    sheets = {training_of(found): found["sheet"] for found in before if "sheet" in found}
    earlier = {training_of(found) for found in before}
    for row in rows:
        made = [*row.folder.glob("*.jpg")] if scene_of(row.clip) else []
        if not made:
            continue
        if row.training not in sheets:
            first = f"{row.model}.jpg"
            unnamed = (page / first).is_file() and row.training not in earlier
            taken = first in sheets.values() or unnamed
            sheets[row.training] = f"{row.folder.name}.jpg" if taken else first
        shown = page / sheets[row.training]
        # Longer dreams have wider sheets; the page may already have a wider one.
        widest = max(made, key=width)
        if not shown.is_file() or width(widest) >= width(shown):
            with atomic_write(shown) as unfinished:
                shutil.copyfile(widest, unfinished)
    return sheets


def pictures(page: Path, measured: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the titles of the sheets on a page, by file."""
    named = {found["sheet"] for found in measured if "sheet" in found}
    titles = {}
    for found in measured:
        model, footage, minutes = training_of(found)
        if "sheet" in found:
            titles[found["sheet"]] = f"{model} on {footage}, {minutes:g} minutes"
        elif f"{model}.jpg" not in named and (page / f"{model}.jpg").is_file():
            titles[f"{model}.jpg"] = model
    return titles


if __name__ == "__main__":
    main()
