"""Notes and controllers of MIDI files as curves."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from artengine.api import Clock, CurveError, Scope, SignalContext
from artengine.params import check
from artengine_plugins.curves.midi_file import Midi


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tracks at 120 beats a minute, then 60 from the second beat on."""
    import mido

    file = mido.MidiFile(ticks_per_beat=100)
    drums, synth = mido.MidiTrack(), mido.MidiTrack()
    file.tracks += [drums, synth]
    on = {"type": "note_on", "channel": 9}
    drums += [
        mido.MetaMessage("set_tempo", tempo=500_000),
        mido.Message(note=36, velocity=127, time=100, **on),
        mido.Message(note=36, velocity=0, time=1, **on),
        mido.MetaMessage("set_tempo", tempo=1_000_000, time=99),
        mido.Message(note=38, velocity=64, time=100, **on),
        mido.Message("note_off", channel=9, note=38, time=50),
    ]
    synth += [
        mido.Message("control_change", channel=0, control=1, value=127, time=50),
        mido.Message("note_on", channel=0, note=60, velocity=32, time=0),
        mido.Message("control_change", channel=0, control=1, value=0, time=50),
        mido.Message("note_off", channel=0, note=60, time=200),
    ]
    path = tmp_path_factory.mktemp("midi") / "song.mid"
    file.save(path)
    return path


def film(song: Path, count: int = 26, fps: float = 10.0, **table: Any) -> list[float]:
    curve = check(Midi, {"midi": str(song), **table})
    assert isinstance(curve, Midi), curve
    signal = curve.compile(Scope(fps, 100))
    return [signal.at(SignalContext(Clock(index, fps, 100))) for index in range(count)]


def nonzero_frames(values: list[float]) -> list[int]:
    return [index for index, value in enumerate(values) if value]


def test_a_note_shorter_than_a_frame_lasts_one_frame(song: Path) -> None:
    values = film(song, note=36)
    assert nonzero_frames(values) == [5]
    assert values[5] == 1.0


def test_changes_of_tempo_are_applied(song: Path) -> None:
    # The snare is one beat after the change of tempo at one second, and lasts half a beat.
    values = film(song, note=38)
    assert nonzero_frames(values) == [20, 21, 22, 23, 24, 25]
    assert values[20] == 64 / 127


def test_the_value_is_the_velocity_of_the_loudest_note(song: Path) -> None:
    values = film(song)
    assert values[3] == 32 / 127
    assert values[5] == 1.0
    assert values[6] == 32 / 127
    assert nonzero_frames(film(song, channel=1)) == list(range(3, 21))
    assert set(film(song, channel=1, gives="gate")) == {0.0, 1.0}


def test_the_newest_pitch_is_held(song: Path) -> None:
    values = film(song, gives="pitch")
    assert [values[index] for index in (0, 3, 5, 19, 25)] == (
        [0, 60 / 127, 36 / 127, 36 / 127, 38 / 127]
    )


def test_a_controller_holds_its_value(song: Path) -> None:
    assert nonzero_frames(film(song, controller=1)) == [3, 4]


def test_start_offsets_the_file(song: Path) -> None:
    assert nonzero_frames(film(song, note=36, start=0.3)) == [2]


def test_the_error_on_missing_notes_lists_those_in_the_file(song: Path) -> None:
    with pytest.raises(CurveError) as caught:
        film(song, note=40)
    assert str(caught.value) == (
        "song.mid has no such notes; it has the notes 36, 38, 60, the controllers 1, the channels "
        "1, 10"
    )


@pytest.mark.parametrize("cut", [0, 3, 20, 40, 60])
def test_a_truncated_file_is_rejected(song: Path, tmp_path: Path, cut: int) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(song.read_bytes()[:cut])
    with pytest.raises(CurveError, match=r"^broken\.mid is no MIDI file that can be read: "):
        film(broken)


@pytest.mark.parametrize(
    ("division", "message"),
    [(b"\xe7\x28", "SMPTE frames; "), (b"\0\0", "ticks of which a beat has none; ")],
)
def test_a_file_without_ticks_per_beat_is_rejected(
    song: Path, tmp_path: Path, division: bytes, message: str
) -> None:
    changed = bytearray(song.read_bytes())
    changed[12:14] = division
    (tmp_path / "odd.mid").write_bytes(changed)
    with pytest.raises(CurveError, match=rf"odd\.mid counts in {message}save it in ticks per beat"):
        film(tmp_path / "odd.mid")


def test_a_missing_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(CurveError, match=r"lost\.mid cannot be read: No such file"):
        film(tmp_path / "lost.mid")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"\xff" * 3000 + b"\0\x90\x40\x40", "a number in it has too many bytes"),
        (b"\xff" * 1000 + b"\0\x90\x40\x40", "has messages that come too late; save it again"),
    ],
)
def test_endless_numbers_are_rejected(tmp_path: Path, body: bytes, message: str) -> None:
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 100) + b"MTrk" + struct.pack(">I", len(body))
    (tmp_path / "it.mid").write_bytes(head + body)
    with pytest.raises(CurveError, match=message):
        film(tmp_path / "it.mid")


def test_a_released_note_no_longer_counts_as_the_loudest(tmp_path: Path) -> None:
    import mido

    file, track = mido.MidiFile(ticks_per_beat=100), mido.MidiTrack()
    file.tracks.append(track)
    for note, velocity in ((60, 64), (62, 127), (64, 64), (62, 0), (60, 0), (64, 0)):
        track.append(mido.Message("note_on", note=note, velocity=velocity, time=40))
    file.save(tmp_path / "it.mid")
    values = [round(127 * value) for value in film(tmp_path / "it.mid", 14)]
    assert values == [0, 0, 64, 64, 127, 127, 127, 127, 127, 64, 64, 64, 64, 0]
