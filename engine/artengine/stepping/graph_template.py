"""Graphs without the weights of a network, which are filled in from a weights file."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from artengine.atomic import atomic_write
from artengine.stepping.graph import Specs, UniformDraw
from artengine.traced_code import Digests

if TYPE_CHECKING:
    import h5py

_FORMAT = 1

MOST_BYTES = 64 << 20
"""Maximum decompressed size of a template file."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a template for an array of a weights file.

    Args:
        at: the offset in the template's bytes.
        path: the path of the array in the weights file.
        shape, kind: its shape and its numpy type.
    """

    at: int
    path: str
    shape: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class GraphTemplate:
    """TensorFlow's GraphDef, as bytes, with the values of its weights cut out.

    With the weights filled in it is equal, byte for byte, to a graph traced with those weights.

    Args:
        method: `start` or `step`.
        inputs: shapes and types of the inputs.
        numbers: values of the model's automatable numbers that are constants in it.
        draws: functions that draw its random inputs, by name.
        outputs: names of its outputs; with none, the graph is empty.
        gaps: places of the weights, in order.
        graph: the bytes.
    """

    method: str
    inputs: Specs
    numbers: Mapping[str, float]
    draws: Mapping[str, UniformDraw]
    outputs: Sequence[str]
    gaps: Sequence[Gap]
    graph: bytes

    def filled(self, weights: h5py.File) -> bytes:
        """Return the GraphDef with the weights of a file.

        Raises:
            KeyError, TypeError, ValueError: when the weights do not fit or are not finite.
        """
        pieces, last = [], 0
        for gap in self.gaps:
            array = np.asarray(weights[gap.path])
            if array.shape != gap.shape or array.dtype != np.dtype(gap.kind):
                raise ValueError(f"{gap.path}: {array.dtype} {array.shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"{gap.path}: not finite")
            pieces += [self.graph[last : gap.at], array.tobytes()]
            last = gap.at
        return b"".join([*pieces, self.graph[last:]])

    def _table(self) -> dict[str, Any]:
        table = asdict(self)
        return {**table, "graph": len(self.graph)}

    @classmethod
    def _of(cls, table: Mapping[str, Any], graph: bytes) -> Self:
        gaps = [
            Gap(int(gap["at"]), str(gap["path"]), tuple(gap["shape"]), str(gap["kind"]))
            for gap in table["gaps"]
        ]
        return cls(
            method=table["method"],
            inputs={name: (tuple(shape), kind) for name, (shape, kind) in table["inputs"].items()},
            numbers={str(name): float(number) for name, number in table["numbers"].items()},
            draws={name: UniformDraw.of(draw) for name, draw in table["draws"].items()},
            outputs=[str(name) for name in table["outputs"]],
            gaps=gaps,
            graph=graph,
        )


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """The templates of a model for frames of one size.

    Args:
        model: the model's name and fixed parameters.
        code: digests of its source files; see `artengine.traced_code`.
        libraries: versions of the libraries that traced it, by name; for information only.
        bytes_per_pixel: the network's memory per pixel; None when it was not measured.
        templates: one for `step`, and one or more for `start`, each with other values of the
            model's numbers.
    """

    model: Mapping[str, Any]
    code: Mapping[str, Digests]
    libraries: Mapping[str, str]
    bytes_per_pixel: float | None
    templates: Sequence[GraphTemplate]

    def write(self, path: Path) -> None:
        """Write the file atomically. Raise `OSError` on failure."""
        about = {
            "format": _FORMAT,
            "model": self.model,
            "code": self.code,
            "libraries": self.libraries,
            "bytes_per_pixel": self.bytes_per_pixel,
            "templates": [each._table() for each in self.templates],
        }
        text = json.dumps(about, sort_keys=True).encode()
        content = b"\n".join([text, b"".join(each.graph for each in self.templates)])
        with atomic_write(path) as hidden:
            hidden.write_bytes(lzma.compress(content))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file that `write` wrote.

        Raises:
            OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError, EOFError,
                lzma.LZMAError: when it cannot be read or is invalid.
        """
        packed = path.read_bytes()
        reader = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
        content = reader.decompress(packed, MOST_BYTES)
        if not reader.eof:
            raise ValueError("not whole, or too large")
        text, _, graphs = content.partition(b"\n")
        about = json.loads(text)
        if about["format"] != _FORMAT:
            raise ValueError("another format")
        templates, at = [], 0
        for table in about["templates"]:
            templates.append(GraphTemplate._of(table, graphs[at : at + table["graph"]]))
            at += table["graph"]
        found = about["bytes_per_pixel"]
        if found is not None and not 0 <= float(found) < math.inf:
            raise ValueError("no number of bytes")
        return cls(
            model=about["model"],
            code={name: (str(whole), str(bare)) for name, (whole, bare) in about["code"].items()},
            libraries=about["libraries"],
            bytes_per_pixel=None if found is None else float(found),
            templates=templates,
        )
