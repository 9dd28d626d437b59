"""Templates of a model's graphs, made by tracing a network whose weights are marker arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, cast

import h5py
import keras
import numpy as np
import numpy.typing as npt

from artengine.nn.memory_estimate import bytes_per_pixel
from artengine.nn.step_model import StepModel
from artengine.nn.trace import Trace, Traces
from artengine.stepping.graph import NotComputable, Specs, UniformDraw
from artengine.stepping.graph_template import Gap, GraphTemplate, TemplateFile
from artengine.stepping.tiles import TileSetting, plan_tiles
from artengine.traced_code import traced_code

Mark = tuple[str, tuple[int, ...], bytes]
"""An array: its type, shape and bytes."""


def make_templates(
    model: StepModel,
    table: Mapping[str, Any],
    size: tuple[int, int],
    *,
    tile: TileSetting = "auto",
    numbers: Sequence[Mapping[str, float]] = ({},),
) -> tuple[TemplateFile, tuple[int, int]]:
    """Trace a model's initial state and step, without the weights of a network.

    Args:
        model: the model; Keras has to run on TensorFlow.
        table: the model's name and fixed parameters.
        size: width and height of the film's frames.
        tile: how they are cut.
        numbers: sets of values that override the model's automatable numbers; if the initial state
            depends on them, it is traced with each set.

    Returns:
        The templates, and the width and height of the frames or tiles that they are for.

    Raises:
        NotComputable: when TensorFlow has to draw the random numbers, or weights cannot be
            distinguished.
    """
    asked: list[float | None] = []

    def measured() -> float | None:
        asked[:] = [bytes_per_pixel(model)]
        return asked[0]

    width, height = size
    tiles = plan_tiles(model, height, width, tile, measured)
    shape = (height, width) if tiles is None else tiles.shape
    network = model.build()
    marks = _Marks.put_into(network)
    frames = {f"frame_{n}": ((3, *shape), "float32") for n in range(model.context)}
    given: dict[str, Any] = {**frames, "seed": ((2,), "int32")}
    starts = _starts(model, network, given, numbers)
    state = _outputs(starts[0][1])
    step = Traces(model, network).step({**given, **state, **_values(model)})
    made = [marks.template("start", given, used, trace) for used, trace in starts]
    made.append(marks.template("step", {**given, **state, **_values(model)}, {}, step))
    modules = ["artengine.nn.trace"] + ["artengine.nn.memory_estimate"] * bool(asked)
    file = TemplateFile(
        model=table,
        code=traced_code(type(model), modules),
        libraries={name: version(name) for name in ("keras", "tensorflow")},
        bytes_per_pixel=asked[0] if asked else None,
        templates=made,
    )
    return file, (shape[1], shape[0])


def _starts(
    model: StepModel, network: Any, specs: Specs, numbers: Sequence[Mapping[str, float]]
) -> list[tuple[dict[str, float], Trace]]:
    """Trace the initial state with each set of numbers; return the numbers that it uses as well."""

    def traced(values: Mapping[str, float]) -> Trace:
        changed = _with(model, values)
        return Traces(changed, network).start(specs)

    first = traced(numbers[0])
    if not first.outputs:
        return [({}, first)]
    own = {name: getattr(_with(model, numbers[0]), name) for name in model.automatable()}
    other = {name: value + 1 for name, value in own.items()}
    taken: list[str] = []
    if own and traced({**numbers[0], **other}).graph != first.graph:
        taken = [
            name
            for name in sorted(own)
            if traced({**numbers[0], name: other[name]}).graph != first.graph
        ]
    found: dict[tuple[float, ...], tuple[dict[str, float], Trace]] = {}
    for number, values in enumerate(numbers):
        changed = _with(model, values)
        used = {name: getattr(changed, name) for name in taken}
        key = tuple(used.values())
        if key not in found:
            found[key] = used, first if number == 0 else traced(values)
    return list(found.values())


def _with(model: StepModel, values: Mapping[str, float]) -> StepModel:
    changed = cast("Any", model).model_copy()
    for name, value in values.items():
        setattr(changed, name, value)
    return cast("StepModel", changed)


def _values(model: StepModel) -> Specs:
    """Return the specs of the model's numbers, which are inputs of a step."""
    kinds = {
        name: "int32" if isinstance(getattr(model, name), int) else "float32"
        for name in sorted(model.automatable())
    }
    return {f"value_{name}": ((), kind) for name, kind in kinds.items()}


