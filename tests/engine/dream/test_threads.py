import _thread
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from artengine.dream.prefetch import Prefetch
from artengine.dream.writer_thread import WriterThread


def numbers(closed: threading.Event, upto: int = 10**9, fails: bool = False) -> Iterator[int]:
    try:
        yield from range(upto)
        if fails:
            raise ValueError("broken")
    finally:
        closed.set()


def test_prefetch_keeps_order_and_ends() -> None:
    closed = threading.Event()
    with Prefetch(numbers(closed, 50), depth=3) as items:
        assert list(items) == list(range(50))
        assert list(items) == []
    assert closed.is_set()


def test_depth_0_uses_no_threads() -> None:
    closed = threading.Event()
    before = threading.active_count()
    with Prefetch(numbers(closed, 3, fails=True), depth=0) as items:
        assert [next(items) for _ in range(3)] == [0, 1, 2]
        assert threading.active_count() == before
        with pytest.raises(ValueError, match="broken"):
            next(items)
    with Prefetch(numbers(closed), depth=0) as items:
        closed.clear()
        assert next(items) == 0
    assert closed.is_set()
    done: list[int] = []
    with WriterThread(done.append, depth=0) as writer_thread:
        writer_thread.put(1)
        assert (done, threading.active_count()) == ([1], before)


def test_prefetch_passes_on_none() -> None:
    with Prefetch(iter([None, 1, None])) as items:
        assert list(items) == [None, 1, None]


def test_prefetch_reads_a_bounded_number_ahead_and_stops() -> None:
    before = set(threading.enumerate())
    closed = threading.Event()
    read = []

    def watched() -> Iterator[int]:
        for number in numbers(closed):
            read.append(number)
            yield number

    with Prefetch(watched(), depth=2) as items:
        assert next(items) == 0
        time.sleep(0.3)
        assert len(read) <= 4
    assert closed.is_set()
    assert not set(threading.enumerate()) - before


def test_prefetch_raises_after_the_items_before_the_error() -> None:
    closed = threading.Event()
    with Prefetch(numbers(closed, 3, fails=True)) as items:
        assert [next(items) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ValueError, match="broken"):
            next(items)


def test_writer_thread_works_in_order_and_finishes() -> None:
    done: list[int] = []
    with WriterThread(done.append, depth=2) as writer_thread:
        for number in range(50):
            writer_thread.put(number)
    assert done == list(range(50))


def test_writer_thread_raises_the_error_of_its_function() -> None:
    def work(number: int) -> None:
        if number == 3:
            raise OSError("full")

    def feed() -> None:
        with WriterThread(work, depth=1) as writer_thread:
            for number in range(100):
                writer_thread.put(number)

    with pytest.raises(OSError, match="full"):
        feed()


def test_writer_thread_propagates_an_error_of_the_block() -> None:
    done: list[int] = []

    def feed() -> None:
        with WriterThread(done.append) as writer_thread:
            writer_thread.put(1)
            raise KeyError("loop")

    with pytest.raises(KeyError):
        feed()
    assert done == [1]


def test_an_interrupt_at_the_end_stops_the_thread_after_the_current_item() -> None:
    before = set(threading.enumerate())
    left = threading.Event()
    done: list[int] = []

    def work(number: int) -> None:
        left.wait()
        _thread.interrupt_main()
        time.sleep(0.2)
        done.append(number)

    def feed() -> None:
        with WriterThread(work, depth=4) as writer_thread:
            for number in range(4):
                writer_thread.put(number)
            left.set()

    # When tests run in parallel, workers ignore the signal.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            feed()
    finally:
        signal.signal(signal.SIGINT, handler)
    # The first interrupt may arrive before the block ends; then the second one ends it.
    assert done in ([0], [0, 1])
    assert set(threading.enumerate()) == before
