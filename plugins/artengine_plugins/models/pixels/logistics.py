"""Discretised mixtures of logistics: the likelihood of pixels, and drawing them.

Salimans, Karpathy, Chen and Kingma, "PixelCNN++: improving the PixelCNN with discretized logistic
mixture likelihood and other modifications" (2017). A pixel has one mixture for its three channels:
green's means depend on red, and blue's on both. Here all values are differences to a guess of the
pixel, so that the decoder models only what the guess leaves open.

A pixel's parameters are `10 K` numbers for K logistics: K log weights, then for each logistic three
means, three log scales and three couplings.
"""

from __future__ import annotations

from artengine.api import Tensor

_BIN = 1.0 / 255.0
_LOG_SCALE = (-7.5, 1.0)
"""Smallest and largest log scale; the smallest is an eighth of a level."""


def numbers(mixtures: int) -> int:
    """Return the number of parameters of a pixel."""
    return 10 * mixtures


def quantised(frame: Tensor) -> Tensor:
    """Clip a frame to 0..1 and round it to steps of 1/255."""
    from keras import ops

    return ops.round(ops.clip(frame, 0.0, 1.0) * 255.0) * _BIN


def negative_log_likelihood(parameters: Tensor, truth: Tensor, guess: Tensor) -> Tensor:
    """Return nats for each pixel.

    Args:
        parameters: `(..., 10 K)`.
        truth: quantised pixels, `(..., 3)`.
        guess: the guess of the pixels, `(..., 3)`.
    """
    from keras import ops

    logits, means, log_scales, couplings = _parts(parameters)
    rest = ops.expand_dims(truth - guess, -2)
    red, green = rest[..., 0:1], rest[..., 1:2]
    shift = ops.concatenate(
        [
            ops.zeros_like(couplings[..., 0:1]),
            couplings[..., 0:1] * red,
            couplings[..., 1:2] * red + couplings[..., 2:3] * green,
        ],
        axis=-1,
    )
    centred = rest - means - shift
    steep = ops.exp(-log_scales)
    upper = steep * (centred + 0.5 * _BIN)
    lower = steep * (centred - 0.5 * _BIN)
    inside = ops.sigmoid(upper) - ops.sigmoid(lower)
    middle = steep * centred
    # Far out in the tails the difference underflows in float32; the density times the bin does not.
    density = middle - log_scales - 2.0 * ops.softplus(middle) + ops.log(_BIN)
    log_inside = ops.where(inside > 1e-5, ops.log(ops.maximum(inside, 1e-10)), density)
    value = ops.expand_dims(truth, -2)
    # The first and the last level include everything beyond them.
    log_channel = ops.where(
        value < 0.5 * _BIN,
        -ops.softplus(-upper),
        ops.where(value > 1.0 - 0.5 * _BIN, -ops.softplus(lower), log_inside),
    )
    log_each = ops.sum(log_channel, axis=-1) + ops.log_softmax(logits, axis=-1)
    return -ops.logsumexp(log_each, axis=-1)


def draw(parameters: Tensor, guess: Tensor, chance: Tensor, temperature: Tensor | float) -> Tensor:
    """Draw quantised pixels.

    Args:
        parameters: `(..., 10 K)`.
        guess: the guess of the pixels, `(..., 3)`.
        chance: uniform numbers between 0 and 1, `(..., K + 3)`.
        temperature: 1 draws from the mixture, 0 takes the mean of its heaviest logistic; other
            values multiply the scales, and higher ones even out the weights.

    Returns:
        Pixels `(..., 3)`, in steps of 1/255.
    """
    from keras import ops

    logits, means, log_scales, couplings = _parts(parameters)
    mixtures = logits.shape[-1]
    # The maximum of log weights plus Gumbel noise is a draw by weight, at any temperature.
    gumbel = -ops.log(-ops.log(chance[..., :mixtures]))
    weights = logits + temperature * gumbel
    # Keras's `argmax` handles zeros by their bits, which OpenVINO does not support.
    largest = ops.equal(weights, ops.max(weights, axis=-1, keepdims=True))
    drawn = ops.min(ops.where(largest, ops.arange(mixtures), mixtures), axis=-1)
    one = ops.expand_dims(ops.one_hot(drawn, mixtures), -1)
    means, log_scales, couplings = (
        ops.sum(one * each, axis=-2) for each in (means, log_scales, couplings)
    )
    u = chance[..., mixtures:]
    noise = temperature * ops.exp(log_scales) * (ops.log(u) - ops.log(1.0 - u))
    rest = means + noise
    red = quantised(guess[..., 0] + rest[..., 0])
    red_rest = red - guess[..., 0]
    green = quantised(guess[..., 1] + rest[..., 1] + couplings[..., 0] * red_rest)
    green_rest = green - guess[..., 1]
    more = couplings[..., 1] * red_rest + couplings[..., 2] * green_rest
    blue = quantised(guess[..., 2] + rest[..., 2] + more)
    return ops.stack([red, green, blue], axis=-1)


def _parts(parameters: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return log weights `(..., K)`; means, log scales and couplings `(..., K, 3)`."""
    from keras import ops

    mixtures = parameters.shape[-1] // 10
    parameters = ops.cast(parameters, "float32")
    rest = ops.reshape(parameters[..., mixtures:], (*ops.shape(parameters)[:-1], mixtures, 9))
    # At the start of training, a logistic's scale is about eight levels.
    log_scales = ops.clip(rest[..., 3:6] - 3.5, *_LOG_SCALE)
    return parameters[..., :mixtures], rest[..., :3] * 0.1, log_scales, ops.tanh(rest[..., 6:])
