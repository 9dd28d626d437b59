"""The command line as a whole: help, errors, exit codes and interrupts."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from artengine import __version__, errors
from artengine.cli import app, main
from artengine.cli.commands import ABOUT
from artengine.cli.interrupt import Interrupt
from artengine.cli.program import EPILOG


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

COMMANDS = sorted(commands(typer.main.get_command(app)))


def test_every_command_exists() -> None:
    assert [" ".join(path) for path in COMMANDS] == [
        "audio",
        "batch",
        "bench",
        "doctor",
        "dream",
        "gallery build",
        "install",
        "measure",
        "models show",
        "pack",
        "packs index",
        "packs list",
        "packs remove",
        "packs search",
        "packs show",
        "packs update",
        "plugins check",
        "plugins list",
        "plugins manifest",
        "plugins new",
        "plugins show",
        "prepare",
        "presets explain",
        "presets list",
        "presets plot",
        "presets schema",
        "presets show",
        "presets validate",
        "recipe show",
        "recipe strip",
        "train",
        "verify",
    ]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_has_examples_that_begin_with_the_command(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    captured = capsys.readouterr()
    examples = captured.out.partition("Examples:")[2].partition("Options:")[0].split("\n\n")
    shown = [" ".join(example.split()) for example in examples if example.strip()]
    assert any(example.startswith(f"artengine {' '.join(path)}") for example in shown)
    assert captured.err == ""


def test_every_exit_code_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.ArtengineError)}
    lines = EPILOG.partition("Exit codes:")[2].split("\n")
    documented = {int(line.split()[0]) for line in lines if line.strip()}
    assert documented == codes | {0, 130}
    assert main(["--help"]) == 0
    assert "Exit codes:\n    0    done\n" in capsys.readouterr().out


def test_no_arguments_show_the_first_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    for line in ("artengine dream night-drive ", "artengine train clip.mp4 ", "artengine --help"):
        assert line in out
    assert main(["presets"]) == 0
    assert "Usage: artengine presets" in capsys.readouterr().out


GROUPS = [(), ("presets",), ("packs",), ("plugins",), ("gallery",), ("recipe",), ("models",)]


@pytest.mark.parametrize("path", [*GROUPS, *COMMANDS], ids=lambda path: " ".join(path) or "all")
def test_help_matches_its_golden_text(
    path: tuple[str, ...],
    golden_text: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*path, "--help"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    # The list of commands does not truncate their descriptions.
    assert "..." not in text.partition("Commands:")[2].partition("Examples:")[0]
    golden_text(f"help/{'-'.join(path) or 'artengine'}", text)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"artengine {__version__}\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["drem"], "error: no such command 'drem'"),
        (["--plugn"], "error: no such option: --plugn"),
        (["plugins", "show"], "error: missing argument 'NAME'; see artengine plugins show --help"),
        (["plugins", "lst"], "; see artengine plugins --help"),
        (["dream", "x", "--frames", "many"], "; see artengine dream --help"),
        (["--plugin"], "error: option '--plugin' requires an argument"),
    ],
)
def test_a_usage_error_is_one_line(
    line: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_every_line_of_an_error_begins_with_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("sede = 1", encoding="utf-8")
    assert main(["presets", "validate", str(path)]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"error: {path}: ") for line in lines)


def test_ctrl_c_prints_one_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plugin = tmp_path / "slow.py"
    plugin.write_text("raise KeyboardInterrupt", encoding="utf-8")
    assert main(["--plugin", str(plugin), "plugins", "list"]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_running_out_of_memory_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(*_: object, **__: object) -> object:
        return np.empty((1 << 60,), np.uint8)

    monkeypatch.setattr("artengine.catalog.load_catalog", load)
    assert main(["plugins", "show", "trails"]) == 1
    message = "error: there is not enough memory; take smaller frames or batches\n"
    assert capsys.readouterr().err == message


def test_the_first_ctrl_c_is_acknowledged_at_once_and_the_second_quits(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Interrupt("stopping after this frame") as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        err = capfd.readouterr().err
        assert err == "\nstopping after this frame; press Ctrl-C again to quit at once\n"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@posix
def test_sigterm_acts_like_ctrl_c_and_a_second_one_quits_at_once() -> None:
    done = run(
        "import signal; from artengine.cli.interrupt import Interrupt, end_as_interrupt; "
        "end_as_interrupt()\n"
        "with Interrupt() as stop:\n"
        "    stop()\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    print(stop(), flush=True)\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    print('still here')"
    )
    assert done.stdout == "True\n"
    assert done.returncode == -signal.SIGTERM
    ignored = run(
        "import signal; from artengine.cli.interrupt import end_as_interrupt\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN); end_as_interrupt()\n"
        "try: signal.raise_signal(signal.SIGTERM)\n"
        "except KeyboardInterrupt: print('ends')"
    )
    assert ignored.stdout == "ends\n"


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_late_stop_request_does_not_change_the_exit_code(name: str) -> None:
    done = run(
        "import signal, sys; from artengine.cli import main; sys.argv = ['artengine', 'drem']; "
        f"code = main(); signal.raise_signal(signal.{name}); sys.exit(code)"
    )
    assert done.returncode == 2
    assert "no such command" in done.stderr


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_closed_pipe_is_no_error() -> None:
    command = [sys.executable, "-m", "artengine", "presets", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        stderr = process.stderr.read()
    assert stderr == b""
    assert process.returncode == 1


@pytest.mark.parametrize("arguments", [["--help"], ["dream", "--help"], ["--version"]])
def test_help_imports_no_slow_library(arguments: list[str]) -> None:
    heavy = ("tensorflow", "keras", "cv2", "numpy", "PIL", "artengine_plugins")
    done = run(
        "import sys; from artengine.cli import main; code = main("
        f"{arguments!r}); print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr); "
        "sys.exit(code)"
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_the_list_of_commands_matches_their_own_help() -> None:
    program: Any = typer.main.get_command(app)
    summaries = {name: each.help.partition("\n")[0] for name, each in program.commands.items()}
    assert summaries == ABOUT


def test_a_command_imports_no_other_command() -> None:
    done = run(
        "import sys; from artengine.cli import main; main(['recipe', '--help']); "
        "print(sorted(m for m in sys.modules if m.rpartition('.')[2] in "
        "('dream', 'train', 'plugins', 'recipe')), file=sys.stderr)"
    )
    assert done.stderr == "['artengine.cli.recipe']\n"


def test_warnings_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--version"])
    logging.getLogger("artengine").warning("something %s", "odd")
    assert capsys.readouterr().err == "warning: something odd\n"


@posix
def test_a_closed_terminal_acts_like_ctrl_c_and_may_send_sighup_twice() -> None:
    done = run(
        "import signal; from artengine.cli.interrupt import Interrupt, end_as_interrupt; "
        "end_as_interrupt()\n"
        "with Interrupt() as stop:\n"
        "    stop()\n"
        "    signal.raise_signal(signal.SIGHUP)\n"
        "    signal.raise_signal(signal.SIGHUP)\n"
        "    print(stop())\n"
    )
    assert (done.stdout, done.returncode) == ("True\n", 0)
    ignored = run(
        "import signal; from artengine.cli.interrupt import end_as_interrupt\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN); end_as_interrupt()\n"
        "signal.raise_signal(signal.SIGHUP); print('nohup')"
    )
    assert ignored.stdout == "nohup\n"


def test_ctrl_c_quits_at_once_before_there_is_anything_to_keep() -> None:
    with Interrupt() as stop:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert stop()


@posix
def test_a_handled_ctrl_c_inside_exec_keeps_its_exit_code(
    tmp_path: Path,
) -> None:
    """As in a dataclass that is created while modules are imported, in `python -m artengine`."""
    (tmp_path / "interrupted.py").write_text(
        "import sys; from artengine.cli.interrupt import end\n"
        "try: exec('raise KeyboardInterrupt')\n"
        "except KeyboardInterrupt: end(130)\n"
        "sys.exit(130)"
    )
    done = subprocess.run([sys.executable, "-m", "interrupted"], check=False, cwd=tmp_path)
    assert done.returncode == 130


def test_a_running_thread_of_a_plugin_does_not_block_the_exit() -> None:
    done = run(
        "import sys, threading; from artengine.cli import main\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "sys.argv = ['artengine', '--version']; sys.exit(main())"
    )
    assert (done.returncode, done.stdout) == (0, f"artengine {__version__}\n")


def test_an_unexpected_error_is_one_line_that_names_the_traceback_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise KeyError("a\nb")

    monkeypatch.setattr("artengine.catalog.load_catalog", fail)
    monkeypatch.setattr(sys, "argv", ["artengine", "plugins", "show", "my effect"])
    monkeypatch.delenv("ARTENGINE_DEBUG")
    assert main(["plugins", "show", "trails"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("error: unexpected KeyError: 'a\\nb' (test_cli_program.py, line ")
    assert "artengine --traceback plugins show" in error
    assert "Traceback" not in error
    with pytest.raises(KeyError):
        main(["--traceback", "plugins", "show", "trails"])
    monkeypatch.setenv("ARTENGINE_DEBUG", "1")
    with pytest.raises(KeyError):
        main(["plugins", "show", "trails"])


def test_an_oserror_names_its_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise OSError(28, "No space left on device", "a.mp4")

    monkeypatch.setattr("artengine.catalog.load_catalog", fail)
    monkeypatch.delenv("ARTENGINE_DEBUG")
    assert main(["plugins", "show", "trails"]) == 1
    assert capsys.readouterr().err.startswith("error: a.mp4: No space left on device; ")


def test_a_plugin_that_calls_sys_exit_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leave(*_: object, **__: object) -> object:
        sys.exit(0)

    monkeypatch.setattr("artengine.catalog.load_catalog", leave)
    assert main(["plugins", "show", "trails"]) == errors.PluginError.exit_code
    assert "ended the program by sys.exit(0)" in capsys.readouterr().err


def test_a_base_exception_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise GeneratorExit

    monkeypatch.setattr("artengine.catalog.load_catalog", fail)
    monkeypatch.delenv("ARTENGINE_DEBUG")
    assert main(["plugins", "show", "trails"]) == 1
    assert capsys.readouterr().err.startswith("error: unexpected GeneratorExit (")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot delete a folder in use")
def test_a_deleted_working_folder_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["presets", "list"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: the working folder cannot be used: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("variable", ["ARTENGINE_HOME", "ARTENGINE_CACHE"])
def test_folders_of_an_unknown_user_are_reported(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, "~nosuch/x")
    command = ["presets", "list"] if variable == "ARTENGINE_HOME" else ["doctor"]
    assert main(command) in {0, 1, 2}
    error = capsys.readouterr()
    assert f'{variable}="~nosuch/x": there is no such user' in error.err + error.out


LONG = "x" * 300


@pytest.mark.parametrize(
    "line",
    [
        ["dream", "night-drive", "--frames", "2", "-o", f"{LONG}.mp4"],
        ["dream", LONG],
        ["dream", f"{LONG}.mp4"],
        ["train", LONG],
        ["train", "night-drive", "--steps", "1", "-o", LONG],
        ["train", "night-drive", "--steps", "1", "--data", LONG],
        ["gallery", "build", LONG],
        ["batch", "night-drive", "--gallery", LONG],
        ["measure", f"{LONG}.mp4", "--source", "b.mp4"],
        ["prepare", f"{LONG}.mp4", "-o", "a"],
        ["presets", "schema", "-o", LONG],
        ["plugins", "list", "--plugin", f"{LONG}.py"],
        ["--plugin", f"{LONG}.py", "plugins", "list"],
    ],
    ids=lambda line: " ".join(line).replace(LONG, "LONG"),
)
def test_names_that_are_too_long_are_expected_errors(
    line: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line) > 0
    error = capsys.readouterr().err
    assert "error: " in error
    assert "unexpected" not in error


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--seconds", "10s"], "write a plain number without a unit, as 10"),
        (["--frames", "0"], "it must be 1 or more"),
        (["--frames", "ten"], "write a plain number without a unit, as 10"),
    ],
)
def test_wrong_numbers_of_options_are_explained(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dream", "night-drive", *args]) == 2
    assert capsys.readouterr().err == (
        f"error: invalid value for '{args[0]}': {message}; see artengine dream --help\n"
    )
