"""Clips named on a command line: the source that reads them, and checks that they exist."""

from __future__ import annotations

import codecs
import json
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from artengine.cli.streams import tell
from artengine.counts import counted
from artengine.errors import SourceError, UsageError
from artengine.frame import Size, same_shape
from artengine.params import check, is_path
from artengine.source import is_picture
from artengine.subprocesses import command_line

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.preset import Override, Preset
    from artengine.source import Source

LEARNER = "recall"
"""The packaged preset that trains on a clip given in place of a preset."""


def source_override(clip: str) -> Override:
    """Return the override that replaces a preset's whole source with a clip.

    Args:
        clip: a video file, a folder of pictures, a picture, or a pattern such as `photos/*.jpg`.

    Raises:
        SourceError: when there is no such file.
    """
    from artengine.near_file import near_file
    from artengine.preset import parse_overrides

    path = Path(clip)
    if not path.exists() and not (has_magic(clip) and any(glob(clip, recursive=True))):  # noqa: PTH207
        raise SourceError(f"--source: there is no file {clip}{near_file(clip)}")
    use = "images" if not path.is_file() or is_picture(path) else "video"
    whole = json.dumps(str(path.absolute()), ensure_ascii=False)
    (override,) = parse_overrides([f'source={{use="{use}",path={whole}}}'], "--source")
    return override


def is_clip(given: str, catalog: Catalog) -> bool:
    """Return whether a film or folder given in place of a preset is a clip without a recipe.

    Raises:
        SourceError: when it is a film that cannot be read.
    """
    from artengine.preset import list_presets
    from artengine.preset.carried import carried_recipe, frames_in
    from artengine.preset.find import RECIPE, is_file

    path = Path(given)
    if given.endswith(".toml") or given in list_presets():
        return False
    if path.is_dir():
        if is_file(path / RECIPE) or not any(map(is_picture, path.iterdir())):
            return False
        return not any(carried_recipe(frame, catalog) for frame in frames_in(path, catalog)[:1])
    if not is_file(path):
        return has_magic(given) and any(map(is_picture, map(Path, glob(given, recursive=True))))  # noqa: PTH207
    return not carried_recipe(path, catalog) and not _is_text(path)


def clip_name(clip: str) -> str:
    """Return the name of a clip's run and films: its file name without suffix, or its folder."""
    path = Path(clip).absolute()
    while has_magic(path.name) and not path.exists():
        path = path.parent
    name = path.name if path.is_dir() else path.stem
    # Presets may not name files that begin with these characters.
    return name.lstrip(".-~ ") or "clip"


def learner_overrides(clip: str) -> list[Override]:
    """Return the overrides that make `LEARNER` learn a clip and name its films after it.

    Raises:
        SourceError: when there is no such file.
    """
    from artengine.preset import parse_overrides

    name = clip_name(clip)
    title = f"title={json.dumps(name, ensure_ascii=False)}"
    # Not the clip's own name: in the clip's folder, that file is the clip itself.
    film = json.dumps(f"{name}-dream.mp4", ensure_ascii=False)
    writers = f'writers=[{{use="mp4",path={film}}}]'
    return [source_override(clip), *parse_overrides([title, writers], clip)]


def refuse_clip(given: str) -> UsageError:
    """Return the error for dreaming from a clip, with the commands to use instead."""
    from artengine.preset.find import is_file
    from artengine.train.run import Run

    run = Run(Path("runs") / clip_name(given))
    dream = command_line(["artengine", "dream", str(run.folder)])
    if is_file(run.recipe) and is_file(run.best):
        advice = f"dream from the run of its name: {dream}"
    else:
        learn = command_line(["artengine", "train", given])
        advice = f"learn it, then dream: {learn} and then {dream}"
    path = Path(given)
    pictures = sum(map(is_picture, path.iterdir())) if path.is_dir() else 0
    folder = f", a folder with {counted(pictures, 'picture')}" if pictures else ""
    return UsageError(
        f"{given} is a clip{folder}: it carries no recipe; {advice}",
        "or dream on it with the network and effects of a preset: "
        f"{command_line(['artengine', 'dream', 'daybreak', '--source', given])}",
    )


def missing_files(source: Source) -> dict[str, str]:
    """Return the missing files that a source names, by parameter; patterns are not checked."""
    named = {
        name: getattr(source, name)
        for name, info in type(source).model_fields.items()
        if is_path(info)
    }
    return {
        name: path
        for name, path in named.items()
        if isinstance(path, str) and path and not has_magic(path) and not Path(path).exists()
    }


def naming(parameter: str) -> list[str]:
    """Return the option that sets another file for a source's parameter."""
    return ["--source", "CLIP"] if parameter == "path" else ["--set", f"source.{parameter}=FILE"]


def check_files(preset: Preset) -> None:
    """Refuse a preset whose source names a missing file, before anything is loaded.

    Raises:
        SourceError: with the option that sets another file.
    """
    from artengine.preset import packaged_folder

    for missing in preset.missing:
        if missing.address[0] == "source":
            raise SourceError(f"{preset.name}: {missing.text}")
    for name, path in missing_files(preset.source).items():
        option = f"name your clip with {' '.join(naming(name))}"
        # Packaged presets for the user's own clip name a file that is not shipped.
        if Path(path).is_relative_to(packaged_folder().absolute()):
            raise SourceError(f"{preset.name}: needs a clip; {option}")
        raise SourceError(f"there is no file {path}; {option}")


def tell_shape(source: Source, size: Size, remedy: str) -> None:
    """Report a source that is cropped, stretched or padded to another shape than its own.

    Args:
        source: the source that is read.
        size: width and height at which it is read.
        remedy: how to see all of it, unchanged.

    Raises:
        SourceError: when it cannot be read.
    """
    own = source.open().size
    done = {"crop": "its edges are cut off", "stretch": "it is stretched", "pad": "it is padded"}
    fit = getattr(source, "fit", None)
    if fit in done and not same_shape(own, size):
        tell(
            f"the clip is {own[0]}x{own[1]} and is read as {size[0]}x{size[1]}, another shape: "
            f"{done[fit]}; {remedy}"
        )


def source_of(data: Path, catalog: Catalog) -> list[str]:
    """Return the `--set` values that select the first source that footage was prepared from.

    The list is empty if that source is unknown or no longer exists.

    Raises:
        TrainingError: when the footage's manifest cannot be read.
    """
    from artengine.train.manifest import Manifest

    manifest = Manifest.read(data)
    if manifest is None or not manifest.origins:
        return []
    origin = manifest.origins[0]
    kind = catalog.sources.get(origin.name)
    source = None if kind is None else check(kind, origin.parameters)
    if source is None or isinstance(source, list) or missing_files(source):
        return []
    given = {"use": origin.name, **origin.parameters}
    return [
        f"source.{name}={json.dumps(value, ensure_ascii=False)}"
        for name, value in given.items()
        if value is not None
    ]


def _is_text(path: Path) -> bool:
    """Return whether a file that does not end in .toml may be a preset."""
    with path.open("rb") as file:
        head = file.read(4096)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head
