"""Engines that were tried, and which of them work here is remembered."""

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
    """Whether an engine that is installed can be used: as it was before, or as it is tried now.

    One that is broken is told in a warning each time.
    """
    # It takes a while to import, which is done later where it is known to work.
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
    """Make an engine; where it is broken, it is forgotten that it ever worked.

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
    told = {"arithmetic": arithmetic("", name), "at": sys.prefix}
    return Remembered(remembered_file("works", told))
