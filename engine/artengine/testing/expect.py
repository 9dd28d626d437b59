"""Assertions of conformance checks."""

from __future__ import annotations

from typing import Any

import numpy as np


class ConformanceError(AssertionError):
    """A plugin violates the contract of its kind; the message says how, and what to do."""


def expect(condition: object, message: str) -> None:
    """Raise `ConformanceError` with that message unless the condition holds."""
    if not condition:
        raise ConformanceError(message)


def expect_same(one: Any, other: Any, message: str) -> None:
    """Raise `ConformanceError` unless two arrays, or lists of arrays, are bit-identical."""
    expect(len(one) == len(other), message)
    expect(all(np.array_equal(*pair) for pair in zip(one, other, strict=True)), message)
