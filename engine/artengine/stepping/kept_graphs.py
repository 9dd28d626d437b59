"""A cache of converted networks in a folder."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from artengine.digest import digest_of
from artengine.stepping.graph import Engine, Graph, Specs
from artengine.stepping.graph_runtime import Graphs
from artengine.stepping.tiled_model import TiledModel
from artengine.stepping.used_graphs import UsedGraphs

logger = logging.getLogger("artengine")

KEPT = 40
"""Maximum number of entries in a folder; the least recently read ones are removed first."""

_FORMAT = 4
_ABOUT = "about.json"


class Converter(Graphs, Protocol):
    """Makes graphs; `artengine.nn.conversion.Conversion` implements it."""

    def bytes_per_pixel(self) -> float | None:
        """Return the network's memory per pixel of a frame; None when it is unknown."""


class KeptEngine(Engine, Protocol):
    """An engine that can read graphs ahead of their use."""

    def read_ahead(self, folder: Path) -> None:
        """Start to load, on a thread, what `write` wrote into a folder, for `compile`."""


class KeptGraphs:
    """Graphs of one network, read from a cache folder, or made and written there.

    An entry that is corrupt or belongs to another key is made again. A graph whose random numbers
    are not uniform is not cached, because TensorFlow draws them. If the folder cannot be written,
    graphs are made each time.

    Args:
        folder: holds the entries of all networks.
        identity: what the graphs depend on besides the shapes of their inputs, in JSON's types.
        model: the model.
        engine: the engine that computes the graphs.
        convert: loads the network, the first time that a graph has to be made.
    """

    def __init__(
        self,
        folder: Path,
        identity: Mapping[str, Any],
        model: TiledModel,
        engine: KeptEngine,
        convert: Callable[[], Converter],
    ) -> None:
        self._folder = folder
        self._identity = {"format": _FORMAT, "runtime": engine.name, **identity}
        self._engine = engine
        self._model = model
        self._convert = convert
        self._made: Converter | None = None
        self._used: UsedGraphs | None = None

    def read_ahead(self, used: UsedGraphs) -> None:
        """Start to read the graphs that the last dream like this one used, each on a thread.

        Args:
            used: the names of those graphs; the graphs that this dream uses are added to it.
        """
        self._used = used
        for name in used.before:
            self._engine.read_ahead(self._folder / Path(name).name)

    def start(self, specs: Specs) -> Graph:
        """See `Graphs`. The model's current numbers are constants of the graph."""
        numbers = {name: getattr(self._model, name) for name in sorted(self._model.automatable())}
        return self._graph("start", specs, numbers, lambda: self._converter.start(specs))

    def step(self, specs: Specs) -> Graph:
        """See `Graphs`."""
        return self._graph("step", specs, {}, lambda: self._converter.step(specs))

    def start_by_keras(
        self, frames: Sequence[npt.NDArray[Any]], seed: npt.NDArray[np.int32]
    ) -> Sequence[npt.NDArray[Any]]:
        """See `Graphs`."""
        return self._converter.start_by_keras(frames, seed)

    def bytes_per_pixel(self) -> float | None:
        """Return the network's memory per pixel of a frame; None when it is unknown."""
        key = self._key("memory")
        found = self._table(key)
        if found is None or "bytes" not in found:
            found = {"bytes": self._converter.bytes_per_pixel()}
            table = found
            self._keep(key, lambda _folder: table)
        taken = found["bytes"]
        return None if taken is None else float(taken)

    @property
    def _converter(self) -> Converter:
        if self._made is None:
            self._made = self._convert()
        return self._made

    def _graph(
        self, kind: str, specs: Specs, numbers: Mapping[str, Any], make: Callable[[], Graph]
    ) -> Graph:
        key = self._key(kind, inputs={n: [list(s), t] for n, (s, t) in specs.items()}, at=numbers)
        kept = self._read(key)
        if kept is None:
            made = make()
            if not made.is_plain:
                logger.debug("%s: not kept, because TensorFlow draws its random numbers", kind)
                return made
            self._keep(key, lambda folder: made.save(folder, self._engine))
            # Read it even now, so that the first dream runs the same graph as every later one.
            kept = self._read(key)
            if kept is None:
                return made
        if self._used is not None and kept.model is not None:
            self._used.add(self._place(key).name)
        return kept

    def _key(self, kind: str, **rest: Any) -> dict[str, Any]:
        key: dict[str, Any] = json.loads(json.dumps({**self._identity, "kind": kind, **rest}))
        return key

    def _place(self, key: Mapping[str, Any]) -> Path:
        text = json.dumps(key, sort_keys=True)
        return self._folder / sha256(text.encode()).hexdigest()[:24]

    def _read(self, key: Mapping[str, Any]) -> Graph | None:
        table = self._table(key)
        place = self._place(key)
        try:
            return None if table is None else Graph.read(place, table, self._engine)
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            logger.debug("%s: %s", place, error)
            return None

    def _table(self, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return an entry's metadata; None when it is incomplete or of another key."""
        place = self._place(key)
        about = place / _ABOUT
        try:
            table = json.loads(about.read_text(encoding="utf-8"))
            if table["key"] != key or table["digests"] != self._digests(place):
                return None
        except (OSError, KeyError, TypeError, ValueError, RecursionError):
            return None
        with suppress(OSError):
            about.touch()
        found: dict[str, Any] = table
        return found

    def _digests(self, folder: Path) -> dict[str, str]:
        return {name: digest_of(folder / name) for name in self._engine.files}

    def _keep(self, key: Mapping[str, Any], write: Callable[[Path], Mapping[str, Any]]) -> None:
        place = self._place(key)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=".", dir=self._folder, ignore_cleanup_errors=True
            ) as name:
                unfinished = Path(name) / place.name
                unfinished.mkdir()
                table = write(unfinished)
                about = {**table, "key": key, "digests": self._digests(unfinished)}
                (unfinished / _ABOUT).write_text(json.dumps(about, indent=2), encoding="utf-8")
                # Another process may have written the entry meanwhile, and be reading it.
                if self._table(key) is None:
                    _remove(place)
                    unfinished.rename(place)
            self._prune()
        except OSError as error:
            # A failure costs only another conversion.
            logger.debug("%s: %s", place, error)

    def _prune(self) -> None:
        entries = [each for each in self._folder.iterdir() if not each.name.startswith(".")]
        for entry in sorted(entries, key=_last_read, reverse=True)[KEPT:]:
            _remove(entry)


def _remove(entry: Path) -> None:
    """Remove an entry, even if it is a file or a symbolic link."""
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)


def _last_read(entry: Path) -> float:
    try:
        return (entry / _ABOUT).stat().st_mtime
    except OSError:
        return 0.0
