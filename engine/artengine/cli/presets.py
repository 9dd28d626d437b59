"""`artengine presets`: find, read and check presets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from artengine.cli.command import Command
from artengine.cli.options import AsJson, PluginFiles, Set, Source, overrides
from artengine.cli.streams import answer, tell
from artengine.counts import counted
from artengine.errors import UsageError, WriterError

presets_app = typer.Typer(
    name="presets", help="List, explain, show, check and plot presets.", no_args_is_help=True
)


@presets_app.command("list", cls=Command)
def list_(as_json: AsJson = False) -> None:
    """List all presets: their names, looks and folders.

    Presets of installed packs are listed as PACK/PRESET, with what they still need.

    Examples:

        artengine presets list

        artengine presets list --json
    """
    from artengine.packs.installed import installed_packs
    from artengine.preset import list_presets, summary

    found = {name: (*where, summary(where[0])) for name, where in list_presets().items()}
    needs = {each.folder: each.manifest.misses() for each in installed_packs()[0]}
    if as_json:
        listed = [
            {
                "name": name,
                "about": about,
                "path": str(path.absolute()),
                "folder": label,
                "needs": needs.get(path.parent, []),
            }
            for name, (path, label, about) in found.items()
        ]
        answer(json.dumps(listed, indent=2))
        return
    width = max(map(len, found), default=0)
    for name, (path, label, about) in found.items():
        lacking = "; ".join(needs.get(path.parent, []))
        state = f": {lacking or 'OK'}" if label == "pack" else ""
        answer(f"{name:{width}}  {about} ({label}{state})")


@presets_app.command(cls=Command)
def show(
    preset: Annotated[str, typer.Argument(metavar="PRESET", help="Its name or file.")],
    set_: Set = None,
    plugin: PluginFiles = None,
) -> None:
    """Print a preset in full, including everything that it extends.

    Examples:

        artengine presets show night-drive

        artengine presets show night-drive --set dream.frames=100 > mine.toml
    """
    from artengine.catalog import load_catalog
    from artengine.preset import load_preset, to_toml

    loaded = load_preset(preset, load_catalog(plugin or []), overrides(set_, {}))
    answer(to_toml(loaded.table), end="")


_LANGUAGE = {
    "curves": [
        "  an expression: numbers, + - * / % **, < <= > >= == !=, and, or, not,",
        "  brackets, the names of [curves], and these:",
    ],
    "masks": [
        "  a mask: all that an expression may have (artengine presets explain curves),",
        "  and these pictures:",
    ],
}
"""The introduction to the names and functions of expressions."""


@presets_app.command(cls=Command)
def explain(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A table of presets, such as dream, or a plugin."),
    ],
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Explain the keys of a table or the parameters of a plugin.

    Tables are top (the keys above all tables), source, model, model.weights, train, train.loss,
    dream, time, audio, audio.feature, govern, curves, bend (bend.scale for one operation),
    feedback, state, output and writers; the name masks explains masks. Plugins are sources, models,
    effects, curves and writers.

    Examples:

        artengine presets explain dream

        artengine presets explain feedback

        artengine presets explain trails --json
    """
    from artengine.catalog import load_catalog
    from artengine.cli.reference import choice_lines, paragraphs, parameter_lines
    from artengine.preset.explain import explain as explain_name

    found = explain_name(name, load_catalog(plugin or []))
    if as_json:
        answer(json.dumps([each.as_data() for each in found], indent=2))
        return
    blocks = []
    for each in found:
        lines = [f"{each.kind} {each.name}", "", *paragraphs(each.about)]
        lines += parameter_lines(each.keys)
        if each.choices:
            noun = {"curves": "a curve", "audio": "a feature", "bend": "operation"}.get(
                each.name, "use"
            )
            lines += ["", f"  {noun}: one of these, each with keys of its own:"]
            lines += choice_lines(each.choices)
        if each.words:
            lines += ["", *_LANGUAGE.get(each.name, _LANGUAGE["curves"])]
            lines += choice_lines(each.words)
        blocks.append("\n".join(lines))
    answer("\n\n".join(blocks))


