"""Batches, rendered by a real network of one convolution."""

import json
import pickle
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.batch import Job, Outcome, parse_seeds, plan, run
from artengine.batch.child import RenderError
from artengine.catalog import Catalog, load_catalog
from artengine.cli import main
from artengine.dream.sinks import Sinks
from artengine.dream.targets import Target
from artengine.errors import GalleryError, PresetError, UsageError
from artengine.ffmpeg import Decoder, metadata
from artengine.gallery.piece import read_piece
from artengine.lock import try_lock
from artengine.writer import Film
from artengine_plugins.writers.mp4 import Mp4


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, tiny_project: Path) -> Path:
    """A folder with a plugin, its weights, and presets, one of them without weights."""
    folder = shutil.copytree(tiny_project, tmp_path_factory.mktemp("batch") / "project")
    untrained = (folder / "tiny.toml").read_text().replace("/tiny.weights", "/untrained.weights")
    (folder / "untrained.toml").write_text(untrained)
    (folder / "mistaken.toml").write_text("[source]\nuse = 'synthetik'\n[model]\nuse = 'tiny'")
    return folder


@pytest.fixture(scope="module")
def catalog(project: Path) -> Catalog:
    """The plugins of the project and of the engine."""
    return load_catalog([project / "tiny_model.py"])


