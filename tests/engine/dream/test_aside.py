"""Something done on a thread while something else is done."""

from __future__ import annotations

from threading import Event

import pytest

from artengine.dream.aside import Aside
from artengine.errors import SourceError


def test_both_are_done_when_the_block_ends() -> None:
    asked, done = Event(), []

    def function() -> None:
        asked.wait(10)
        done.append("function")

    with Aside(function):
        done.append("block")
        asked.set()
    assert done == ["block", "function"]


def test_an_error_is_raised_where_the_block_ends() -> None:
    def function() -> None:
        raise SourceError("no clip")

    with pytest.raises(SourceError, match="no clip"), Aside(function):
        pass
    with pytest.raises(ZeroDivisionError), Aside(function):
        raise ZeroDivisionError