@presets_app.command(cls=Command)
def validate(
    presets: Annotated[list[str], typer.Argument(metavar="PRESET", help="Their names or files.")],
    plugin: PluginFiles = None,
) -> None:
    """Check presets and report every mistake.

    Files that a preset names must exist, and those of curves and masks must be readable. The exit
    code is 3 if there are any mistakes.

    Examples:

        artengine presets validate night-drive

        artengine presets validate presets/*.toml
    """
    from artengine.catalog import load_catalog
    from artengine.dream.unreadable import unreadable_files
    from artengine.errors import PresetError, TrainingError
    from artengine.preset import find_preset, load_preset
    from artengine.train.initial import initial_weights

    catalog = load_catalog(plugin or [])
    problems: list[str] = []
    for path in map(find_preset, presets):
        try:
            loaded = load_preset(path, catalog)
        except PresetError as error:
            problems += error.problems
            continue
        missing = loaded.missing_files()
        found = [f"{path}: {at}: there is no file {file}" for at, file in missing.items()]
        if not missing:
            found += [f"{path}: {problem}" for problem in unreadable_files(loaded)]
        try:
            initial_weights(loaded)
        except TrainingError as error:
            found.append(f"{path}: {error}")
        problems += found
        if not found:
            answer(f"{path}: ok")
    if problems:
        raise PresetError(list(dict.fromkeys(problems)))


@presets_app.command(cls=Command)
def plot(
    preset: Annotated[str, typer.Argument(metavar="PRESET", help="Its name or file.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE.png", help="The picture; by default NAME-curves.png."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file that --output names.")
    ] = False,
    source: Source = None,
    set_: Set = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Draw the curves of a preset over its film, with its sounds.

    Nothing is dreamt, and no network is needed. Below the curves are waveforms, beats and bars.
    Masks and fields are left out, because they are pictures. If a curve fails, the error names the
    frame. --json prints the values of each curve at every frame, and draws only if -o is given.

    Examples:

        artengine presets plot night-drive

        artengine presets plot night-drive -o curves.png --set time.bpm=90

        artengine presets plot night-drive --json
    """
    from artengine.catalog import load_catalog
    from artengine.cli.clip import check_files
    from artengine.dream.curve_mistakes import curve_mistakes
    from artengine.dream.curve_values import curve_values
    from artengine.dream.inputs import input_at
    from artengine.dream.remarks import curve_remarks
    from artengine.dream.start import with_start
    from artengine.preset import load_preset

    if output is not None and output.suffix.lower() != ".png":
        raise UsageError(f"{output}: a plot is a PNG; end its name in .png")
    given = overrides(set_, {}, source=source)
    loaded = load_preset(preset, load_catalog(plugin or []), given)
    if loaded.dream.fps is None or loaded.dream.start == "random":
        check_files(loaded)
    loaded = with_start(loaded)
    picture = output or Path(f"{loaded.name}-curves.png")
    read = input_at(loaded, picture)
    if read is not None:
        raise UsageError(
            f"{picture} is not overwritten, because the preset reads {read}; choose another name "
            "with --output"
        )
    if output is not None and output.exists() and not overwrite:
        raise UsageError(f"{output} is there already; add --overwrite, or choose another name")
    fps = loaded.dream.fps or loaded.source.open((16, 16), None).fps
    with curve_mistakes(loaded):
        found = curve_values(loaded, fps)
        remarks = curve_remarks(loaded, fps)
    for remark in remarks:
        tell(remark)
    if found.at_rest:
        listed = ", ".join(found.at_rest[:3]) + (", ..." if len(found.at_rest) > 3 else "")
        tell(f"{listed}: at rest, with vital signs of 1, which only a dream measures")
    if found.count < loaded.dream.frames:
        whole = counted(loaded.dream.frames, "frame")
        tell(f"only the first {found.count:,} of {whole} are looked at")
    if as_json:
        answer(json.dumps(found.as_data()))
        if output is None:
            return
    curves = loaded.curves_by_address()
    if not curves and not found.waves:
        raise UsageError(
            f"{loaded.name} has no curves; write one in place of a number, as amount = "
            '"0.5 + 0.5 * sin(t)"'
        )
    from artengine.dream.curve_plot import draw

    try:
        draw(found, curves, picture, loaded.title)
    except OSError as error:
        raise WriterError(f"cannot write {picture}: {error.strerror}") from error
    if not as_json:
        answer(str(picture))


@presets_app.command(cls=Command)
def schema(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file to write it to.")
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Print a JSON schema for editors to check presets with.

    Examples:

        artengine presets schema

        artengine presets schema -o artengine.schema.json
    """
    from artengine.catalog import load_catalog
    from artengine.preset.schema import preset_schema

    text = json.dumps(preset_schema(load_catalog(plugin or [])), indent=2)
    if output is None:
        answer(text)
        return
    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise WriterError(f"cannot write {output}: {error.strerror}") from error
