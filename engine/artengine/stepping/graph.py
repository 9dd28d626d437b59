"""Functions of tensors as OpenVINO reads them, in memory and on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.stepping.chance import uniform
from artengine.stepping.openvino_library import openvino

Specs: TypeAlias = Mapping[str, tuple[tuple[int, ...], str]]
"""Shapes and types of inputs by name: `frame_0` and so on, `state_0` and so on, `seed`, and
`value_NAME` for each number that is given by name."""

FILES = ("graph.xml", "graph.bin")
"""What a graph is written into."""


class NotConvertible(Exception):  # noqa: N818 - says what the model is
    """OpenVINO cannot do what a model does; the text says what."""


class Draw(Protocol):
    """Draws random numbers."""

    def __call__(self, seed: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
        """Those of a seed, int32 `(2,)`."""


@dataclass(frozen=True, slots=True)
class UniformDraw:
    """Draws from 0 up to 1, as TensorFlow does.

    Args:
        shape: of the numbers.
        changes: what is done to both numbers of the seed before, in order.
    """

    shape: tuple[int, ...]
    changes: tuple[tuple[Literal["xor", "add"], tuple[int, int]], ...] = ()

    def __call__(self, seed: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Those of a seed, int32 `(2,)`."""
        for kind, by in self.changes:
            numbers = np.array(by, np.int32)
            seed = seed ^ numbers if kind == "xor" else seed + numbers
        return uniform(seed.tolist(), self.shape)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` made of one, and JSON of that."""
        changes = [(kind, (int(a), int(b))) for kind, (a, b) in table["changes"]]
        if any(kind not in ("xor", "add") for kind, _ in changes):
            raise ValueError("unknown change of a seed")
        return cls(tuple(int(side) for side in table["shape"]), tuple(changes))


@dataclass(frozen=True, slots=True)
class Graph:
    """A function of tensors.

    Args:
        model: OpenVINO's, or the file that it is kept in; None for one that gives out nothing.
        draws: what draws its further inputs, by name.
        outputs: names of what it gives out.
    """

    model: openvino.Model | Path | None
    draws: Mapping[str, Draw]
    outputs: Sequence[str]

    @property
    def is_plain(self) -> bool:
        """Whether all its random numbers are drawn without TensorFlow, so that it can be kept."""
        return all(isinstance(draw, UniformDraw) for draw in self.draws.values())

    def save(self, folder: Path) -> dict[str, Any]:
        """Write a plain graph's files into a folder.

        Returns:
            What is to be kept beside them, as a table of JSON.

        Raises:
            OSError: when they cannot be written.
        """
        if self.model is not None:
            try:
                openvino.save_model(self.model, folder / FILES[0], compress_to_fp16=False)
            except RuntimeError as error:
                raise OSError(str(error)) from error
        draws = {name: asdict(draw) for name, draw in self.draws.items()}  # type: ignore[call-overload]
        return {"draws": draws, "outputs": list(self.outputs)}

    @classmethod
    def read(cls, folder: Path, table: Mapping[str, Any]) -> Self:
        """Read what `save` wrote and returned.

        Raises:
            KeyError, TypeError, ValueError: when it is not that.
        """
        draws = {str(name): UniformDraw.of(draw) for name, draw in table["draws"].items()}
        outputs = [str(name) for name in table["outputs"]]
        return cls(folder / FILES[0] if outputs else None, draws, outputs)
