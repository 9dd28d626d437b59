"""Networks: the only package whose modules import Keras and TensorFlow at import time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from artengine.errors import UsageError, did_you_mean
from artengine.params import quoted
from artengine.runtime_names import BACKENDS


def _check_backend() -> None:
    """Check that Keras's backend is installed; Keras itself would raise one of many errors.

    Raises:
        UsageError: when it is unknown or missing; the message names the available ones.
    """
    given = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if given not in BACKENDS:
        raise UsageError(
            f"KERAS_BACKEND: {quoted(given)} given{did_you_mean(given, BACKENDS)}; allowed: "
            f"{', '.join(BACKENDS)}"
        )
    if find_spec(given) is None:
        others = [name for name in BACKENDS if name != given and find_spec(name)]
        instead = f"; or set KERAS_BACKEND to {others[0]}" if others else ""
        raise UsageError(
            f"KERAS_BACKEND: {given} is not installed; install it with: python -m pip install "
            f"{given}{instead}"
        )


@contextmanager
def _without_greetings() -> Iterator[None]:
    """Suppress what TensorFlow's libraries print to standard error while they are imported.

    They write to file descriptor 2 before this can be configured, so it is redirected to the null
    device meanwhile. Python's output to `sys.stderr`, such as a progress display, is still shown.
    If descriptor 2 is closed, the redirection stays: otherwise the next file that is opened would
    become descriptor 2, and messages would be written into it.
    """
    try:
        kept = os.dup(2)
    except OSError:
        kept = None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    if nowhere != 2:
        os.close(nowhere)
    if kept is None:
        yield
        return
    stream = sys.stderr
    try:
        if _is_descriptor_2(stream):
            sys.stderr = open(  # noqa: SIM115, PTH123 - closed below
                os.dup(kept), "w", encoding=stream.encoding, errors=stream.errors, buffering=1
            )
        yield
    finally:
        if sys.stderr is not stream:
            sys.stderr.close()
            sys.stderr = stream
        os.dup2(kept, 2)
        os.close(kept)


def _is_descriptor_2(stream: object) -> bool:
    try:
        return stream.fileno() == 2  # type: ignore[attr-defined, no-any-return]
    except (AttributeError, OSError, ValueError):
        return False


@contextmanager
def _without_plots() -> Iterator[None]:
    """Keep Keras from importing its plotting libraries, which takes longer than Keras itself. The
    engine does not use them; a notebook may, so there they are imported."""
    left_out = {"matplotlib", "IPython"} - sys.modules.keys()
    if "IPython" not in left_out:
        left_out.clear()
    for name in left_out:
        # Keras tolerates that these cannot be imported.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


_check_backend()
# Keras's own configuration file may name another backend.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if os.environ.get("KERAS_BACKEND") == "torch":
    # Otherwise OpenMP's idle threads spin and keep the decoder, effects and encoder from the
    # processors: a training step took twenty times as long on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

with _without_greetings(), _without_plots():
    import keras

if keras.backend.backend() != "tensorflow":
    from artengine.nn import initial_draws

    initial_draws.register()
