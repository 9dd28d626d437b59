"""A worker thread for writing, while the loop continues."""

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
    """A thread that calls `work` with each item, in order.

    The queue holds at most `depth` items, so that a slow writer slows the loop instead of filling
    the memory. With a depth of 0 there is no thread, and `put` calls `work`.

    Leaving the context waits until all items are done. If that wait is interrupted, for example by
    Ctrl-C, it waits only for the current item and drops the others.

    Raises:
        BaseException: the error of `work`, from the next `put` or when the context is left.
    """

    def __init__(self, work: Callable[[Item], None], depth: int = 4) -> None:
        self._work = work
        self._queue: Queue[Item | None] = Queue(depth)
        self._error: BaseException | None = None
        self._abandoned = False
        self._thread: threading.Thread | None = None
        if depth:
            self._thread = threading.Thread(target=self._run, name="writers", daemon=True)
            self._thread.start()

    def put(self, item: Item) -> None:
        """Put an item into the queue; block while it is full."""
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
            # The wait was interrupted. The files must not be closed while the thread still writes
            # to them, so finish the current item and drop those in the queue.
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
                # Do not hold a reference while waiting for the next one.
                del item
        except BaseException as error:
            self._error = error
