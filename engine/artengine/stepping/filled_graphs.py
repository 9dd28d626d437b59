"""Graphs made from templates and weights without Keras; without a template, by conversion."""

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
"""Suffix of the names of template files."""

Size = tuple[int, int]

_BROKEN = (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError)
"""Errors that invalid files raise; RuntimeError includes RecursionError."""


class Templates:
    """Template files of one model.

    A file is used only if the code that it was traced from has not changed.

    Args:
        folders: folders that hold template files.
        table: the model's name and fixed parameters.
        model: the model.
    """

    def __init__(
        self, folders: Iterable[Path], table: Mapping[str, Any], model: TiledModel
    ) -> None:
        self._folders = list(folders)
        # Convert it to JSON's types, for comparison with what is read.
        self._table = json.loads(json.dumps(table))
        self._model = model

    def find(self, method: str, specs: Specs) -> GraphTemplate | None:
        """Return the template of a model's method for such inputs and the model's current numbers;
        None when there is none."""
        _, height, width = specs["frame_0"][0]
        given = {name: (tuple(shape), kind) for name, (shape, kind) in specs.items()}
        fitting = self._fitting((width, height))
        return next((t for t in fitting if (t.method, t.inputs) == (method, given)), None)

    def covers(self, size: Size) -> bool:
        """Return whether there are templates of all methods for frames, or tiles, of a size."""
        return {"start", "step"} <= {template.method for template in self._fitting(size)}

    def bytes_per_pixel(self) -> float | None:
        """Return the network's memory per pixel of a frame; None when no file states it."""
        for found in self._read(template_name(self._table)):
            if found.bytes_per_pixel is not None:
                return found.bytes_per_pixel
        return None

    def _fitting(self, size: Size) -> Iterator[GraphTemplate]:
        """Yield the templates for frames of a size and the model's current numbers."""
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
    """Return the name of the file of a model's templates for frames of a width and height; without
    a size, return a glob pattern for all sizes."""
    digest = sha256(json.dumps(model, sort_keys=True).encode()).hexdigest()[:12]
    width, height = size or ("*", "*")
    return f"{model['use']}-{digest}-{width}x{height}{ENDING}"


class FilledGraphs:
    """Makes graphs of one network for OpenVINO from templates, or by conversion without a template.

    Args:
        templates: the templates of the model.
        weights: the file of the network's weights.
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
        """Return the network's memory per pixel of a frame; None when it is unknown."""
        found = self._templates.bytes_per_pixel()
        return self._converter.bytes_per_pixel() if found is None else found

    @cached_property
    def _converter(self) -> Converter:
        return self._convert()

    def _filled(self, method: str, specs: Specs) -> Graph | None:
        """Return a graph with the weights; None when there is no template or they do not fit it."""
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
            # Loading by Keras reports wrong weights, and its conversion unsupported operations.
            logger.debug("%s: %s", self._weights, error)
            return None
