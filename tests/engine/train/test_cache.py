"""The cache of prepared footage; two processes do not prepare the same footage twice."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest

from artengine.errors import TrainingError
from artengine.lock import exclusive_lock
from artengine.settings import TrainSettings
from artengine.train.cache import prepared
from artengine.train.footage import PreparedFootage
from artengine.train.manifest import Manifest
from artengine_plugins.sources.synthetic import Synthetic
from artengine_plugins.sources.video import Video

SETTINGS = TrainSettings(size=(24, 16), seconds=1.0)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path))
    return tmp_path


def test_footage_is_prepared_once(cache: Path, numbered: Any) -> None:
    folder = prepared(numbered(), SETTINGS)
    assert folder.is_relative_to(cache)
    manifest = Manifest.read(folder)
    assert manifest is not None
    assert manifest.finished
    calls: list[int] = []
    assert prepared(numbered(), SETTINGS, lambda done, _: calls.append(done)) == folder
    assert calls == []


def test_settings_that_change_the_frames_change_the_folder(numbered: Any) -> None:
    def changed(**changes: Any) -> TrainSettings:
        return SETTINGS.model_copy(update=changes)

    endless = numbered(endless=True)
    folders = [
        prepared(numbered(), SETTINGS),
        prepared(numbered(first=1), SETTINGS),
        prepared(numbered(), changed(size=(16, 16))),
        prepared(numbered(), changed(fps=12.5)),
        prepared(numbered(), changed(quality=80)),
        prepared(endless, SETTINGS),
        prepared(endless, changed(seconds=0.5)),
    ]
    assert len(set(folders)) == len(folders)


def test_footage_of_another_reader_version_is_prepared_again(
    numbered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Manifest, "READING", 1)
    before = prepared(numbered(), SETTINGS)
    monkeypatch.undo()
    after = prepared(numbered(), SETTINGS)
    assert after != before
    with pytest.raises(TrainingError, match=r"reads clips in another way; remove the folder and "):
        PreparedFootage.open(before)
    # Manifests of earlier versions have no such number.
    path = before / Manifest.FILE
    table = json.loads(path.read_text(encoding="utf-8"))
    del table["reading"]
    path.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"reads clips in another way; remove the folder and "):
        PreparedFootage.open(before)


def test_other_settings_do_not_change_the_folder(numbered: Any) -> None:
    folder = prepared(numbered(), SETTINGS)
    others = {"crop": "whole", "batch": 3, "validation": 0.3, "seconds": 99.0, "fps": 25.0}
    assert prepared(numbered(), SETTINGS.model_copy(update=others)) == folder


def test_two_threads_prepare_the_same_footage_once(bikes: Path) -> None:
    counts: list[int] = []

    def one() -> Path:
        calls: list[int] = []
        settings = TrainSettings(size=(64, 48))
        folder = prepared(Video(path=str(bikes)), settings, lambda done, _: calls.append(done))
        counts.append(len(calls))
        return folder

    with ThreadPoolExecutor() as pool:
        first, second = [future.result() for future in [pool.submit(one), pool.submit(one)]]
    assert first == second
    assert sorted(counts) == [0, 250]


def test_a_lock_keeps_another_process_out_until_it_dies(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from artengine.lock import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        with ThreadPoolExecutor() as pool:
            entered = pool.submit(lambda: exclusive_lock(tmp_path, poll=0.01).__enter__())
            with pytest.raises(TimeoutError):
                entered.result(timeout=0.3)
            other.kill()
            entered.result(timeout=10)


class Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def test_waiting_for_a_lock_is_reported_and_can_be_interrupted(tmp_path: Path) -> None:
    listening, tries = Listening(), list[int]()
    logging.getLogger("artengine").addHandler(listening)

    def waiting() -> None:
        tries.append(1)
        if len(tries) == 3:
            raise KeyboardInterrupt

    with (
        exclusive_lock(tmp_path),
        pytest.raises(KeyboardInterrupt),
        exclusive_lock(tmp_path, poll=0.01, waiting=waiting),
    ):
        pass
    logging.getLogger("artengine").removeHandler(listening)
    assert listening.messages == [f"{tmp_path}: another process works here; waiting for it"]


def test_synthetic_footage_of_another_version_is_prepared_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = SETTINGS.model_copy(update={"seconds": 0.2})
    first = prepared(Synthetic(), settings)
    assert prepared(Synthetic(), settings) == first
    monkeypatch.setattr("artengine_plugins.sources.synthetic.DRAWING", 10**6)
    assert prepared(Synthetic(), settings) != first


def test_a_source_is_fingerprinted_once(numbered: Any, tmp_path: Path) -> None:
    """The fingerprint of a long clip requires reading the whole file."""
    asked = []

    class Fingerprinted(numbered):  # type: ignore[misc]
        name: ClassVar[str] = "fingerprinted"

        def fingerprint(self) -> dict[str, str]:
            asked.append(self)
            return {"sha256": "abc"}

    folder = prepared(Fingerprinted(count=8), SETTINGS)
    manifest = Manifest.read(folder)
    assert manifest is not None
    assert [origin.fingerprint for origin in manifest.origins] == [{"sha256": "abc"}]
    assert len(asked) == 1
