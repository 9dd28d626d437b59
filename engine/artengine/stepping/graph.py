"""Graphs, which are functions of tensors that an inference library computes, and their files."""

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
`seed`, and `value_NAME` for each automatable number."""


class NotComputable(Exception):  # noqa: N818 - says what the model is
    """An engine does not support an operation of a model, which the message names."""


class Draw(Protocol):
    """Draws random numbers."""

    def __call__(self, seed: npt.NDArray[np.int32]) -> Array:
        """Draw from a seed, int32 `(2,)`."""


@dataclass(frozen=True, slots=True)
class UniformDraw:
    """Draws uniform numbers in [0, 1), as TensorFlow does.

    Args:
        shape: the shape of the drawn array.
        changes: operations on both numbers of the seed before the draw, in order. `set` replaces
            them.
    """

    shape: tuple[int, ...]
    changes: tuple[tuple[Literal["xor", "add", "set"], tuple[int, int]], ...] = ()

    def __call__(self, seed: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Draw from a seed, int32 `(2,)`."""
        for kind, by in self.changes:
            numbers = np.array(by, np.int32)
            seed = {"xor": seed ^ numbers, "add": seed + numbers, "set": numbers}[kind]
        return uniform(seed.tolist(), self.shape)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """Parse the result of `dataclasses.asdict`, as read from JSON."""
        changes = [(kind, (int(a), int(b))) for kind, (a, b) in table["changes"]]
        if any(kind not in ("xor", "add", "set") for kind, _ in changes):
            raise ValueError("unknown change of a seed")
        return cls(tuple(int(side) for side in table["shape"]), tuple(changes))


@dataclass(frozen=True, slots=True)
class Graph:
    """A function of tensors.

    Args:
        model: the graph in the engine's format; None for one without outputs.
        draws: functions that draw its random inputs, by name.
        outputs: names of its outputs.
    """

    model: Any
    draws: Mapping[str, Draw]
    outputs: Sequence[str]

    @property
    def is_plain(self) -> bool:
        """Whether it can be cached: all random numbers are drawn without TensorFlow."""
        return all(isinstance(draw, UniformDraw) for draw in self.draws.values())

    def save(self, folder: Path, engine: Engine) -> dict[str, Any]:
        """Write a plain graph's files into a folder.

        Returns:
            Metadata that `read` needs besides the files, in JSON's types.

        Raises:
            OSError: when the files cannot be written.
        """
        if self.model is not None:
            engine.write(self.model, folder)
        draws = {name: asdict(draw) for name, draw in self.draws.items()}  # type: ignore[call-overload]
        return {"draws": draws, "outputs": list(self.outputs)}

    @classmethod
    def read(cls, folder: Path, table: Mapping[str, Any], engine: Engine) -> Self:
        """Read a graph from the files that `save` wrote and the table that it returned.

        Raises:
            KeyError, TypeError, ValueError, OSError: when they are missing or invalid.
        """
        draws = {str(name): UniformDraw.of(draw) for name, draw in table["draws"].items()}
        outputs = [str(name) for name in table["outputs"]]
        return cls(engine.read(folder) if outputs else None, draws, outputs)


class Engine(Protocol):
    """A library that computes graphs."""

    @property
    def name(self) -> RuntimeName:
        """Its name in presets."""

    @property
    def files(self) -> Sequence[str]:
        """The names of the files of a graph."""

    def write(self, model: Any, folder: Path) -> None:
        """Write a graph's files. Raise `OSError` on failure."""

    def read(self, folder: Path) -> Any:
        """Return the graph that `write` wrote, or its path. Raise `OSError` on failure."""

    def compile(
        self, model: Any, outputs: Sequence[str]
    ) -> Callable[[Mapping[str, Array]], list[Array]]:
        """Compile a graph.

        Returns:
            A function that computes its outputs, each in a new buffer, from inputs by name; inputs
            that it does not take are ignored. The function raises `NotComputable`.

        Raises:
            NotComputable: when the engine does not support it.
        """

    def multiplying(
        self, a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]
    ) -> Callable[[], None]:
        """Return a function that multiplies two matrices; the second is a constant of the graph.

        Raises:
            UsageError: when the engine does not support it.
        """
