"""Run folders, which hold all results of a training, to continue it or to dream from it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.errors import TrainingError
from artengine.lock import exclusive_lock
from artengine.preset.find import RECIPE, is_file


@dataclass(frozen=True, slots=True)
class Run:
    """A training's folder.

    | name | content |
    | --- | --- |
    | `recipe.toml` | the preset as it was trained; `artengine dream RUN` reads it |
    | `best.weights.h5`, `best.json` | the best weights, which dreams use |
    | `last.weights.h5`, `last.json` | the newest weights |
    | `kept/` | weights of every k-th epoch, if the recipe requests them |
    | `checkpoint.h5` | weights, optimiser, progress and random state, to continue from |
    | `log.csv`, `log.png` | the measures of each epoch |
    | `monitor/` | a picture for each epoch |

    The best weights are those of the best epoch by the model's `monitor`, which is PSNR of held-out
    frames unless the model names another measure; with `max_horizon` above 1 they are those of the
    last epoch.
    """

    folder: Path

    @property
    def recipe(self) -> Path:
        """The preset as it was trained."""
        return self.folder / RECIPE

    @property
    def checkpoint(self) -> Path:
        """The checkpoint that `--resume` continues from."""
        return self.folder / "checkpoint.h5"

    @property
    def best(self) -> Path:
        """The best weights."""
        return self.folder / "best.weights.h5"

    @property
    def last(self) -> Path:
        """The newest weights."""
        return self.folder / "last.weights.h5"

    @property
    def log(self) -> Path:
        """The measures of each epoch, as CSV."""
        return self.folder / "log.csv"

    @property
    def plot(self) -> Path:
        """The plot of the log."""
        return self.folder / "log.png"

    def kept(self, epoch: int) -> Path:
        """Return the path of the weights of an epoch, which are kept permanently."""
        return self.folder / "kept" / f"epoch-{epoch:05d}.weights.h5"

    def monitor(self, epoch: int) -> Path:
        """Return the path of the monitor picture of an epoch."""
        return self.folder / "monitor" / f"epoch-{epoch:05d}.jpg"

    def check(self, *, resume: bool) -> None:
        """Check that a training may start, or continue, in this folder.

        Raises:
            TrainingError: when the folder already holds a training that is not to be resumed, or
                files of something else, there is nothing to resume, or the folder cannot be
                created.
        """
        begun = is_file(self.checkpoint)
        if resume and not begun:
            raise TrainingError(
                f"{self.folder}: no checkpoint to resume from; leave out --resume to start"
            )
        if not resume and begun:
            raise TrainingError(
                f"{self.folder}: already holds a training; continue it with --resume, or choose "
                "another folder with -o"
            )
        try:
            self.folder.lstat()
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise TrainingError(
                    f"{self.folder}: cannot be written: {error.strerror}; choose another folder "
                    "with -o"
                ) from error
        # Unlike `Path.exists`, `os.path.exists` does not raise if a parent may not be entered.
        existing = next(p for p in (self.folder, *self.folder.parents) if os.path.exists(p))  # noqa: PTH110
        if not (existing.is_dir() and os.access(existing, os.W_OK)):
            raise TrainingError(
                f"{self.folder}: cannot be written in {existing}; choose another folder with -o"
            )
        if not resume and existing == self.folder:
            self._check_foreign()

    def _check_foreign(self) -> None:
        """Raise `TrainingError` if the folder has visible files that no training writes."""
        files = (self.recipe, self.checkpoint, self.best, self.last, self.log, self.plot)
        own = {file.name for file in files} | {"best.json", "last.json", "kept", "monitor"}
        names = sorted(entry.name for entry in self.folder.iterdir())
        foreign = [name for name in names if name not in own and not name.startswith(".")]
        if foreign:
            raise TrainingError(
                f"{self.folder}: holds {foreign[0]}, which is no part of a run; choose another "
                "folder with -o"
            )

    @contextmanager
    def lock(self, *, resume: bool) -> Iterator[None]:
        """Create the folder and lock it against other trainings.

        Raises:
            TrainingError: when another training uses the folder, it cannot be created, or `check`
                fails because of a training that ended meanwhile.
        """

        def refuse() -> None:
            raise TrainingError(
                f"{self.folder}: another training works in this folder; wait for its end, or "
                "choose another folder with -o"
            )

        self._make()
        with exclusive_lock(self.folder, waiting=refuse):
            self.check(resume=resume)
            yield

    def _make(self) -> None:
        try:
            for folder in (self.folder / "monitor", self.folder / "kept"):
                folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".lock").touch()
        except OSError as error:
            raise TrainingError(
                f"{self.folder}: cannot be written: {error.strerror}; choose another folder with -o"
            ) from error

    def begin(self, recipe: str) -> None:
        """Write the recipe into the folder. Raise `OSError` on failure."""
        with atomic_write(self.recipe) as unfinished:
            unfinished.write_text(recipe, encoding="utf-8")
