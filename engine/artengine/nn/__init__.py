"""Networks: the one folder whose modules import Keras and TensorFlow when they are imported."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _silent_start() -> Iterator[None]:
    """Keep TensorFlow's libraries from greeting on standard error, which has other readers.

    They write to the file itself before they can be told not to, so the file is set aside.
    """
    try:
        kept = os.dup(2)
    except OSError:
        # It is closed, so that nobody reads it.
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


with _silent_start():
    import keras  # noqa: F401 - for its greetings
