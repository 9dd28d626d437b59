"""Trials of engines, with cached results."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Literal

from artengine.arithmetic import arithmetic
from artengine.remembered import Remembered, remembered_file
from artengine.runtime_names import RuntimeName
from artengine.stepping.engines import BrokenEngineError, engine_for

if TYPE_CHECKING:
    from artengine.stepping.kept_graphs import KeptEngine

logger = logging.getLogger("artengine")


def works(name: RuntimeName) -> bool:
    """Return whether an installed engine works: from the cache, or by trying it now.

    A broken engine is logged as a warning each time.
    """
    # Importing it is slow, so a cached result postpones that.
    known = _known(name)
    if not isinstance(known.value, bool):
        try:
            engine_for(name, "float32")
        except BrokenEngineError as error:
            logger.warning("%s", error)
            return False
        known.keep(value=True)
    return True


def tried_engine(name: RuntimeName, precision: Literal["float32", "bfloat16"]) -> KeptEngine:
    """Create an engine; if it is broken, delete the cached result.

    Raises:
        BrokenEngineError: when it is broken.
        UsageError: when it is not installed, or cannot compute in that precision here.
    """
    try:
        return engine_for(name, precision)
    except BrokenEngineError:
        _known(name).forget()
        raise


def _known(name: RuntimeName) -> Remembered:
    key = {"arithmetic": arithmetic("", name), "at": sys.prefix}
    return Remembered(remembered_file("works", key))
