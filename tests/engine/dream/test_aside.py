"""Running a function on a thread while a block runs."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from artengine.dream import aside
from artengine.dream.aside import Aside
from artengine.errors import SourceError


def test_the_function_has_finished_when_the_block_ends() -> None:
    asked, done = Event(), []

    def function() -> None:
        asked.wait(10)
        done.append("function")

    with Aside(function):
        done.append("block")
        asked.set()
    assert done == ["block", "function"]


def test_an_error_of_the_function_is_raised_at_the_end_of_the_block() -> None:
    def function() -> None:
        raise SourceError("no clip")

    with pytest.raises(SourceError, match="no clip"), Aside(function):
        pass
    with pytest.raises(ZeroDivisionError), Aside(function):
        raise ZeroDivisionError


def test_the_thread_is_joined_if_the_block_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, done = Event(), []

    def function() -> None:
        asked.wait(10)
        done.append("function")

    class Interrupted(Thread):
        def join(self, timeout: float | None = None) -> None:
            if timeout is not None:
                raise KeyboardInterrupt
            asked.set()
            super().join()

    monkeypatch.setattr(aside, "Thread", Interrupted)
    with pytest.raises(KeyboardInterrupt), Aside(function):
        done.append("block")
    assert done == ["function"]
