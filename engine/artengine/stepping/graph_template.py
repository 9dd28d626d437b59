"""Graphs without the weights of a network, which are put in from a file."""

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
"""How large the templates of a file are at most, unpacked."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Where an array of a weights file goes.

    Args:
        at: how many bytes of the template come before it.
        path: of the array in the file.
        shape, kind: its shape and its numpy type.
    """

    at: int
    path: str
    shape: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class GraphTemplate:
    """TensorFlow's GraphDef, as bytes, with the numbers of its weights cut out.

    With the weights in their places it is the same, byte for byte, as one that is traced with them.

    Args:
        method: `start` or `step`.
        inputs: what it is for.
        numbers: values of the model's automatable numbers that are constants in it.
        draws: what draws those of its inputs that are random numbers, by name.
        outputs: names of what it gives out; where there is nothing, it is empty.
        gaps: in order.
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
        """The GraphDef with the weights of a file.

        Raises:
            KeyError, TypeError, ValueError: when they are not those of the network, or not finite.
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
    """The graphs of a model for frames of one size.

    Args:
        model: the model's name and fixed parameters.
        code: what it is written in; see `artengine.traced_code`.
        libraries: versions of what traced it, by name; of no effect.
        bytes_per_pixel: what the network takes; None where nobody asked.
        templates: its graphs: one for a step, and for the state before the first one, one or more
            with different numbers.
    """

    model: Mapping[str, Any]
    code: Mapping[str, Digests]
    libraries: Mapping[str, str]
    bytes_per_pixel: float | None
    templates: Sequence[GraphTemplate]

    def write(self, path: Path) -> None:
        """Write it, whole. Raises `OSError`."""
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
        """Read what was written.

        Raises:
            OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError, EOFError,
                lzma.LZMAError: when it is not that.
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
