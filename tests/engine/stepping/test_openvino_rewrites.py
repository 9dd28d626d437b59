"""Rewrites of graphs for OpenVINO: the same numbers with fewer operations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openvino")

from artengine.stepping.given import Given, GivenFrame
from artengine.stepping.graph import NotComputable
from artengine.stepping.openvino_engine import OpenVinoEngine
from artengine.stepping.openvino_library import openvino
from artengine.stepping.openvino_rewrites import quicker

ops: Any = openvino.opset13
HEIGHT, WIDTH = 8, 12


def numbers(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def network(*, stride: int = 4, also_read: bool = False, newest: bool = False) -> Any:
    """Return two frames, convolved, upsampled twofold and passed to a sigmoid, as in TensorFlow."""
    frames = [ops.parameter([3, HEIGHT, WIDTH], np.float32, name=f"frame_{n}:0") for n in range(2)]
    stack = ops.concat(frames, 0)
    batch = ops.unsqueeze(stack, np.array([0]))
    step = [stride, stride]
    kernel = numbers(5, 6, 4, 4)
    kernel[:, : 3 * newest] = 0
    x = ops.convolution(batch, kernel, step, [0, 0], [0, 0], [1, 1])
    channels, height, width = x.get_output_shape(0)[1:]
    down = ops.tile(ops.unsqueeze(x, np.array([2])), np.array([1, 1, 2, 1, 1]))
    rows = ops.transpose(down, np.array([0, 3, 2, 4, 1]))
    rows = ops.reshape(rows, np.array([1, 2 * height, width, channels]), special_zero=False)
    across = ops.tile(ops.unsqueeze(rows, np.array([3])), np.array([1, 1, 1, 2, 1]))
    across = ops.reshape(across, np.array([1, 2 * height, 2 * width, channels]), special_zero=False)
    large = ops.relu(ops.transpose(across, np.array([0, 3, 1, 2])))
    colours = ops.sigmoid(ops.transpose(large, np.array([0, 2, 3, 1])))
    first = [np.array([number]) for number in (0, 1, 1)]
    cropped = ops.strided_slice(colours, *first, [0], [0], shrink_axis_mask=[1])
    result = [cropped, ops.add(frames[0], np.float32(1))] if also_read else [cropped]
    for number, each in enumerate(result):
        each.output(0).get_tensor().set_names({f"made_{number}:0"})
    return openvino.Model(result, frames)


def computed(model: Any, outputs: int) -> list[Any]:
    compute = OpenVinoEngine().compile(model, [f"made_{number}" for number in range(outputs)])
    frames = [GivenFrame(numbers(HEIGHT, WIDTH, 3) + n) for n in range(2)]
    return [np.array(each) for each in compute(Given(frames, {}))]


def compute_without_rewrites(
    model: Any, outputs: int, monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    with monkeypatch.context() as patch:
        patch.setattr("artengine.stepping.openvino_engine.quicker", lambda model: model)
        return computed(model, outputs)


def kinds(model: Any) -> Counter[str]:
    return Counter(node.get_type_name() for node in model.get_ordered_ops())


@pytest.mark.parametrize("newest", [False, True])
def test_rewrites_do_not_change_the_outputs(newest: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model = network(newest=newest)
    changed = quicker(model)
    result = kinds(changed)
    assert not result.keys() & {"Concat", "Tile", "StridedSlice"}
    assert result["Convolution"] == (1 if newest else 2)
    assert sorted(each.any_name for each in changed.inputs) == ["whole_0:0", "whole_1:0"]
    # The input model is unchanged.
    assert kinds(model)["Concat"] == 1
    (expected,) = compute_without_rewrites(network(newest=newest), 1, monkeypatch)
    assert expected.std() > 0.1
    np.testing.assert_allclose(computed(model, 1)[0], expected, atol=1e-6)
    assert kinds(quicker(changed)) == result


@pytest.mark.parametrize("given", [{"stride": 2}, {"also_read": True}], ids=["overlap", "read"])
def test_frames_with_other_consumers_stay_planes(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, outputs = network(**given), 1 + bool(given.get("also_read"))
    changed = quicker(model)
    assert sorted(each.any_name for each in changed.inputs) == ["frame_0:0", "frame_1:0"]
    expected = compute_without_rewrites(network(**given), outputs, monkeypatch)
    for one, other in zip(computed(model, outputs), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(("colours", "is_mean"), [(1, True), (3, True), (3, False), (5, True)])
def test_a_matrix_product_that_subtracts_means_is_replaced(
    colours: int, is_mean: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def model() -> Any:
        size = 4 * colours
        matrix = np.eye(size) - np.tile(np.eye(colours), (4, 4)) / (4 if is_mean else 5)
        outputs_of = ops.parameter([7, size], np.float32, name="state_0:0")
        product = ops.matmul(
            outputs_of, matrix.astype(np.float32), transpose_a=False, transpose_b=colours == 1
        )
        product.output(0).get_tensor().set_names({"made_0:0"})
        return openvino.Model([product], [outputs_of])

    def outputs_of(model: Any) -> Any:
        (product,) = OpenVinoEngine().compile(model, ["made_0"])(
            {"state_0": numbers(7, 4 * colours)}
        )
        return np.array(product)

    assert ("MatMul" in kinds(quicker(model()))) is not (is_mean and colours < 5)
    result = outputs_of(model())
    monkeypatch.setattr("artengine.stepping.openvino_engine.quicker", lambda model: model)
    np.testing.assert_allclose(result, outputs_of(model()), atol=1e-6)


def test_a_slice_without_axes_is_removed() -> None:
    given, none = ops.parameter([2, 3], np.float32, name="state_0:0"), np.array([], np.int64)
    result = ops.relu(ops.strided_slice(given, none, none, none, [], []))
    assert not kinds(quicker(openvino.Model([result], [given])))["StridedSlice"]


def test_an_output_of_dynamic_shape_is_not_computable() -> None:
    given = ops.parameter([4], np.float32, name="state_0:0")
    result = ops.non_zero(given)
    result.output(0).get_tensor().set_names({"made_0:0"})
    with pytest.raises(NotComputable, match="dynamic shape"):
        OpenVinoEngine().compile(openvino.Model([result], [given]), ["made_0"])


def test_a_frame_is_passed_without_a_copy_where_possible() -> None:
    frame = numbers(HEIGHT, WIDTH, 3)
    given = Given([GivenFrame(frame)], {"seed": np.zeros(2, np.int32)})
    assert given["whole_0"] is frame
    np.testing.assert_array_equal(given["frame_0"], frame.transpose(2, 0, 1))
    assert given["frame_0"] is given["frame_0"]
    assert sorted(given) == ["frame_0", "seed", "whole_0"]
    assert len(given) == 3
    assert "frame_1" not in given
    assert given.specs() == {"frame_0": ((3, HEIGHT, WIDTH), "float32"), "seed": ((2,), "int32")}
    frame.flags.writeable = False
    assert GivenFrame(frame).whole.flags.writeable