def _outputs(trace: Trace) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the shapes and types of a graph's outputs."""
    import tensorflow as tf

    nodes = {node.name: node for node in trace.graph.node}
    found = {}
    for name in trace.outputs:
        shape = nodes[name].attr["_output_shapes"].list.shape[0]
        sides = tuple(side.size for side in shape.dim)
        if shape.unknown_rank or min(sides, default=0) < 0:
            raise NotComputable(f"the size of its {name} is not known")
        found[name] = sides, tf.as_dtype(nodes[name].attr["T"].type).name
    return found


@dataclass(frozen=True, slots=True)
class _Marks:
    """Marker arrays that replace the weights of a network.

    Args:
        paths: the path of each in a weights file; None for an array that files do not hold.
    """

    paths: Mapping[Mark, str | None]

    @classmethod
    def put_into(cls, network: Any) -> Self:
        """Set a network's weights to random arrays, and find their paths in a file of it."""
        marks: dict[Mark, str | None] = {}
        for number, variable in enumerate(network.variables):
            array = _random(number, variable)
            marks[_mark(array)] = None
            variable.assign(array)
        if len(marks) < len(network.variables):
            raise NotComputable("some of its weights are too small to be told apart")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "marked.weights.h5"
            network.save_weights(path)
            with h5py.File(path, "r") as file:
                for name, array in _arrays(file):
                    if _mark(array) in marks:
                        marks[_mark(array)] = name
        return cls(marks)

    def template(
        self, method: str, inputs: Specs, numbers: Mapping[str, float], trace: Trace
    ) -> GraphTemplate:
        """Return a graph with gaps in place of the marker arrays."""
        draws = {n: draw for n, draw in trace.draws.items() if isinstance(draw, UniformDraw)}
        if len(draws) < len(trace.draws):
            raise NotComputable("TensorFlow draws its random numbers")
        gaps: list[Gap] = []
        pieces: list[bytes] = []
        done = 0
        for piece in self._pieces(trace) if trace.outputs else ():
            if isinstance(piece, Gap):
                gaps.append(Gap(done, piece.path, piece.shape, piece.kind))
            else:
                pieces.append(piece)
                done += len(piece)
        return GraphTemplate(method, inputs, numbers, draws, trace.outputs, gaps, b"".join(pieces))

    def _pieces(self, trace: Trace) -> list[bytes | Gap]:
        """Return a GraphDef's bytes and gaps: node by node, then the other fields."""
        found: list[bytes | Gap] = []
        alone = type(trace.graph)()
        for node in trace.graph.node:
            del alone.node[:]
            alone.node.add().CopyFrom(node)
            found += self._cut(alone)
        rest = type(trace.graph)()
        rest.CopyFrom(trace.graph)
        del rest.node[:]
        return [*found, rest.SerializeToString(deterministic=True)]

    def _cut(self, alone: Any) -> list[bytes | Gap]:
        """Return the bytes of a GraphDef of one node, with a gap for a marker array."""
        import tensorflow as tf

        (node,) = alone.node
        if node.op == "Const":
            tensor = node.attr["value"].tensor
            array = tf.make_ndarray(tensor)
            mark = _mark(array)
            if mark in self.paths:
                path = self.paths[mark]
                if path is None:
                    raise NotComputable("it has weights that are not kept in a file")
                kind, shape = tensor.dtype, tensor.tensor_shape
                bare = type(tensor)(dtype=kind, tensor_shape=shape, tensor_content=array.tobytes())
                tensor.CopyFrom(bare)
                content = alone.SerializeToString(deterministic=True)
                before, _, after = content.partition(array.tobytes())
                return [before, Gap(0, path, array.shape, str(array.dtype)), after]
        return [alone.SerializeToString(deterministic=True)]


def _random(number: int, variable: Any) -> npt.NDArray[Any]:
    """Return random numbers of a variable's shape and type."""
    kind = np.dtype(keras.backend.standardize_dtype(variable.dtype))
    rng = np.random.default_rng(number)
    if kind == np.bool_:
        return np.asarray(rng.integers(0, 2, variable.shape), kind)
    if np.issubdtype(kind, np.integer):
        return np.asarray(rng.integers(1, np.iinfo(kind).max, variable.shape, dtype=kind))
    return np.asarray(rng.standard_normal(variable.shape), kind)


def _mark(array: npt.NDArray[Any]) -> Mark:
    return str(array.dtype), array.shape, array.tobytes()


def _arrays(group: h5py.Group) -> list[tuple[str, npt.NDArray[Any]]]:
    found: list[tuple[str, npt.NDArray[Any]]] = []

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found.append((name, np.asarray(item)))

    group.visititems(visit)
    return found
