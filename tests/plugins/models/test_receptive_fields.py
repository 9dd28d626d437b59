"""Measured receptive fields of models, layer by layer, do not exceed the declared ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import layers, ops, tree

from artengine.api import Frame, Model, Param, ReceptiveField
from artengine.catalog import load_catalog
from artengine.nn.determinism import make_deterministic
from artengine.nn.step import Step
from artengine.stepping.tiles import Tiles, tile_spans
from artengine_plugins.models.deep import Deep
from artengine_plugins.models.flow import Flow
from artengine_plugins.models.hourglass import Hourglass
from artengine_plugins.models.swift import Swift

Numbers = npt.NDArray[np.float32]
"""float32 `(1, H, W, C)`."""

Touched = npt.NDArray[np.bool_]
"""bool `(H, W)`: where a tensor depends on the part of the frame that is replaced."""

LARGE = 1e4
"""The largest magnitude of the values that layers are probed with."""

PATCHES = (1, 2, 4, 8, 16)
"""Sides of the squares of constant value that layers are probed with."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a layer in a network's graph."""

    layer: Any
    args: Any
    outputs: tuple[Any, ...]

    @property
    def inputs(self) -> list[int]:
        """Identities of the input tensors."""
        leaves = tree.flatten(self.args)
        return list(dict.fromkeys(id(x) for x in leaves if isinstance(x, keras.KerasTensor)))

    def __call__(self, numbers: Sequence[Numbers]) -> list[Numbers]:
        by_tensor = dict(zip(self.inputs, numbers, strict=True))
        args, kwargs = tree.map_structure(lambda x: by_tensor.get(id(x), x), self.args)
        return [as_array(x) for x in tree.flatten(self.layer(*args, **kwargs))]


