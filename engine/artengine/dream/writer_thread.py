"""The way out of the loop: pictures to the writers, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")
_POLL = 0.1


class WriterThread(Generic[Item]):
    """Calls `work` with each item on a thread, in order, while the loop goes on.

    At most `depth` items wait, so a slow writer slows the loop rather than filling memory; with
    none, there is no thread, and `put` does the work. An error of `work` is raised by the next
    `put`, or where the context is left, which waits until everything handed over is done, or, where
    it is interrupted, the item in hand.
    """

    def __init__(self, work: Callable[[Item], None], depth: int = 4) -> None:
        self._work = work
        self._queue: Queue[Item | None] = Queue(depth)
        self._error: BaseException | None = None
        self._abandoned = False
        self._thread: threading.Thread | None = None
        if depth:
            self._thread = threading.Thread(target=self._run, name="outlet", daemon=True)
            self._thread.start()

    def put(self, item: Item) -> None:
        """Hand over an item; waits while the queue is full."""
        if self._thread is None:
            self._work(item)
            return
        while True:
            if self._error is not None:
                raise self._error
            try:
                self._queue.put(item, timeout=_POLL)
            except Full:
                continue
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is None:
            return
        try:
            while self._error is None:
                try:
                    self._queue.put(None, timeout=_POLL)
                except Full:
                    continue
                break
            self._thread.join()
        except BaseException:
            # Told to end while it waited. The item in hand is finished first, for whoever ends what
            # the work is done on must not do so beside it; those that wait are dropped.
            self._abandoned = True
            with suppress(Empty):
                while True:
                    self._queue.get_nowait()
            self._queue.put(None)
            self._thread.join()
            raise
        if self._error is not None and error is None:
            raise self._error

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not None and not self._abandoned:
                self._work(item)
                # Not held while waiting for the next one.
                del item
        except BaseException as error:
            self._error = error
