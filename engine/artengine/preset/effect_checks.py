"""Checks of an effect in its chain."""

from __future__ import annotations

from collections.abc import Iterator

from artengine.binding import Binding
from artengine.chain import PROBE
from artengine.effect import Effect
from artengine.errors import reason
from artengine.params import Problem
from artengine.preset.mask_files import films_of


def check_effect(chain: str, binding: Binding) -> Iterator[Problem]:
    """Yield the mistakes of an effect that depend on its chain.

    Args:
        chain: `feedback`, `state` or `output`.
        binding: the effect.
    """
    yield from check_size(chain, binding)
    for name, path in films_of(binding) if chain == "state" else ():
        message = f"{path} is a film, which would be read once for each part of the state"
        yield Problem((name,), f"{message}; take a picture")


def check_size(chain: str, binding: Binding, *, switched: bool = False) -> Iterator[Problem]:
    """Yield a mistake if an effect changes the frame size where it must not.

    Args:
        chain: `feedback`, `state` or `output`.
        binding: the effect.
        switched: whether the film turns the effect on and off.
    """
    effect = binding.plugin
    if not isinstance(effect, Effect):
        return
    try:
        made = tuple(effect.output_size(PROBE))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        message = reason(error, type(effect).__module__)
        yield Problem((), f'"{effect.name}" cannot tell its size: {message}')
        return
    if (switched or "on" in binding.curves) and made != PROBE:
        message = f'"{effect.name}" changes the size, and a film has one; write true or false'
        yield Problem(("on",), message)
    if chain != "output" and made != PROBE:
        kept = "fed back" if chain == "feedback" else "remembered"
        yield Problem(
            (),
            f'"{effect.name}" changes the size, and what is {kept} must keep it; '
            "move it to [[output]]",
        )
