"""Networks: the one folder whose modules import Keras and TensorFlow when they are imported."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from artengine.errors import UsageError, did_you_mean
from artengine.params import quoted
from artengine.runtime_names import BACKENDS


def _check_backend() -> None:
    """Refuse a backend of Keras that is not there, which Keras would raise one of many errors for.

    Raises:
        UsageError: with those that there are.
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
    """Keep TensorFlow's libraries from writing their greetings to standard error.

    They write to file descriptor 2 before they can be told not to, so it leads nowhere for a while.
    What Python writes to `sys.stderr`, as a progress display does, still arrives. Where descriptor
    2 is closed it leads nowhere for good: else it would become the next file that is opened, and
    messages would be written into that.
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
    """Keep Keras from importing what it draws networks and pictures with, which takes longer than
    Keras itself and which nothing here uses. In a notebook somebody may, and so it is imported."""
    left_out = {"matplotlib", "IPython"} - sys.modules.keys()
    if "IPython" not in left_out:
        left_out.clear()
    for name in left_out:
        # Keras goes on without what cannot be imported.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


_check_backend()
# A file of Keras's own may name another.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if os.environ.get("KERAS_BACKEND") == "torch":
    # Its threads would else wait for each other at full speed, and keep processors from decoder,
    # effects and encoder: a training step took twenty times as long on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

with _without_greetings(), _without_plots():
    import keras

if keras.backend.backend() != "tensorflow":
    from artengine.nn import initial_draws

    initial_draws.register()