def jobs(catalog: Catalog, project: Path, *names: str, **how: list[int] | list[str]) -> list[Job]:
    presets = [str(project / f"{name}.toml") for name in names]
    planned, refused = plan(presets, catalog, plugins=[project / "tiny_model.py"], **how)  # type: ignore[arg-type]
    assert refused == []
    return planned


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("7", [7]), ("0..3", [0, 1, 2, 3]), ("1,4,9", [1, 4, 9]), ("2, 8 .. 9,2", [2, 8, 9])],
)
def test_seeds_are_parsed(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3..1", "1,", "-1", "0..1..2", "1.5", str(2**32)])
def test_invalid_seeds_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a choice of seeds; write 7, 0\.\.3 or 1,4,9"):
        parse_seeds(text)


def test_pieces_are_named_after_preset_seed_and_overrides(catalog: Catalog, project: Path) -> None:
    assert [job.name for job in jobs(catalog, project, "tiny")] == ["tiny"]
    seeded = jobs(catalog, project, "tiny", "untrained", seeds=[0, 3])
    assert [job.name for job in seeded] == ["tiny-s0", "tiny-s3", "untrained-s0", "untrained-s3"]
    assert [job.seed for job in seeded] == [0, 3, 0, 3]
    forward, backward, other = (
        jobs(catalog, project, "tiny", seeds=[1], overrides=overrides)[0].name
        for overrides in (
            ["dream.frames=2", "dream.fps=8"],
            ["dream.fps=8", "dream.frames=2"],
            ["dream.frames=3"],
        )
    )
    assert forward == backward != other
    assert forward.startswith("tiny-s1-")


def test_a_preset_with_mistakes_is_refused_and_the_others_planned(
    catalog: Catalog, project: Path
) -> None:
    presets = [str(project / f"{name}.toml") for name in ("mistaken", "nowhere", "tiny")]
    planned, refused = plan(presets, catalog)
    assert [job.name for job in planned] == ["tiny"]
    assert [outcome.name for outcome in refused] == ["mistaken", "nowhere"]
    assert 'did you mean "synthetic"' in refused[0].note
    assert all("\n" not in outcome.note for outcome in refused)


def test_mistakes_of_overrides_are_reported_once(catalog: Catalog, project: Path) -> None:
    with pytest.raises(PresetError) as caught:
        jobs(
            catalog,
            project,
            "tiny",
            seeds=[0, 1, 2],
            overrides=["writers.mp4.quality=999", "writers.mp4.path=a.txt"],
        )
    heads = [line.split(" given")[0] for line in caught.value.problems]
    assert heads == ['--set: writers.mp4.path: "a.txt"', "--set: writers.mp4.quality: 999"]


def test_a_preset_that_does_not_exist_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["batch", "nightdrive", "--gallery", "g", "--seed", "0..1"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.startswith('error: no preset "nightdrive" (did you mean "night-drive"?)')
    assert not list(tmp_path.iterdir())

    assert main(["batch", "nightdrive", "daydream", "--gallery", "g", "--seed", "0..1"]) == 9
    lines = capsys.readouterr().err.splitlines()
    assert sum('no preset "nightdrive"' in line for line in lines) == 1
    assert len(list((tmp_path / "g" / "failed").iterdir())) == 4


def test_two_pieces_of_one_name_are_refused(catalog: Catalog, project: Path) -> None:
    with pytest.raises(UsageError, match="would both be called tiny"):
        jobs(catalog, project, "tiny", "tiny")


def test_a_batch_renders_pieces_sets_failures_aside_and_skips_finished_ones(
    catalog: Catalog, project: Path, tmp_path: Path
) -> None:
    gallery = tmp_path / "new" / "gallery"
    (untrained,) = jobs(catalog, project, "untrained")
    (tiny,) = jobs(catalog, project, "tiny", seeds=[3], overrides=["dream.frames=4"])
    outcomes = {outcome.name: outcome for outcome in run([untrained, tiny], gallery, workers=2)}
    assert outcomes[untrained.name].status == "failed"
    assert outcomes[tiny.name].status == "rendered", outcomes[tiny.name].note
    assert sorted(path.name for path in gallery.iterdir()) == sorted(["failed", tiny.name])

    why = outcomes[untrained.name].note
    assert "untrained.weights.h5" in why
    assert not why.startswith("error")
    failed = (gallery / "failed" / "untrained.txt").read_text()
    assert failed.startswith(why)
    assert "artengine dream" in failed

    piece = read_piece(gallery / tiny.name)
    assert (piece.metadata.frames, piece.metadata.fps, piece.metadata.size) == (4, 12, (64, 48))
    assert (piece.metadata.preset, piece.metadata.seed) == ("tiny", 3)
    assert piece.metadata.overrides == ("dream.frames=4", "seed=3")
    # The recipe in the folder is that of the film.
    assert metadata(piece.path("film.mp4"))["comment"] == piece.recipe
    assert tomllib.loads(piece.recipe)["dream"]["frames"] == 4
    assert {path.name for path in piece.folder.iterdir()} == {
        "film.mp4", "piece.json", "poster.jpg", "recipe.toml", "thumbnail.jpg",
    }  # fmt: skip
    with Decoder(piece.path("film.mp4"), (64, 48)) as pictures:
        assert len(list(pictures)) == 4

    before = piece.path("film.mp4").stat().st_mtime_ns
    assert list(run([tiny], gallery)) == [Outcome(tiny.name, "skipped")]
    (longer,) = jobs(catalog, project, "tiny", seeds=[3], overrides=["dream.frames=5"])
    (outcome,) = run([replace(longer, name=tiny.name)], gallery)
    assert outcome.status == "skipped"
    assert outcome.note == "of another recipe; remove the folder to render it again"
    assert piece.path("film.mp4").stat().st_mtime_ns == before


def test_an_existing_folder_is_never_overwritten(
    catalog: Catalog, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "film.mp4").write_bytes(b"someone's film")
    (outcome,) = run(jobs(catalog, project, "tiny"), tmp_path)
    assert outcome.status == "failed"
    assert "piece.json missing" in outcome.note
    assert [path.name for path in (tmp_path / "tiny").iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("output", ["hello", "[]", "{}", "1" * 9999, "[" * 99999])
def test_a_render_with_invalid_output_fails_its_piece(
    output: str, catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.batch.render.dream", lambda *_: output)
    (outcome,) = run(jobs(catalog, project, "tiny"), tmp_path)
    assert (outcome.status, outcome.note) == ("failed", "the render did not say what it made")
    record = (tmp_path / "failed" / "tiny.txt").read_text()
    assert record.startswith(outcome.note)
    assert output[:9] in record
    assert [path.name for path in tmp_path.iterdir()] == ["failed"]


def test_a_plugin_that_ends_the_process_fails_its_piece(
    catalog: Catalog, project: Path, tmp_path: Path
) -> None:
    """Exit code 0 alone does not prove that there is a film."""
    plugin = tmp_path / "ends.py"
    plugin.write_text("import os\nos._exit(0)\n", encoding="utf-8")
    (job,) = jobs(catalog, project, "tiny")
    (outcome,) = run([replace(job, plugins=(str(plugin),))], tmp_path / "gallery")
    assert outcome.status == "failed"
    assert outcome.note == "the render ended before its film was finished, and said no error"
    assert [path.name for path in (tmp_path / "gallery").iterdir()] == ["failed"]


def test_a_job_is_plain_data_with_a_complete_recipe(catalog: Catalog, project: Path) -> None:
    (job,) = jobs(catalog, project, "tiny", seeds=[3], overrides=["dream.frames=4"])
    again = Job(**json.loads(json.dumps(asdict(job))))
    assert pickle.loads(pickle.dumps(job)) == job
    assert again.recipe == job.recipe
    table = tomllib.loads(job.recipe)
    assert (table["seed"], table["dream"]["frames"]) == (3, 4)
    assert table["model"]["weights"] == str(project / "tiny.weights.h5")


def film(args: Sequence[str], frames: int = 2) -> str:
    """Replace `artengine dream`: write a film with the preset as its recipe, return its output."""
    target, preset = Path(args[args.index("--output") + 1]), Path(args[-1])
    recipe = preset.read_text(encoding="utf-8")
    sinks = Sinks([Target(Mp4(), target)], Film((64, 48), 12.0, None, recipe))
    for value in range(frames):
        sinks.write(np.full((48, 64, 3), 60 * value, np.uint8))
    sinks.close()
    return json.dumps({"frames": frames, "seconds": 0.5})


def test_a_preset_that_changes_after_planning_is_rendered_as_planned(
    catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = tmp_path / "changing.toml"
    preset.write_text((project / "tiny.toml").read_text().replace("./", f"{project}/"))
    (job,), _ = plan([str(preset)], catalog, overrides=[f"model.weights={project}/tiny.weights.h5"])
    preset.write_text(preset.read_text().replace("frames = 6", "frames = 900"))
    monkeypatch.setattr("artengine.batch.render.dream", lambda args, *_: film(args))
    assert [outcome.status for outcome in run([job], tmp_path / "gallery")] == ["rendered"]
    piece = read_piece(tmp_path / "gallery" / job.name)
    assert tomllib.loads(piece.recipe)["dream"]["frames"] == 6


def test_a_film_without_a_recipe_makes_no_piece(
    catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bare(args: Sequence[str], *_: object) -> str:
        Path(args[-1]).write_text("")
        return film(args)

    monkeypatch.setattr("artengine.batch.render.dream", bare)
    (outcome,) = run(jobs(catalog, project, "tiny"), tmp_path)
    assert (outcome.status, outcome.note) == ("failed", "film.mp4 carries no recipe")


def test_two_batches_at_once_render_a_piece_once(
    catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = jobs(catalog, project, "tiny", seeds=[0, 1])
    other: list[Outcome] = []

    def meanwhile(args: Sequence[str], *_: object) -> str:
        if not other:
            other.append(Outcome("begun", "rendered"))
            other.extend(run(planned, tmp_path))
        return film(args)

    monkeypatch.setattr("artengine.batch.render.dream", meanwhile)
    first = {outcome.name: outcome for outcome in run(planned, tmp_path)}
    second = {outcome.name: outcome for outcome in other}
    assert [first[job.name].status for job in planned] == ["rendered", "skipped"]
    assert [second[job.name].status for job in planned] == ["skipped", "rendered"]
    assert second[planned[0].name].note == "another batch is rendering it"
    assert sorted(path.name for path in tmp_path.iterdir()) == [job.name for job in planned]


def test_any_executor_runs_the_jobs(
    catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Here(Executor):
        """Calls at once, with pickled arguments like an executor of other processes."""

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(fn(*pickle.loads(pickle.dumps(args)), **kwargs))
            return future

    monkeypatch.setattr("artengine.batch.render.dream", lambda args, *_: film(args))
    ended = run(jobs(catalog, project, "tiny", seeds=[0, 1]), tmp_path, executor=Here())
    assert [outcome.status for outcome in ended] == ["rendered", "rendered"]


def test_a_piece_s_metadata_contains_no_local_paths(
    catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.batch.render.dream", lambda args, *_: film(args))
    weights = f"model.weights={project}/tiny.weights.h5"
    (job,) = jobs(catalog, project, "tiny", overrides=[weights])
    list(run([job], tmp_path))
    assert str(project) not in (tmp_path / job.name / "piece.json").read_text()
    assert read_piece(tmp_path / job.name).metadata.overrides == ("model.weights=tiny.weights.h5",)


def test_a_gallery_that_cannot_be_made_is_an_error(
    catalog: Catalog, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GalleryError, match=r"file/gallery: cannot be made \(Not a directory\)"):
        list(run(jobs(catalog, project, "tiny"), tmp_path / "file" / "gallery"))


def renders(gallery: Path) -> bool:
    """Return whether a film is being written in the gallery."""
    return bool(list(gallery.glob(".*.part/*/.film.mp4.*.part/film.mp4")))


def test_ctrl_c_keeps_complete_pieces_and_removes_the_others(project: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "gallery"
    command = [sys.executable, "-m", "artengine", "batch", "--json", "--gallery", str(gallery)]
    command += ["--plugin", "tiny_model.py", "--frames", "1000000", "tiny.toml", "untrained.toml"]
    with subprocess.Popen(
        command,
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as batch:
        waited = time.monotonic()
        while not renders(gallery):
            assert batch.poll() is None, batch.communicate()
            assert time.monotonic() - waited < 60
            time.sleep(0.05)
        batch.send_signal(signal.SIGINT)
        output, err = batch.communicate(timeout=30)
    assert batch.returncode == 130
    assert json.loads(output) == []
    assert "stopped: complete pieces are kept, and unfinished ones are removed" in err
    assert "Traceback" not in err
    assert list(gallery.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killing_a_batch_ends_its_renders_and_the_next_batch_cleans_up(
    project: Path, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    command = [sys.executable, "-m", "artengine", "batch", "--gallery", str(tmp_path)]
    command += ["--plugin", "tiny_model.py", "--frames", "1000000", "tiny.toml"]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) as batch:
        waited = time.monotonic()
        while not renders(tmp_path):
            assert batch.poll() is None, batch.communicate()
            assert time.monotonic() - waited < 90
            time.sleep(0.05)
        batch.kill()
    (film_lock,) = tmp_path.glob(".*.part/*/.film.mp4.*.part/.lock")
    # The operating system releases the lock of the film when the rendering process ends.
    while (freed := try_lock(film_lock)) is None:
        assert time.monotonic() - waited < 120
        time.sleep(0.05)
    freed.close()
    monkeypatch.setattr("artengine.batch.render.dream", lambda args, *_: film(args))
    (outcome,) = run(jobs(catalog, project, "tiny"), tmp_path)
    assert outcome.status == "rendered"
    assert "that a killed command left" in caplog.text
    assert [path.name for path in tmp_path.iterdir() if path.name[0] != "."] == ["tiny"]
    assert not list(tmp_path.glob(".*.part"))


def test_the_command_prints_a_summary_and_exits_with_the_code_of_failures(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(args: Sequence[str], *_: object) -> str:
        raise RenderError("no weights", "warning: slow\nerror: no weights")

    monkeypatch.setattr("artengine.batch.render.dream", fails)
    monkeypatch.chdir(project)
    arguments = ["batch", "--gallery", str(tmp_path), "--plugin", "tiny_model.py"]
    assert main([*arguments, "--seed", "0..1", "untrained.toml"]) == GalleryError.exit_code
    shown = capsys.readouterr()
    assert [line.split()[:2] for line in shown.out.splitlines() if "failed" in line] == [
        ["untrained-s0", "failed"],
        ["untrained-s1", "failed"],
    ]
    assert f"the errors are in {tmp_path / 'failed'}" in shown.err
    record = (tmp_path / "failed" / "untrained-s0.txt").read_text()
    assert "$ artengine dream --set seed=0" in record
