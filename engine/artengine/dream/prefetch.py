"""Prefetching on a separate thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")
logger = logging.getLogger("artengine")

_POLL = 0.1
_PATIENCE = 2.0
"""Seconds to wait for the current item when the iterator is closed."""


class Prefetch(Generic[Item]):
    """An iterator over another one, which a thread runs up to `depth` items ahead.

    With a depth of 0 there is no thread. An error of the inner iterator is raised after the items
    before it. Leaving the context stops the thread and closes the inner iterator. If that blocks
    for seconds, such as a camera without a picture, it is left to its daemon thread, which ends
    with the program.
    """

    def __init__(self, items: Iterator[Item], depth: int = 4) -> None:
        self._items = items
        # Items are wrapped in tuples, because they may be of any type; None marks the end.
        self._queue: Queue[tuple[Item] | BaseException | None] = Queue(depth)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        if depth:
            self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        if self._thread is None:
            self._close()
        else:
            # Free a place in the queue, in case the thread is waiting for one.
            with suppress(Empty):
                self._queue.get_nowait()
            self._thread.join(_PATIENCE)
            if self._thread.is_alive():
                logger.warning("the source gives no picture; not waiting for it any longer")

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        if self._thread is None:
            return next(self._items)
        while True:
            try:
                entry = self._queue.get(timeout=_POLL)
            except Empty:
                if not self._thread.is_alive() and self._queue.empty():
                    raise StopIteration from None
                continue
            if isinstance(entry, BaseException):
                raise entry
            if entry is None:
                raise StopIteration
            return entry[0]

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put((item,)):
                    break
            else:
                self._put(None)
        except BaseException as error:
            self._put(error)
        finally:
            self._close()

    def _close(self) -> None:
        close = getattr(self._items, "close", None)
        if close is not None:
            close()

    def _put(self, entry: tuple[Item] | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(entry, timeout=_POLL)
            except Full:
                continue
            return not self._stopped.is_set()
        return False
