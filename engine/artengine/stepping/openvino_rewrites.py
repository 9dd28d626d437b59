"""Rewrites of OpenVINO's graphs of steps that compute the same in less time.

Graphs translated from TensorFlow's concatenate whole frames and make needless copies, which
OpenVINO does not optimise away when it compiles them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from artengine.stepping.given import PLANES, WHOLE
from artengine.stepping.openvino_library import openvino

_FRAME = f"{PLANES}_"
_MOST_COLOURS = 4
_REPEATS = ("Tile", "Transpose", "Reshape", "Unsqueeze", "Tile", "Reshape", "Transpose")

ops: Any = openvino.opset13


def quicker(model: openvino.Model) -> openvino.Model:
    """Return an optimised copy of a graph, or the graph itself if OpenVINO rejects the rewrites.

    Inputs `frame_N`, planes `(3, H, W)`, may have been replaced by `whole_N`, `(H, W, 3)`.
    """
    try:
        changed = model.clone()
        for change in _CHANGES:
            change(changed)
        changed.validate_nodes_and_infer_types()
    except RuntimeError:
        return model
    return changed


def _read_whole_frames(model: openvino.Model) -> None:
    """Convolve each frame separately in its own memory layout, and add the results.

    This requires a convolution whose stride equals its kernel size: a row of the kernel then covers
    one contiguous run of numbers in each frame. The frames need no split into planes and no
    concatenation.
    """
    for stack in [node for node in model.get_ordered_ops() if node.get_type_name() == "Concat"]:
        frames = [value.get_node() for value in stack.input_values()]
        if not all(_is_frame(node, stack) for node in frames):
            continue
        batches = _users(stack)
        looking = [node for batch in batches for node in _users(batch)]
        if any(each.get_type_name() != "Unsqueeze" for each in batches):
            continue
        if not looking or not all(_is_patchwise(node, 3 * len(frames)) for node in looking):
            continue
        wholes = [_whole(frame) for frame in frames]
        for node in looking:
            _replace(node, _patchwise(node, wholes))
        model.add_parameters(wholes)
        for frame in frames:
            model.remove_parameter(frame)


def _is_frame(node: Any, stack: Any) -> bool:
    """Return whether a node is an input of planes that only `stack` reads."""
    return (
        node.get_type_name() == "Parameter"
        and node.get_friendly_name().startswith(_FRAME)
        and len(node.get_output_partial_shape(0)) == 3
        and len(node.output(0).get_target_inputs()) == 1
        and stack.get_attributes()["axis"] == 0
    )


def _is_patchwise(node: Any, channels: int) -> bool:
    """Return whether a node is an unpadded convolution whose stride equals its kernel size."""
    if node.get_type_name() != "Convolution" or not _is_constant(node, 1):
        return False
    told = node.get_attributes()
    _, depth, rows, columns = node.get_input_shape(1)
    height, width = node.get_input_shape(0)[2:]
    return (
        depth == channels
        and told["strides"] == [rows, columns]
        and told["dilations"] == [1, 1]
        and not any(told["pads_begin"] + told["pads_end"])
        and (height % rows, width % columns) == (0, 0)
    )


def _whole(frame: Any) -> Any:
    """Create the `(H, W, 3)` input that replaces a frame's planes."""
    _, height, width = frame.get_output_shape(0)
    name = frame.get_friendly_name().replace(_FRAME, f"{WHOLE}_", 1)
    whole = ops.parameter([height, width, 3], np.float32, name=name)
    whole.output(0).get_tensor().set_names({name})
    return whole


