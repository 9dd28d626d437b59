"""Graphs that are made from templates and weights, without Keras, where there are templates."""

from __future__ import annotations

import json
import logging
import lzma
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from artengine.hdf5 import check_self_contained
from artengine.stepping.graph import Graph, NotComputable, Specs
from artengine.stepping.graph_template import GraphTemplate, TemplateFile
from artengine.stepping.kept_graphs import Converter
from artengine.stepping.openvino_core import translated
from artengine.stepping.tiled_model import TiledModel
from artengine.traced_code import is_current

logger = logging.getLogger("artengine")

ENDING = ".graphs.xz"
"""Of the names of files of templates."""

Size = tuple[int, int]

_BROKEN = (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError)
"""What is raised by files that are not what they should be; RecursionError is among them."""


class Templates:
    """Files of templates of one model.

    One counts where the code that it was traced from is that of now.

    Args:
        folders: where they lie.
        table: the model's name and fixed parameters.
        model: what is stepped.
    """

    def __init__(
        self, folders: Iterable[Path], table: Mapping[str, Any], model: TiledModel
    ) -> None:
        self._folders = list(folders)
        # As JSON has it.
        self._table = json.loads(json.dumps(table))
        self._model = model

    def find(self, method: str, specs: Specs) -> GraphTemplate | None:
        """The template of a model's method for such inputs, and for the numbers that the model has
        now; None where there is none."""
        _, height, width = specs["frame_0"][0]
        given = {name: (tuple(shape), kind) for name, (shape, kind) in specs.items()}
        fitting = self._fitting((width, height))
        return next((t for t in fitting if (t.method, t.inputs) == (method, given)), None)

    def covers(self, size: Size) -> bool:
        """Whether there are all that a dream of such frames, or tiles, needs."""
        return {"start", "step"} <= {template.method for template in self._fitting(size)}

    def bytes_per_pixel(self) -> float | None:
        """What the network takes for each pixel of a frame; None where no file knows."""
        for found in self._read(template_name(self._table)):
            if found.bytes_per_pixel is not None:
                return found.bytes_per_pixel
        return None

    def _fitting(self, size: Size) -> Iterator[GraphTemplate]:
        """Those for frames of a size and the model's numbers."""
        for found in self._read(template_name(self._table, size)):
            for template in found.templates:
                numbers = template.numbers.items()
                if all(getattr(self._model, name, None) == number for name, number in numbers):
                    yield template

    def _read(self, pattern: str) -> Iterator[TemplateFile]:
        for path in (path for folder in self._folders for path in sorted(folder.glob(pattern))):
            try:
                found = TemplateFile.read(path)
            except (*_BROKEN, EOFError, lzma.LZMAError) as error:
                logger.debug("%s: %s", path, error)
                continue
            if found.model == self._table and is_current(found.code, type(self._model)):
                yield found
            else:
                logger.debug("%s: of another model or of other code", path)


def template_name(model: Mapping[str, Any], size: Size | None = None) -> str:
    """The name of the file of a model's templates for frames of a width and height; or, without a
    size, a pattern of the names of all."""
    digest = sha256(json.dumps(model, sort_keys=True).encode()).hexdigest()[:12]
    width, height = size or ("*", "*")
    return f"{model['use']}-{digest}-{width}x{height}{ENDING}"


class FilledGraphs:
    """Makes graphs of one network for OpenVINO from templates, and converts where there is none.

    Args:
        templates: of the model.
        weights: a file of the network's weights.
        convert: loads the network, the first time that there is no template.
    """

    def __init__(
        self, templates: Templates, weights: Path, convert: Callable[[], Converter]
    ) -> None:
        self._templates = templates
        self._weights = weights
        self._convert = convert

    def start(self, specs: Specs) -> Graph:
        """See `Graphs`."""
        return self._filled("start", specs) or self._converter.start(specs)

    def step(self, specs: Specs) -> Graph:
        """See `Graphs`."""
        return self._filled("step", specs) or self._converter.step(specs)

    def start_by_keras(
        self, frames: Sequence[npt.NDArray[Any]], seed: npt.NDArray[np.int32]
    ) -> Sequence[npt.NDArray[Any]]:
        """See `Graphs`."""
        return self._converter.start_by_keras(frames, seed)

    def bytes_per_pixel(self) -> float | None:
        """What the network takes for each pixel of a frame; None where that is unknown."""
        found = self._templates.bytes_per_pixel()
        return self._converter.bytes_per_pixel() if found is None else found

    @cached_property
    def _converter(self) -> Converter:
        return self._convert()

    def _filled(self, method: str, specs: Specs) -> Graph | None:
        """A graph with the weights; None where there is no template, or other weights."""
        template = self._templates.find(method, specs)
        if template is None:
            return None
        if not template.outputs:
            return Graph(None, {}, ())
        try:
            with h5py.File(self._weights, "r") as file:
                check_self_contained(file)
                graph = template.filled(file)
            return Graph(translated(graph), template.draws, template.outputs)
        except (*_BROKEN, NotComputable) as error:
            # Keras says what is wrong with them, and its conversion, what cannot be computed.
            logger.debug("%s: %s", self._weights, error)
            return None
