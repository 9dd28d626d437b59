"""Batches, rendered for real by a network of one convolution."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from artengine.batch import Job, Outcome, parse_seeds, plan, run
from artengine.catalog import Catalog, load_catalog
from artengine.errors import GalleryError, UsageError
from artengine.ffmpeg import Decoder, metadata
from artengine.gallery.piece import read_piece
from artengine.resolve import is_recipe_of

PLUGIN = '''
"""A model that costs nothing."""
from artengine.api import Model, hookimpl


class Tiny(Model):
    """One convolution."""

    name = "tiny"
    context: int = 2

    def build(self):
        import keras

        history = keras.Input((None, None, 6))
        layer = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")
        return keras.Model(history, layer(history))


@hookimpl
def register_models():
    return [Tiny]
'''

PRESET = """
title = "Tiny"
about = "a road through one convolution"
seed = 5

[source]
use = "synthetic"

[model]
use = "tiny"
weights = "./{weights}.weights.h5"

[dream]
frames = 6
size = [64, 48]
fps = 12

[[feedback]]
use = "noise"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plugin, its weights, and presets of which one has no weights."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "tiny_model.py").write_text(PLUGIN)
    (folder / "tiny.toml").write_text(PRESET.format(weights="tiny"))
    (folder / "untrained.toml").write_text(PRESET.format(weights="untrained"))
    (folder / "mistaken.toml").write_text("[source]\nuse = 'synthetik'\n[model]\nuse = 'tiny'")

    from artengine.nn.weights import save_weights

    network = load_catalog([folder / "tiny_model.py"]).get("model", "tiny")().build()
    save_weights(folder / "tiny.weights.h5", network, {})
    return folder


@pytest.fixture(scope="module")
def catalog(project: Path) -> Catalog:
    """What the project's plugin and the engine offer."""
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
def test_seeds(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3..1", "1,", "-1", "0..1..2", "1.5", str(2**32)])
def test_what_is_no_choice_of_seeds(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a choice of seeds; write 7, 0\.\.3 or 1,4,9"):
        parse_seeds(text)


def test_pieces_are_named_after_preset_seed_and_overrides(catalog: Catalog, project: Path) -> None:
    assert [job.name for job in jobs(catalog, project, "tiny")] == ["tiny"]
    seeded = jobs(catalog, project, "tiny", "untrained", seeds=[0, 3])
    assert [job.name for job in seeded] == ["tiny-s0", "tiny-s3", "untrained-s0", "untrained-s3"]
    assert [job.preset.seed for job in seeded] == [0, 3, 0, 3]
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


def test_two_pieces_of_one_name(catalog: Catalog, project: Path) -> None:
    with pytest.raises(UsageError, match="would both be called tiny"):
        jobs(catalog, project, "tiny", "tiny")


def test_a_batch_renders_sets_aside_and_then_skips(
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
    # The recipe in the folder is the one that the film was rendered from.
    assert is_recipe_of(piece.recipe, tiny.preset, gallery / tiny.name)
    assert metadata(piece.path("film.mp4"))["comment"].strip() == piece.recipe.strip()
    with Decoder(piece.path("film.mp4"), (64, 48)) as pictures:
        assert len(list(pictures)) == 4

    before = piece.path("film.mp4").stat().st_mtime_ns
    assert list(run([tiny], gallery)) == [Outcome(tiny.name, "skipped")]
    (longer,) = jobs(catalog, project, "tiny", seeds=[3], overrides=["dream.frames=5"])
    (outcome,) = run([replace(longer, name=tiny.name)], gallery)
    assert outcome.status == "skipped"
    assert outcome.note == "of another recipe; remove the folder to render it anew"
    assert piece.path("film.mp4").stat().st_mtime_ns == before


def test_what_is_there_already_is_never_overwritten(
    catalog: Catalog, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "film.mp4").write_bytes(b"someone's film")
    (outcome,) = run(jobs(catalog, project, "tiny"), tmp_path)
    assert outcome.status == "failed"
    assert "piece.json missing" in outcome.note
    assert [path.name for path in (tmp_path / "tiny").iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("said", ["hello", "", "[]", "{}", "1" * 9999, "[" * 99999])
def test_a_render_that_does_not_say_what_it_made_fails_alone(
    said: str, catalog: Catalog, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", f"print({said[:9]!r} * {max(1, len(said) // 9)})"]
    monkeypatch.setattr(Job, "command", lambda job, film: command)
    (outcome,) = run(jobs(catalog, project, "tiny"), tmp_path)
    assert (outcome.status, outcome.note) == ("failed", "the render did not say what it made")
    record = (tmp_path / "failed" / "tiny.txt").read_text()
    assert record.startswith(outcome.note)
    assert said[:9] in record
    assert [path.name for path in tmp_path.iterdir()] == ["failed"]


def test_a_gallery_that_cannot_be_made(catalog: Catalog, project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GalleryError, match=r"file/gallery: cannot be made \(Not a directory\)"):
        list(run(jobs(catalog, project, "tiny"), tmp_path / "file" / "gallery"))


def test_ctrl_c_keeps_whole_pieces_and_removes_the_others(project: Path, tmp_path: Path) -> None:
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
        while not list(gallery.glob(".tiny-*/*")):
            assert batch.poll() is None, batch.communicate()
            assert time.monotonic() - waited < 60
            time.sleep(0.05)
        batch.send_signal(signal.SIGINT)
        output, said = batch.communicate(timeout=30)
    assert batch.returncode == 130
    assert json.loads(output) == []
    assert "stopped: complete pieces are kept, and unfinished ones are removed" in said
    assert "Traceback" not in said
    assert list(gallery.iterdir()) == []


def test_the_command_ends_with_a_summary_and_the_code_of_failures(
    project: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "artengine", "batch", "--gallery", str(tmp_path / "gallery")]
    command += ["--plugin", "tiny_model.py", "--seed", "0..1", "untrained.toml"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == GalleryError.exit_code
    assert [line.split()[:2] for line in done.stdout.splitlines() if "failed" in line] == [
        ["untrained-s0", "failed"],
        ["untrained-s1", "failed"],
    ]
    assert f"the errors are in {tmp_path / 'gallery' / 'failed'}" in done.stderr