def _patchwise(node: Any, wholes: Sequence[Any]) -> Any:
    """Return a convolution as a sum of convolutions, one for each frame with nonzero weights."""
    weights = node.input_value(1).get_node().get_data()
    filters, _, rows, columns = weights.shape
    name, total = node.get_friendly_name(), None
    looks = [weights[:, 3 * number : 3 * number + 3].any() for number in range(len(wholes))]
    for number, whole in enumerate(wholes):
        if any(looks) and not looks[number]:
            continue
        height, width, _ = whole.get_output_shape(0)
        shape = [1, height, width // columns, 3 * columns]
        runs = ops.transpose(_shaped(whole, shape), _numbers([0, 3, 1, 2]))
        part = weights[:, 3 * number : 3 * number + 3].transpose(0, 3, 1, 2)
        kernel = ops.constant(np.ascontiguousarray(part).reshape(filters, -1, rows, 1))
        found = ops.convolution(runs, kernel, [rows, 1], [0, 0], [0, 0], [1, 1])
        found.set_friendly_name(f"{name}_{number}")
        total = found if total is None else ops.add(total, found)
    return total


def _enlarge_at_once(model: openvino.Model) -> None:
    """Replace nearest-neighbour upsampling in eight nodes, each of which copies, by one node."""
    for node in model.get_ordered_ops():
        if node.get_type_name() != "Unsqueeze" or _constant(node, 1) != [2]:
            continue
        chain = list(_only_users(node, _REPEATS))
        if len(chain) < len(_REPEATS) or len(node.get_input_shape(0)) != 4:
            continue
        shape, made = node.get_input_shape(0), chain[-1].get_output_shape(0)
        across, down = chain[0].get_input_shape(0), chain[0].get_output_shape(0)
        rows, columns = down[2] // across[2], made[3] // shape[3]
        orders = [_constant(chain[1], 1), _constant(chain[6], 1)]
        shapes = [list(each.get_output_shape(0)) for each in chain]
        batch, channels, height, width = shape
        expected = [
            [batch, channels, rows, height, width],
            [batch, height, rows, width, channels],
            [batch, height * rows, width, channels],
            [batch, height * rows, width, 1, channels],
            [batch, height * rows, width, columns, channels],
            [batch, height * rows, width * columns, channels],
            [batch, channels, height * rows, width * columns],
        ]
        if shapes != expected or orders != [[0, 3, 2, 4, 1], [0, 3, 1, 2]]:
            continue
        enlarged = ops.interpolate(
            node.input_value(0),
            _numbers([height * rows, width * columns]),
            "nearest",
            "sizes",
            axes=_numbers([2, 3]),
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        _replace(chain[-1], enlarged)


def _leave_out_slices(model: openvino.Model) -> None:
    """Replace a slice that keeps all elements by a reshape, which needs no copy."""
    for node in model.get_ordered_ops():
        steps = _constant(node, 3) if node.get_type_name() == "StridedSlice" else None
        if steps is None or min(steps, default=1) < 1:
            continue
        shape = node.get_output_shape(0)
        if shape and prod(shape) == prod(node.get_input_shape(0)):
            _replace(node, _shaped(node.input_value(0), shape))


def _subtract_means(model: openvino.Model) -> None:
    """Replace a matrix product that only subtracts each colour's mean by that subtraction."""
    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul" or not _is_constant(node, 1):
            continue
        shape, matrix = node.get_input_shape(0), node.input_value(1).get_node().get_data()
        # The matrix is symmetric, so `transpose_b` has no effect.
        colours = _colours(matrix)
        if len(shape) != 2 or not colours or node.get_attributes()["transpose_a"]:
            continue
        values = _shaped(node.input_value(0), [shape[0], shape[1] // colours, colours])
        means = ops.reduce_mean(values, _numbers([1]), keep_dims=True)
        _replace(node, _shaped(ops.subtract(values, means), shape))


def _colours(matrix: Any) -> int:
    """Return the number of interleaved colours whose means a matrix subtracts; 0 for others."""
    size = len(matrix)
    if matrix.shape != (size, size):
        return 0
    for colours in range(1, min(size, _MOST_COLOURS + 1)):
        if size % colours:
            continue
        mean = np.tile(np.eye(colours), size // colours) * colours / size
        # Check the first rows before the rest: a layer's matrix may be large, and few pass.
        if not np.allclose(np.eye(colours, size) - matrix[:colours], mean, atol=1e-6):
            continue
        if np.allclose(np.eye(size) - matrix, np.tile(mean, (size // colours, 1)), atol=1e-6):
            return colours
    return 0


_CHANGES = (
    _read_whole_frames,
    _enlarge_at_once,
    _leave_out_slices,
    _subtract_means,
)


def _only_users(node: Any, kinds: Sequence[str]) -> Iterator[Any]:
    """Yield the chain of nodes of such kinds after a node; each has only one reader."""
    for kind in kinds:
        users = _users(node)
        if len(users) != 1 or users[0].get_type_name() != kind:
            return
        (node,) = users
        yield node


def _users(node: Any) -> list[Any]:
    return [reader.get_node() for reader in node.output(0).get_target_inputs()]


def _constant(node: Any, place: int) -> list[Any] | None:
    """Return a node's constant input as a flat list; None if it is missing or not constant."""
    if not _is_constant(node, place):
        return None
    found: list[Any] = node.input_value(place).get_node().get_data().ravel().tolist()
    return found


def _is_constant(node: Any, place: int) -> bool:
    if node.get_input_size() <= place:
        return False
    return bool(node.input_value(place).get_node().get_type_name() == "Constant")


def _numbers(values: Sequence[int]) -> Any:
    return ops.constant(np.array(values, np.int64))


def _shaped(value: Any, shape: Sequence[int]) -> Any:
    return ops.reshape(value, _numbers(shape), special_zero=False)


def _replace(node: Any, other: Any) -> None:
    other.set_friendly_name(node.get_friendly_name())
    _rename(node.output(0), other.output(0))


def _rename(old: Any, new: Any) -> None:
    """Redirect all readers of a value to another, which takes over its names too."""
    names = old.get_names()
    for reader in old.get_target_inputs():
        reader.replace_source_output(new)
    if names:
        new.get_tensor().add_names(names)
