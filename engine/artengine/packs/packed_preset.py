"""Write a preset and the files that it reads to the folder of a pack."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import count, islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from artengine.digest import digest_of
from artengine.dream.session import Dream
from artengine.dream.sound import sound_files
from artengine.dream.start import warmup_of
from artengine.errors import UsageError
from artengine.ffmpeg import Encoder, sound_to_flac
from artengine.measure import VideoFile
from artengine.packs.manifest import FILMS, path_problem
from artengine.preset import Preset, to_toml
from artengine.preset.address import CHAINS
from artengine.preset.made_with import MADE_WITH
from artengine.preset.portable import with_paths
from artengine.preset.recipe import plain_line
from artengine.resolve import Resolved, made_with
from artengine.source import Footage

FILES = "files"
"""The folder of a pack for all files other than presets."""

_WEIGHTS = ".weights.h5"


@dataclass(frozen=True, slots=True)
class PackedPreset:
    """A packed preset.

    Args:
        name, about: name and description of the preset.
        plugins: the distributions with its plugins, and their versions.
        needs: its requirements besides the pack, a sentence each.
        plays: whether it can be dreamt without additional clips.
    """

    name: str
    about: str
    plugins: Mapping[str, str]
    needs: tuple[str, ...]
    plays: bool


def pack_preset(preset: Preset, folder: Path, *, with_source: bool) -> PackedPreset:
    """Write a preset and its files to the folder of a pack.

    Args:
        preset: the preset.
        folder: the pack's folder.
        with_source: whether to pack all parts of clips that the film reads.

    Raises:
        UsageError: when a file cannot be packed.
        ArtengineError: of weights and sources.
    """
    with Dream(preset) as dream:
        # "default" stays, so that each machine chooses its own runtime.
        names_runtime = preset.dream.runtime != "default"
        return _Packing(dream, folder, with_source, names_runtime).packed()


class _Packing:
    """The packing of one preset."""

    def __init__(self, dream: Dream, folder: Path, with_source: bool, names_runtime: bool) -> None:
        self._dream, self._folder, self._with_source = dream, folder, with_source
        self._names_runtime = names_runtime
        self._resolved: Resolved = dream.resolved
        self._preset = dream.preset
        self._needs: list[str] = []
        self._plays = True
        self._files: dict[str, str] = {}
        masked = (each for word in (*CHAINS, "bend") for each in getattr(dream.preset, word))
        self._masked_by = {
            path for each in masked for mask in each.masks.values() for path in mask.files
        }

    def packed(self) -> PackedPreset:
        preset = self._preset
        paths = {
            path: self._file(address, Path(path))
            for address, path in preset.files.items()
            if not address.startswith("source.")
        }
        table = deepcopy(with_paths(preset, paths))
        if not self._names_runtime:
            table["dream"].pop("runtime")
        if any(address.startswith("source.") for address in preset.files):
            self._pack_clip(table)
        resolved = self._resolved
        made = made_with(
            self._files,
            engine=resolved.engine,
            weights=resolved.weights_digest,
            plugins=resolved.plugins,
        )
        text = to_toml({**table, MADE_WITH: made.table()})
        (self._folder / f"{preset.name}.toml").write_text(text, encoding="utf-8")
        return PackedPreset(
            preset.name, plain_line(preset.about), self._plugins(), tuple(self._needs), self._plays
        )

    def _plugins(self) -> dict[str, str]:
        """The distributions of plugins. Files of plugins are listed as needs, and not packed."""
        found = {}
        for plugin, provider in self._resolved.plugins.items():
            name, _, version = provider.rpartition(" ")
            if name.endswith(".py") or not name:
                self._needs.append(f"{self._preset.name} needs the plugin file {name or provider}")
                self._needs[-1] += f", with the plugin {plugin}: packs hold no code"
            else:
                # Version ranges do not support local versions such as 1.2+g98ab.
                found[name] = f">={version.partition('+')[0]}"
        return found

    def _file(self, address: str, path: Path) -> str:
        """Pack a file, and return its path in the pack; only its name if it is not packed."""
        if not path.is_file():
            raise UsageError(
                f"{self._preset.name}: {address}: {path.name} is no single file, and packs hold "
                "nothing else; name a file"
            )
        is_film = path.suffix.lower() in FILMS and not address.startswith("audio.")
        if is_film and str(path) not in self._masked_by and not self._with_source:
            self._files[path.name] = str(path)
            self._plays = False
            self._needs.append(
                f"{self._preset.name}: {address}: needs the film {path.name}, which is packed "
                "--with-source alone"
            )
            return path.name
        name = path.name
        if path.name == "best.weights.h5":
            name = f"{self._preset.name}.weights.h5"
        packed = self._copied(path, name)
        described = path.with_name(path.name.removesuffix(_WEIGHTS) + ".json")
        if path.name.endswith(_WEIGHTS) and described.is_file():
            # The description needs the same name, which may have got a number.
            self._copied(described, Path(packed).name.removesuffix(_WEIGHTS) + ".json")
        return packed

    def _copied(self, path: Path, name: str) -> str:
        problem = path_problem(f"{FILES}/{name}")
        if problem:
            raise UsageError(f"{self._preset.name}: {name[:80]} cannot be packed: {problem}")
        (self._folder / FILES).mkdir(exist_ok=True)
        target = self._folder / FILES / name
        ending = _WEIGHTS if name.endswith(_WEIGHTS) else target.suffix
        # Many file systems are case-insensitive.
        taken = {file.name.casefold(): file for file in target.parent.iterdir()}
        for number in count(2):
            there = taken.get(target.name.casefold())
            if there is None or (there == target and digest_of(there) == digest_of(path)):
                break
            target = target.with_name(f"{name.removesuffix(ending)}-{number}{ending}")
        shutil.copyfile(path, target)
        return self._noted(target)

    def _noted(self, path: Path) -> str:
        """Register a packed file, and return its path in the pack."""
        packed = path.relative_to(self._folder).as_posix()
        self._files[packed] = str(path)
        return packed

    def _pack_clip(self, table: dict[str, Any]) -> None:
        """Replace the clip by the part of it that the film reads."""
        preset, weights = self._preset, self._resolved.weights
        size = preset.dream.size_of(None if weights is None else weights.train_size)
        footage = preset.source.open(size, preset.dream.fps)
        all_along = self._dream.reads_source
        for name, audio in preset.audio.items():
            if audio.of_source:
                self._pack_sound(name, table)
        if all_along and not self._with_source:
            path = Path(str(getattr(preset.source, "path", "")))
            self._plays = False
            self._needs.append(
                f"{preset.name} looks at its clip all along and needs {path.name}; pack it "
                "--with-source, or tell them where the clip is"
            )
            table["source"] = {**table["source"], "path": path.name}
            self._files[path.name] = str(path)
            return
        first = round(float(preset.dream.start) * footage.fps)
        opening = preset.model.context + warmup_of(preset)
        frames = preset.dream.frames
        if footage.length is not None and not footage.endless:
            frames = max(1, min(frames, footage.length - first - opening))
        length = opening + (frames if all_along else 0)
        pictures = [np.array(p) for p in islice(footage.frames(first), length)]
        if not pictures:
            raise UsageError(f"{preset.name}: the clip has no frames from {first} on")
        table["source"] = self._written(pictures, footage, film=all_along)
        table["dream"] = {**table.get("dream", {}), "start": 0.0, "frames": frames}

    def _written(self, pictures: list[Any], footage: Footage, *, film: bool) -> dict[str, Any]:
        """Write frames of a clip losslessly, and return the table of a source for them."""
        (self._folder / FILES).mkdir(exist_ok=True)
        stem = f"{self._preset.name}-{'clip' if film else 'opening'}"
        if film:
            target = self._folder / FILES / f"{stem}.mkv"
            # Lossless, and RGB like the frames.
            options = ["-c:v", "libx264rgb", "-qp", "0", "-preset", "veryfast"]
            options += ["-pix_fmt", "rgb24", "-f", "matroska"]
            encoder = Encoder(target, footage.size, footage.fps, options)
            for picture in pictures:
                encoder.write(picture)
            encoder.close()
            read = VideoFile.open(target)
            # Compare one by one, because the original frames are all in memory already.
            if all(np.array_equal(a, b) for a, b in zip_longest(read, pictures, fillvalue=())):
                return {"use": "video", "path": self._noted(target), "fps": footage.fps}
            target.unlink()
        place = self._folder / FILES / stem
        place.mkdir()
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(place / f"{number:05}.png", optimize=True)
        return {"use": "images", "path": f"{FILES}/{stem}", "fps": footage.fps}

    def _pack_sound(self, name: str, table: dict[str, Any]) -> None:
        """Pack the clip's complete sound, because its features depend on all of it."""
        sound = sound_files(self._preset)[name]
        if not self._with_source:
            self._plays = False
            self._needs.append(
                f"{self._preset.name}: audio.{name} is the sound of {sound.path.name}, which is "
                "packed --with-source alone"
            )
            return
        (self._folder / FILES).mkdir(exist_ok=True)
        target = self._folder / FILES / f"{self._preset.name}-{name}.flac"
        sound_to_flac(sound.path, target)
        table["audio"][name] |= {"path": self._noted(target), "start": round(sound.start, 6)}
