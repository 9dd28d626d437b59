"""Make packs: presets with weights, pictures, sounds and the frames that a dream begins with."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from artengine import __version__
from artengine.atomic import atomic_write
from artengine.catalog import Catalog
from artengine.errors import PresetError, UsageError
from artengine.pack_folders import MANIFEST
from artengine.packs.archive import sha256_of, write_pack
from artengine.packs.manifest import LARGEST, LONGEST, Manifest, PackedFile, path_problem
from artengine.packs.packed_preset import PackedPreset, pack_preset
from artengine.packs.thumbnail import write_thumbnail
from artengine.preset import Preset, load_preset


@dataclass(frozen=True, slots=True)
class Made:
    """The result of packing.

    Args:
        path: the pack's file.
        manifest: its manifest.
        needs: additional requirements for users of the pack, a sentence each.
    """

    path: Path
    manifest: Manifest
    needs: tuple[str, ...] = field(default=())


def make(
    presets: Sequence[Preset],
    target: Path,
    catalog: Catalog,
    *,
    name: str,
    version: str = "1",
    author: str = "",
    licence: str = "",
    with_source: bool = False,
    thumbnail: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Made:
    """Pack presets so that they dream the same film on another machine.

    A pack has no absolute paths, no name of the machine or its user, and no code. From a clip it
    has the frames that a dream begins with, at the dream's size and lossless; the other frames that
    the film reads are packed only `with_source`.

    Args:
        presets: the presets.
        target: the file to write or replace.
        catalog: the plugins that the presets name.
        name, version, author, licence: values for the manifest.
        with_source: whether to pack all parts of the clips that the films read.
        thumbnail: a film for the poster and the preview; without one, the beginning of the first
            preset is dreamt.
        progress: called with the number of finished frames of the preview, and the total.

    Raises:
        UsageError: when something cannot be packed, such as two presets of the same name.
        ArtengineError: of weights, sources and effects.
    """
    _check_names([preset.name for preset in presets])
    with tempfile.TemporaryDirectory(prefix="artengine-pack-") as staging:
        folder = Path(staging)
        packed = [pack_preset(preset, folder, with_source=with_source) for preset in presets]
        needs = list(dict.fromkeys(need for each in packed for need in each.needs))
        playable = [each for each in packed if each.plays]
        if thumbnail is not None or playable:
            first = playable[0] if playable else packed[0]
            write_thumbnail(folder, thumbnail, _loaded(folder, first, catalog), progress)
        else:
            needs.append("it has no preview; give it one with --thumbnail FILM")
        manifest = _manifest(
            folder, packed, name=name, version=version, author=author, licence=licence
        )
        with atomic_write(target) as hidden:
            write_pack(hidden, folder, manifest)
    return Made(target, manifest, tuple(needs))


def _loaded(folder: Path, packed: PackedPreset, catalog: Catalog) -> Preset:
    """The packed preset, which reads only files of the pack."""
    try:
        return load_preset(folder / f"{packed.name}.toml", catalog)
    except PresetError as error:
        raise UsageError(f"{packed.name} cannot be packed: {error.problems[0]}") from error


def _manifest(
    folder: Path,
    packed: Iterable[PackedPreset],
    *,
    name: str,
    version: str,
    author: str,
    licence: str,
) -> Manifest:
    presets = list(packed)
    files = tuple(
        PackedFile(
            path=path.relative_to(folder).as_posix(),
            size=path.stat().st_size,
            sha256=sha256_of(path),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    size = sum(file.size for file in files)
    if size > LARGEST:
        raise UsageError(
            f"{name}: {size >> 20} MiB; packs hold {LARGEST >> 20} MiB at most: pack fewer "
            "presets, or without --with-source"
        )
    paths = {file.path for file in files}
    try:
        manifest = Manifest(
            format=1,
            name=name,
            version=version,
            about="; ".join(filter(None, (each.about for each in presets)))[:2000],
            author=author,
            licence=licence,
            engine=f">={'.'.join(__version__.split('.')[:2])}",
            presets=tuple(each.name for each in presets),
            plugins={key: value for each in presets for key, value in each.plugins.items()},
            poster="poster.jpg" if "poster.jpg" in paths else None,
            preview="preview.mp4" if "preview.mp4" in paths else None,
            files=files,
        )
    except ValueError as error:
        lines = str(error).splitlines()
        raise UsageError(f"{name} cannot be packed: {' '.join(lines[1:3])}") from error
    if len(manifest.text().encode()) > LONGEST:
        raise UsageError(
            f"{name} cannot be packed: the list of its files is longer than {LONGEST >> 20} MiB; "
            "pack fewer presets, or give files shorter names"
        )
    return manifest


def _check_names(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(map(str.casefold, names)).items() if count > 1]
    if twice:
        raise UsageError(f'two presets are called "{twice[0]}"; rename the file of one')
    for name in names:
        problem = path_problem(f"{name}.toml")
        if problem or f"{name}.toml".casefold() == MANIFEST:
            raise UsageError(
                f'a preset called "{name[:80]}" cannot be packed: '
                f"{problem or 'the manifest has that name'}; rename its file"
            )
