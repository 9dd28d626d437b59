"""Standard output and error: what is written to which, and what happens if a write fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artengine.cli import main

NOISY = """
import os
print("imported")
from artengine.api import Effect, hookimpl

class Loud(Effect):
    '''Prints.'''
    name = "loud"
    def apply(self, frame, now):
        return frame

@hookimpl
def register_effects():
    print("asked")
    os.write(1, b"native\\n")
    return [Loud]
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    path = tmp_path / "noisy.py"
    path.write_text(NOISY, encoding="utf-8")
    return path


def shell(line: str, *args: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run `artengine` in a shell that redirects its streams: `artengine "$@"` is `$A "$@"`."""
    return subprocess.run(
        ["sh", "-c", line.replace("$A", '"$0" -m artengine "$@"'), sys.executable, *args],
        capture_output=True,
        check=False,
        timeout=300,
        env={name: value for name, value in os.environ.items() if name != "ARTENGINE_DEBUG"},
    )


def dream_arguments(project: Path) -> list[str]:
    """Return the arguments that make a short film, without the name of its file."""
    plugin, preset = project / "tiny_model.py", project / "tiny.toml"
    return ["dream", str(preset), "--plugin", str(plugin), "--frames", "2", "-o"]


def test_output_of_plugins_does_not_mix_with_the_result(
    noisy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "show", "loud", "--plugin", str(noisy), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)[0]["name"] == "loud"
    assert captured.err == "imported\nasked\n"


@posix
def test_output_of_native_code_does_not_mix_with_the_result(noisy: Path) -> None:
    done = shell("$A", "plugins", "show", "loud", "--plugin", noisy, "--json")
    assert json.loads(done.stdout)[0]["name"] == "loud"
    assert sorted(done.stderr.split()) == [b"asked", b"imported", b"native"]


@posix
@pytest.mark.parametrize(
    ("line", "message"), [("$A >&-", "it is closed"), ("$A >/dev/full", "No space left on device")]
)
def test_an_unwritable_standard_output_is_one_line(line: str, message: str) -> None:
    if "full" in line and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    for args in (["presets", "list"], ["--help"]):
        done = shell(line, *args)
        assert done.returncode == 1
        error = f"error: standard output cannot be written to: {message}; finished files are kept\n"
        assert done.stderr.decode() == error


REDIRECTED = """
import os, runpy, sys
os.environ.pop("ARTENGINE_DEBUG", None)
{}
runpy.run_module("artengine", run_name="__main__", alter_sys=True)
"""


@posix
def test_a_closed_standard_error_changes_nothing_else(
    tiny_project: Path, tmp_path: Path, start: Callable[..., Any]
) -> None:
    # A film, so that the test covers the progress and messages while a network loads.
    film = tmp_path / "a.mp4"
    # The state in which Python starts if the stream is closed.
    code = REDIRECTED.format("os.close(2); sys.stderr = sys.__stderr__ = None")
    assert start(*dream_arguments(tiny_project), film, code=code).wait(timeout=120) == 0
    assert (tmp_path / "0.out").read_text() == f"{film}\n"
    assert film.is_file()
    assert shell("$A 2>&-", "presets", "lst").returncode == 2


@posix
def test_a_full_standard_error_changes_nothing_else(
    tiny_project: Path, tmp_path: Path, start: Callable[..., Any]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    film = tmp_path / "a.mp4"
    code = REDIRECTED.format("os.dup2(os.open('/dev/full', os.O_WRONLY), 2)")
    assert start(*dream_arguments(tiny_project), film, code=code).wait(timeout=120) == 0
    assert (tmp_path / "0.out").read_text() == f"{film}\n"
    assert film.is_file()
    assert shell("$A 2>/dev/full", "presets", "lst").returncode == 2


@posix
def test_a_film_is_kept_though_its_name_cannot_be_printed(
    tiny_project: Path, tmp_path: Path, start: Callable[..., Any]
) -> None:
    film = tmp_path / "a.gif"
    # The state in which Python starts if the stream is closed.
    code = REDIRECTED.format("os.close(1); sys.stdout = sys.__stdout__ = None")
    assert start(*dream_arguments(tiny_project), film, code=code).wait(timeout=120) == 1
    message = "\nerror: standard output cannot be written to: it is closed"
    assert message in (tmp_path / "0.err").read_text()
    assert film.is_file()


def test_text_of_files_cannot_forge_lines_or_control_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a\x1b[31m\nerror: forged"
    assert main(["presets", "validate", str(folder / "b.toml")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "\x1b" not in error
    plugin = tmp_path / "bad.py"
    plugin.write_text('raise ValueError("x\\x1b]0;title\\x07\\nerror: forged")', encoding="utf-8")
    assert main(["plugins", "list", "--plugin", str(plugin)]) == 4
    for text in capsys.readouterr():
        assert "\x1b" not in text
        assert "\nerror: forged" not in text


def test_errors_are_no_longer_than_a_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text("\n".join(f"wrong{n} = 1" for n in range(500)), encoding="utf-8")
    assert main(["presets", "validate", str(path)]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) <= 41
    assert " more" in lines[-1]