@dataclass(slots=True)
class Probe:
    """Measures how far a change propagates through a network, on a strip of a frame.

    The strip is cut in two halves. Each layer runs on random numbers, and again with the numbers
    that are touched replaced by others; output pixels that differ are touched in turn. Layers pass
    on a boolean mask, so that no influence vanishes in a deep network as a gradient does.

    Args:
        shape: height and width of the strip, in pixels.
        axis: the axis that is cut, 0 for the height.
        part: which of the two halves is replaced.
    """

    shape: tuple[int, int]
    axis: int
    part: int
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    touched: dict[int, Touched] = field(default_factory=dict)
    channels: dict[int, int] = field(default_factory=dict)
    ranges: dict[int, tuple[float, float]] = field(default_factory=dict)

    def beyond_cut(self, frame: Any, calls: list[Call], ends: list[int], model: Model) -> int:
        """Return how many pixels beyond the cut are touched in the prediction."""
        start = id(frame)
        self.channels[start] = frame.shape[-1]
        self.touched[start] = self.part_of(self.shape)
        self.ranges[start] = (-LARGE, LARGE)
        for call in calls:
            self.through(call, call.inputs, [id(tensor) for tensor in call.outputs])
        end = -1  # the identity of no tensor
        self.through(rest_of_step(model), [start, *ends], [end])
        lines = self.touched[end].any(axis=1 - self.axis)
        return int(lines.sum()) - self.shape[self.axis] // 2

    def through(
        self,
        layer: Callable[[Sequence[Numbers]], list[Numbers]],
        inputs: Sequence[int],
        outputs: Sequence[int],
    ) -> None:
        for numbers, others in self.draws(inputs):
            for key, a, b in zip(outputs, layer(numbers), layer(others), strict=True):
                if key not in self.touched:
                    self.touched[key] = self.part_of(a.shape[1:3])
                    self.channels[key] = a.shape[-1]
                self.touched[key] |= differ(a, b).any(axis=(0, 3))
                low, high = self.ranges.get(key, (0.0, 0.0))
                values = np.clip(np.nan_to_num(np.concatenate([a, b])), -LARGE, LARGE)
                self.ranges[key] = min(low, float(values.min())), max(high, float(values.max()))

    def draws(self, inputs: Sequence[int]) -> Iterator[tuple[list[Numbers], list[Numbers]]]:
        """Yield inputs of a layer, and the same with the touched numbers replaced: once small
        positive numbers, which keep ReLUs active, and once patches of the extreme values of the
        range, at which a warp reaches farthest."""
        for kind in ("small", "ends"):
            drawn, others = ([self.drawn(key, kind) for key in inputs] for _ in range(2))
            masks = [self.touched[key][None, ..., None] for key in inputs]
            replaced = [
                np.where(mask, other, numbers)
                for mask, numbers, other in zip(masks, drawn, others, strict=True)
            ]
            yield drawn, replaced

    def drawn(self, key: int, kind: str) -> Numbers:
        (height, width), channels = self.touched[key].shape, self.channels[key]
        low, high = self.ranges[key]
        if kind == "small":
            low, high = (0.0, min(high, 1.0)) if high > 0.0 else (max(low, -1.0), 0.0)
            return self.rng.uniform(low, high, (1, height, width, channels)).astype(np.float32)
        ends = np.array([low, np.clip(0.0, low, high), high], np.float32)
        drawn = np.empty((1, height, width, channels), np.float32)
        for channel, side in enumerate(self.rng.choice(PATCHES, channels)):
            shape = (1, -(-height // side), -(-width // side))
            numbers = ends[self.rng.integers(len(ends), size=shape)]
            drawn[..., channel] = numbers.repeat(side, 1).repeat(side, 2)[:, :height, :width]
        return drawn

    def part_of(self, shape: Sequence[int]) -> Touched:
        """Return the mask of the replaced half of a tensor of that height and width."""
        for length, whole in zip(shape, self.shape, strict=True):
            # Tensors of a tile must be crops of those of the frame: scales must be integers.
            assert length % 2 == 0
            assert length % whole == 0 or whole % length == 0
        touched = np.zeros(shape, np.bool_)
        lines = np.moveaxis(touched, self.axis, 0)
        middle = len(lines) // 2
        lines[middle * self.part : middle * (self.part + 1)] = True
        return touched


def measured_field(model: Model, within: int) -> int:
    """Measure the receptive field of a prediction in pixels, as far as `within` pixels."""
    network = model.build()
    calls: list[Call] = []

    def record(layer: Any, *args: Any, **kwargs: Any) -> Any:
        output = layer(*args, **kwargs)
        calls.append(Call(layer, (args, kwargs), tuple(tree.flatten(output))))
        return output

    copy = keras.models.clone_model(
        network, clone_function=lambda layer: layer, call_function=record
    )
    (frame,), ends = copy.inputs, [id(end) for end in copy.outputs]
    # A weight of zero, with which some layers are initialised, would hide a dependency.
    rng = np.random.default_rng(0)
    network.set_weights([weights(w.shape, rng) for w in network.get_weights()])
    divisor = model.size_divisor
    half = (within // divisor + 3) * divisor
    strips = (((2 * half, 2 * divisor), 0), ((2 * divisor, 2 * half), 1))
    return max(
        Probe(shape, axis, part).beyond_cut(frame, calls, ends, model)
        for (shape, axis), part in product(strips, (0, 1))
    )


def weights(shape: tuple[int, ...], rng: np.random.Generator) -> Numbers:
    """Draw kernels that preserve the scale of their inputs, and positive weights otherwise."""
    if len(shape) < 2:
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    return rng.normal(0.0, np.prod(shape[:-1]) ** -0.5, shape).astype(np.float32)


def rest_of_step(model: Model) -> Callable[[Sequence[Numbers]], list[Numbers]]:
    """Return a function from context frames and network outputs to the prediction of a step."""

    def rest(numbers: Sequence[Numbers]) -> list[Numbers]:
        context_frames, *outputs = (ops.convert_to_tensor(array) for array in numbers)

        def network(frames: Any, training: bool = False) -> Any:
            assert frames is context_frames
            return outputs if len(outputs) > 1 else outputs[0]

        prediction, _ = model.step(network, context_frames, (), ops.zeros((2,), "int32"))
        return [as_array(prediction)]

    return rest


def differ(a: Numbers, b: Numbers) -> Touched:
    return np.asarray((a != b) & ~(np.isnan(a) & np.isnan(b)))


def as_array(tensor: Any) -> Numbers:
    return np.asarray(ops.convert_to_numpy(tensor), np.float32)


class Stack(Model):
    """A sequential network of given layers."""

    name: ClassVar[str] = "stack"
    size_divisor: ClassVar[int] = 4
    context: int = Param(1, ge=1)
    layers: list[Any] = Param([])

    def build(self) -> keras.Model:
        context_frames = x = keras.Input((None, None, 3))
        for layer in self.layers:
            x = layer(x)
        return keras.Model(context_frames, x)


def conv(kernel: int, **options: Any) -> Any:
    return layers.Conv2D(3, kernel, padding="same", **options)


def transposed(kernel: int) -> Any:
    return layers.Conv2DTranspose(3, kernel, strides=2, padding="same")


FRAME = ReceptiveField()
HALF = FRAME.conv(2, stride=2)


@pytest.mark.parametrize(
    ("stack", "declared", "pixels"),
    [
        ([layers.ReLU()], FRAME, 0),
        ([conv(5, activation="relu"), conv(3), conv(1)], FRAME.conv(5).conv(3).conv(1), 3),
        ([conv(3), conv(3, dilation_rate=4)], FRAME.conv(3).conv(3, dilation=4), 5),
        # A kernel of even size reaches one pixel farther to the right than to the left.
        ([conv(4)], FRAME.conv(4), 2),
        # The field is whole blocks, and one to each side; two pixels reach into a block of four.
        (
            [layers.MaxPooling2D(), conv(3), layers.UpSampling2D()],
            FRAME.conv(2, stride=2).conv(3).upsample(2),
            2,
        ),
        (
            [conv(5), layers.AveragePooling2D(4), layers.UpSampling2D(4)],
            FRAME.conv(5).conv(4, stride=4).upsample(4),
            4,
        ),
        (
            [conv(2, strides=2), transposed(7)],
            HALF.transposed_conv(7, stride=2),
            3,
        ),
        (
            [conv(4, strides=4), layers.UpSampling2D(4, interpolation="bilinear")],
            FRAME.conv(4, stride=4).interpolate(4),
            2,
        ),
        # A gradient would vanish in so many layers.
        ([conv(15, activation="sigmoid") for _ in range(14)], FRAME.look(14 * 7), 98),
        ([layers.Lambda(lambda x: ops.roll(x, 7, axis=2))], FRAME.look(7), 7),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_computed_receptive_fields_equal_measured_ones(
    stack: list[Any], declared: ReceptiveField, pixels: int
) -> None:
    assert declared.pixels == pixels
    assert declared.stride == 1
    assert measured_field(Stack.model_construct(context=1, layers=stack), pixels) == pixels


def test_layers_of_different_sizes_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="different sizes"):
        FRAME.joined(FRAME.conv(2, stride=2))
    with pytest.raises(ValueError, match="do not divide"):
        FRAME.upsample(2)
    assert FRAME.conv(3).joined(FRAME, FRAME.conv(7)).pixels == 3


SMALL = [Deep(context=1, width=8), Flow(context=1, width=4), Hourglass(context=1)]
SMALL += [Swift(context=1, width=4)]

EXCESS = {"hourglass": 8}
"""By how many pixels a model declares more than is measured. That costs nothing where tiles, which
begin at multiples of the size divisor, are the same for both."""


@pytest.mark.parametrize("model", SMALL, ids=lambda model: str(model.name))
def test_models_declare_their_measured_receptive_field(model: Model) -> None:
    declared = model.receptive_field()
    assert declared is not None
    assert measured_field(model, declared) == declared - EXCESS.get(model.name, 0)


MODELS = load_catalog().models
DECLARING = {name: kind for name, kind in MODELS.items() if kind().receptive_field() is not None}


def eager_predictor(model: Model) -> Callable[..., Frame]:
    """Return a function that predicts eagerly, which is quicker here than to trace a graph."""
    step, seed = Step(model, model.build()), ops.zeros((2,), "int32")
    values = {name: getattr(model, name) for name in type(model).automatable()}

    def predict(frames: Sequence[Frame], _missing: tuple[int, int] = (0, 0)) -> Frame:
        # The step pads the frames itself.
        prediction, _ = step([ops.convert_to_tensor(frame) for frame in frames], (), seed, values)
        return np.asarray(ops.convert_to_numpy(prediction))

    return predict


@pytest.mark.parametrize("kind", DECLARING.values(), ids=DECLARING)
def test_tiles_predict_the_same_as_the_whole_frame(kind: type[Model]) -> None:
    """The frame has odd sides. Borders and seams between tiles are compared on both axes."""
    make_deterministic(0)
    parameters = {"reach": 3.0} if kind is Flow else {}
    model = kind(context=2, **parameters)
    declared = model.receptive_field()
    assert declared is not None
    divisor = model.size_divisor
    margin = -(-declared // divisor) * divisor
    height, width = divisor + 1, 2 * margin + 2 * divisor + 7
    rng = np.random.default_rng(0)
    frames = [rng.uniform(-0.3, 1.3, (height, width, 3)).astype(np.float32) for _ in range(2)]
    predict = eager_predictor(model)
    least = 2 * margin + divisor
    tiles = Tiles(
        tile_spans(height, least, margin, divisor), tile_spans(width, least, margin, divisor)
    )
    assert len(tiles.rows) == 1
    assert len(tiles.columns) > 2
    transposed_tiles = Tiles(tiles.columns, tiles.rows)
    np.testing.assert_allclose(tiles.predict(frames, predict), predict(frames), atol=1e-5)
    frames = [np.ascontiguousarray(frame.transpose(1, 0, 2)) for frame in frames]
    np.testing.assert_allclose(
        transposed_tiles.predict(frames, predict), predict(frames), atol=1e-5
    )


@pytest.mark.parametrize("push", [-8.0, 8.0])
def test_push_does_not_extend_the_receptive_field_of_flow(push: float) -> None:
    """Motion of the greatest length changes nothing beyond the declared distance from a cut."""
    make_deterministic(0)
    model = Flow(context=2, width=4, reach=6.0, push=push)
    declared = model.receptive_field()
    assert declared is not None
    half = (declared // 16 + 2) * 16
    rng = np.random.default_rng(0)
    picture = rng.random((32, 2 * half + 6, 3), np.float32)
    frames = [np.ascontiguousarray(picture[:, 6:]), np.ascontiguousarray(picture[:, :-6])]
    others = [frame.copy() for frame in frames]
    for frame in others:
        frame[:, half:] = rng.random((32, half, 3), np.float32)
    predictor = eager_predictor(model)
    changed = (predictor(frames) != predictor(others)).any(axis=(0, 2))
    assert changed[half:].all()
    assert not changed[: half - declared].any()
    assert changed[half - 20 : half].any()


def test_recurrent_sampling_and_global_models_declare_no_receptive_field() -> None:
    whole = {"automaton", "convlstm", "pixelcnn", "recall"}
    assert not whole & set(DECLARING)
