"""Films rendered from a real clip with a real, small network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from pydantic import PrivateAttr

from artengine.catalog import Catalog
from artengine.dream.render import render
from artengine.dream.session import Dream
from artengine.dream.sinks import Sinks
from artengine.dream.targets import Target, targets
from artengine.errors import PluginError, SourceError, UsageError, WeightsError, WriterError
from artengine.ffmpeg import Decoder, metadata, probe
from artengine.frame import Picture
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.preset import Preset, parse_preset
from artengine.writer import Film, Sink, Writer
from artengine_plugins.writers.contact_sheet import ContactSheet
from artengine_plugins.writers.gif import Gif

if TYPE_CHECKING:
    import keras


def table(**dream: Any) -> dict[str, Any]:
    return {
        "title": "Test",
        "source": {"use": "video", "path": "clip.mp4"},
        "model": {"use": "swift", "width": 8},
        "dream": {"size": [64, 48], "frames": 6, **dream},
        "feedback": [{"use": "noise", "amount": {"keys": {"0f": 0.0, "5f": 0.3}}}],
        "output": [{"use": "upscale", "factor": 2}],
    }


@pytest.fixture
def preset(catalog: Catalog, bikes: Path) -> Preset:
    return parse_preset(table(), catalog, [f"source.path={bikes}"], name="test")


@pytest.fixture(scope="module")
def network(catalog: Catalog, bikes: Path) -> keras.Model:
    make_deterministic(0)
    return parse_preset(table(), catalog, [f"source.path={bikes}"]).model.build()


@pytest.fixture(scope="module")
def predict(catalog: Catalog, bikes: Path, network: keras.Model) -> Predictor:
    return Predictor(parse_preset(table(), catalog, [f"source.path={bikes}"]).model, network)


def test_writes_a_film_with_its_recipe(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    rendered = render(
        preset,
        catalog,
        targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path),
        predict=predict,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert rendered.files == (tmp_path / "a.mp4",)
    assert rendered.frames == 6
    assert rendered.profile is not None
    assert rendered.profile.frames == 5
    assert rendered.profile.stages["network"] > 0
    assert rendered.profile.stages["encoder"] > 0
    assert seen == [(n, 6) for n in range(1, 7)]
    assert probe(tmp_path / "a.mp4").size == (128, 96)
    assert sum(1 for _ in Decoder(tmp_path / "a.mp4", (128, 96))) == 6


def test_a_film_may_have_no_recipe(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    to = targets(preset, catalog, [tmp_path / "a.mp4", tmp_path / "b.sheet.jpg"], tmp_path)
    render(preset, catalog, to, predict=predict, recipe=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.sheet.jpg"]
    assert not {"comment", "title"} & metadata(tmp_path / "a.mp4").keys()
    assert ContactSheet.read_recipe(tmp_path / "b.sheet.jpg") == ""


def test_the_same_preset_makes_the_same_film(
    preset: Preset, predict: Predictor, catalog: Catalog
) -> None:
    films = []
    for _ in range(2):
        with Dream(preset, predict=predict) as dream:
            films.append(list(dream))
    for a, b in zip(*films, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_dream_can_be_stopped_and_resumed_at_any_frame(
    catalog: Catalog, bikes: Path, predict: Predictor
) -> None:
    trailing = table()
    trailing["output"].append({"use": "trails"})
    preset = parse_preset(trailing, catalog, [f"source.path={bikes}"])
    with Dream(preset, predict=predict) as dream:
        whole = list(dream)
    with Dream(preset, predict=predict) as dream:
        pictures = iter(dream)
        first = [next(pictures) for _ in range(2)]
        snapshot = dream.snapshot()
    with Dream(preset, predict=predict, resume=snapshot) as dream:
        rest = list(dream)
    assert len(first + rest) == len(whole)
    for a, b in zip(whole, first + rest, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_reused_dream_begins_anew(catalog: Catalog, bikes: Path, predict: Predictor) -> None:
    trailing = table()
    trailing["output"] = [{"use": "trails"}]
    preset = parse_preset(trailing, catalog, [f"source.path={bikes}"])
    dream = Dream(preset, predict=predict)
    films = []
    for _ in range(2):
        with dream:
            films.append(list(dream))
    for a, b in zip(*films, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_parameter_can_be_changed_between_frames(preset: Preset, predict: Predictor) -> None:
    def dream(*, change: bool) -> list[Picture]:
        with Dream(preset, predict=predict) as dream:
            pictures = []
            for picture in dream:
                pictures.append(picture)
                if change and len(pictures) == 2:
                    dream.set("feedback.0.amount", 2.0)
            return pictures

    plain, changed = dream(change=False), dream(change=True)
    np.testing.assert_array_equal(plain[2], changed[2])
    assert np.abs(plain[4].astype(float) - changed[4]).mean() > 1


@pytest.mark.parametrize("place", ["feedback.1.amount", "feedback.0.loudness", "nothing", "output"])
def test_changing_an_unknown_parameter_is_an_error(
    preset: Preset, predict: Predictor, place: str
) -> None:
    with Dream(preset, predict=predict) as dream, pytest.raises(UsageError):
        dream.set(place, 1.0)


def test_a_stop_request_keeps_the_frames_so_far(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    answers = iter([False, False, True])
    rendered = render(
        preset,
        catalog,
        targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path),
        predict=predict,
        stop=lambda: next(answers),
    )
    assert rendered.stopped
    assert rendered.frames == 2
    assert sum(1 for _ in Decoder(tmp_path / "a.mp4", (128, 96))) == 2


def test_a_partial_film_does_not_replace_an_existing_film(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"yesterday's")
    to = targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path)
    answers = iter([False, False, True])
    rendered = render(preset, catalog, to, predict=predict, stop=lambda: next(answers))
    assert rendered.files == (tmp_path / "a-2.mp4",)
    assert sum(1 for _ in Decoder(tmp_path / "a-2.mp4", (128, 96))) == 2

    def fails(done: int, total: int) -> None:
        raise ValueError("on its way")

    with pytest.raises(ValueError, match="on its way"):
        render(preset, catalog, to, predict=predict, progress=fails)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-2.mp4", "a-3.mp4", "a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"yesterday's"
    assert rendered.kept == {tmp_path / "a-2.mp4": tmp_path / "a.mp4"}


def test_a_stop_before_the_first_frame_keeps_an_existing_film(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"yesterday's")
    to = targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path)
    rendered = render(preset, catalog, to, predict=predict, stop=lambda: True)
    assert rendered.stopped
    assert (rendered.files, rendered.frames) == ((), 0)
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"yesterday's"


class Failing(Writer):
    """Raises an error at its third picture."""

    name: ClassVar[str] = "failing"
    suffixes: ClassVar[tuple[str, ...]] = ()

    def open(self, path: Path, film: Film) -> Sink:
        path.touch()

        class Broken(Sink):
            met = 0

            def write(self, picture: Picture) -> None:
                self.met += 1
                if self.met == 3:
                    raise WriterError("the disk is full")

            def close(self) -> None: ...

            def abort(self) -> None: ...

        return Broken()


def test_one_failing_writer_does_not_stop_the_others(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    to = targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path)
    to.append(Target(Failing(), tmp_path / "x"))
    with pytest.raises(WriterError, match="disk is full"):
        render(preset, catalog, to, predict=predict)
    assert sum(1 for _ in Decoder(tmp_path / "a.mp4", (128, 96))) == 6


def test_the_last_failing_writer_ends_the_film(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path
) -> None:
    with pytest.raises(WriterError, match="disk is full"):
        render(preset, catalog, [Target(Failing(), tmp_path / "x")], predict=predict)


class FailingAtClose(Writer):
    """Raises a given error when it is closed."""

    name: ClassVar[str] = "ending"
    suffixes: ClassVar[tuple[str, ...]] = ()
    _error: BaseException = PrivateAttr()

    @classmethod
    def by(cls, error: BaseException) -> FailingAtClose:
        writer = cls()
        writer._error = error
        return writer

    def open(self, path: Path, film: Film) -> Sink:
        error = self._error

        class Closing(Sink):
            def write(self, picture: Picture) -> None: ...

            def close(self) -> None:
                raise error

            def abort(self) -> None: ...

        return Closing()


def sinks_that_raise(error: BaseException, folder: Path) -> Sinks:
    to = [Target(FailingAtClose.by(error), folder / "x"), Target(Gif(), folder / "a.gif")]
    sinks = Sinks(to, Film((16, 16), 10.0, None))
    for _ in range(2):
        sinks.write(np.zeros((16, 16, 3), np.uint8))
    return sinks


def test_an_interrupt_while_films_are_finished_leaves_no_files(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sinks_that_raise(KeyboardInterrupt(), tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_fails_in_close_does_not_stop_the_others(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r'writer "ending": RuntimeError: at the end'):
        sinks_that_raise(RuntimeError("at the end"), tmp_path).close()
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]


def test_an_error_of_a_writer_does_not_hide_the_error_of_the_film(
    preset: Preset, catalog: Catalog, predict: Predictor, tmp_path: Path, caplog: Any
) -> None:
    def progress(done: int, total: int) -> None:
        if done == 3:
            raise ValueError("the real reason")

    to = [Target(FailingAtClose.by(WriterError("an aftermath")), tmp_path / "x")]
    with pytest.raises(ValueError, match="the real reason"):
        render(preset, catalog, to, predict=predict, progress=progress)
    assert "an aftermath" in caplog.text


def test_a_missing_folder_is_reported_before_the_dream_begins(
    preset: Preset, catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(WriterError, match="does not exist"):
        render(preset, catalog, targets(preset, catalog, [tmp_path / "no" / "a.mp4"], tmp_path))


def test_an_unknown_file_extension_is_refused(
    preset: Preset, catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"no writer for \"\.mp5\".*\.mp4"):
        targets(preset, catalog, [tmp_path / "a.mp5"], tmp_path)


def test_missing_weights_name_the_command_that_trains_them(
    preset: Preset, catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match="artengine train test"):
        render(preset, catalog, targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_start_beyond_the_end_is_an_error(
    catalog: Catalog, bikes: Path, predict: Predictor
) -> None:
    far = table(start=100.0)
    far["source"]["at_end"] = "stop"
    preset = parse_preset(far, catalog, [f"source.path={bikes}"])
    with pytest.raises((SourceError, UsageError)), Dream(preset, predict=predict) as dream:
        list(dream)


def test_a_failing_effect_keeps_the_frames_before_it(
    catalog: Catalog, bikes: Path, predict: Predictor, tmp_path: Path, monkeypatch: Any
) -> None:
    preset = parse_preset(table(), catalog, [f"source.path={bikes}"])
    noise = type(preset.feedback[0].plugin)
    apply = noise.apply  # type: ignore[attr-defined]

    def fails(self: Any, frame: Any, now: Any) -> Any:
        if now.index == 4:
            raise ValueError("too much")
        return apply(self, frame, now)

    monkeypatch.setattr(noise, "apply", fails)
    with pytest.raises(PluginError, match=r"noise.*frame 4.*too much"):
        render(
            preset,
            catalog,
            targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path),
            predict=predict,
        )
    assert sum(1 for _ in Decoder(tmp_path / "a.mp4", (128, 96))) == 4


def test_a_network_that_predicts_nan_ends_the_film_and_keeps_the_frames_before_it(
    preset: Preset, catalog: Catalog, network: keras.Model, tmp_path: Path, caplog: Any
) -> None:
    class Diverging(Predictor):
        def __call__(self, frames: Any, seed: tuple[int, int] = (0, 0)) -> Any:
            prediction = super().__call__(frames, seed)
            return prediction * np.float32(np.nan) if seed[1] == 4 else prediction

    diverging = Diverging(preset.model, network)
    to = targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path)
    with pytest.raises(PluginError, match='frame 4: the network "swift" predicted nan or inf; '):
        render(preset, catalog, to, predict=diverging)
    assert sum(1 for _ in Decoder(tmp_path / "a.mp4", (128, 96))) == 4
    assert f"the 4 frames until then are kept as {tmp_path / 'a.mp4'}" in caplog.text


def test_ctrl_c_before_the_first_frame_leaves_no_files(
    preset: Preset, catalog: Catalog, network: keras.Model, tmp_path: Path
) -> None:
    calls: list[bool] = []

    class Loading(Predictor):
        def __call__(self, frames: Any, seed: tuple[int, int] = (0, 0)) -> Any:
            raise KeyboardInterrupt

    def stop() -> bool:
        calls.append(True)
        return False

    to = targets(preset, catalog, [tmp_path / "a.mp4"], tmp_path)
    loading = Loading(preset.model, network)
    with pytest.raises(KeyboardInterrupt):
        render(preset, catalog, to, predict=loading, stop=stop)
    # `stop` is called only once there are frames to keep.
    assert calls == []
    assert list(tmp_path.iterdir()) == []


def test_a_film_computes_where_its_sound_begins(
    catalog: Catalog, bikes: Path, predict: Predictor
) -> None:
    def begins(*changes: str) -> float | None:
        named = [f"source.path={bikes}"] if "source.use=synthetic" not in changes else []
        preset = parse_preset(table(start=2.0), catalog, [*named, *changes])
        return Dream(preset, predict=predict).source_time

    # The first frame follows the four frames of the first context, at 25 frames a second.
    assert begins() == pytest.approx(2 + 4 / 25)
    assert begins("source.start=1") == pytest.approx(3 + 4 / 25)
    assert begins("source.end=1", "dream.start=0.96") == pytest.approx(3 / 25)
    assert begins("source.use=synthetic") is None
