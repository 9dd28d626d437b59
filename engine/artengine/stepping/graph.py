"""Functions of tensors that a library for prediction computes, in memory and on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.runtime_names import RuntimeName
from artengine.stepping.chance import uniform

Array: TypeAlias = npt.NDArray[Any]

Specs: TypeAlias = Mapping[str, tuple[tuple[int, ...], str]]
"""Shapes and types of inputs by name: `frame_0` and so on, `(3, H, W)` each, `state_0` and so on,
`seed`, and `value_NAME` for each number that is given by name."""


class NotComputable(Exception):  # noqa: N818 - says what the model is
    """An engine cannot do what a model does; the text says what."""


class Draw(Protocol):
    """Draws random numbers."""

    def __call__(self, seed: npt.NDArray[np.int32]) -> Array:
        """Those of a seed, int32 `(2,)`."""


@dataclass(frozen=True, slots=True)
class UniformDraw:
    """Draws from 0 up to 1, as TensorFlow does.

    Args:
        shape: of the numbers.
        changes: what is done to both numbers of the seed before, in order. `set` puts others in
            their place.
    """

    shape: tuple[int, ...]
    changes: tuple[tuple[Literal["xor", "add", "set"], tuple[int, int]], ...] = ()

    def __call__(self, seed: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Those of a seed, int32 `(2,)`."""
        for kind, by in self.changes:
            numbers = np.array(by, np.int32)
            seed = {"xor": seed ^ numbers, "add": seed + numbers, "set": numbers}[kind]
        return uniform(seed.tolist(), self.shape)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` made of one, and JSON of that."""
        changes = [(kind, (int(a), int(b))) for kind, (a, b) in table["changes"]]
        if any(kind not in ("xor", "add", "set") for kind, _ in changes):
            raise ValueError("unknown change of a seed")
        return cls(tuple(int(side) for side in table["shape"]), tuple(changes))


@dataclass(frozen=True, slots=True)
class Graph:
    """A function of tensors.

    Args:
        model: as the engine has it; None for one that gives out nothing.
        draws: what draws its further inputs, by name.
        outputs: names of what it gives out.
    """

    model: Any
    draws: Mapping[str, Draw]
    outputs: Sequence[str]

    @property
    def is_plain(self) -> bool:
        """Whether all its random numbers are drawn without TensorFlow, so that it can be kept."""
        return all(isinstance(draw, UniformDraw) for draw in self.draws.values())

    def save(self, folder: Path, engine: Engine) -> dict[str, Any]:
        """Write a plain graph's files into a folder.

        Returns:
            What is to be kept beside them, as a table of JSON.

        Raises:
            OSError: when they cannot be written.
        """
        if self.model is not None:
            engine.write(self.model, folder)
        draws = {name: asdict(draw) for name, draw in self.draws.items()}  # type: ignore[call-overload]
        return {"draws": draws, "outputs": list(self.outputs)}

    @classmethod
    def read(cls, folder: Path, table: Mapping[str, Any], engine: Engine) -> Self:
        """Read what `save` wrote and returned.

        Raises:
            KeyError, TypeError, ValueError, OSError: when it is not that.
        """
        draws = {str(name): UniformDraw.of(draw) for name, draw in table["draws"].items()}
        outputs = [str(name) for name in table["outputs"]]
        return cls(engine.read(folder) if outputs else None, draws, outputs)


class Engine(Protocol):
    """A library that computes graphs."""

    @property
    def name(self) -> RuntimeName:
        """What presets call it."""

    @property
    def files(self) -> Sequence[str]:
        """The names of the files that a graph is written into."""

    def write(self, model: Any, folder: Path) -> None:
        """Write a graph's files. Raises `OSError`."""

    def read(self, folder: Path) -> Any:
        """What `write` wrote, or where it lies. Raises `OSError`."""

    def compile(
        self, model: Any, outputs: Sequence[str]
    ) -> Callable[[Mapping[str, Array]], list[Array]]:
        """Make a graph ready.

        Returns:
            What computes its outputs, each in memory that nothing else writes to, from inputs by
            name, of which there may be more than it takes. It raises `NotComputable`.

        Raises:
            NotComputable: when the engine cannot do it.
        """

    def multiplying(
        self, a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]
    ) -> Callable[[], None]:
        """What multiplies two matrices, each time that it is called; the second is a constant.

        Raises:
            UsageError: when the engine cannot do it.
        """
