"""Life: each condition by itself, and all numbers compared with a slow reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from artengine.errors import SourceError
from artengine.frame import Picture, Size
from artengine.measure import Report
from artengine.measure.life import Curves, Life, Meter, life

Floats = npt.NDArray[np.float64]
CONDITIONS = ("motion", "contrast", "detail", "return", "drift")


def curves_of(film: Sequence[Picture]) -> Curves:
    meter = Meter()
    for picture in film:
        meter.feed(picture)
    return meter.curves()


def life_of(film: Sequence[Picture], clip: Sequence[Picture]) -> Life:
    return life(curves_of(film), curves_of(clip).medians())


# A literal and slow implementation of the definition.


def luma(picture: Picture) -> Floats:
    red, green, blue = np.moveaxis(picture.astype(np.float64) / 255, -1, 0)
    return np.asarray(0.299 * red + 0.587 * green + 0.114 * blue)


def blocks(plane: Floats) -> Floats:
    down, across = plane.shape[0] // 8, plane.shape[1] // 8
    whole = plane[: 8 * down, : 8 * across]
    return np.asarray(whole.reshape(down, 8, across, 8).mean(axis=(1, 3)))


def laplacian(plane: Floats) -> Floats:
    inside = plane[1:-1, 1:-1]
    return np.asarray(
        plane[:-2, 1:-1] + plane[2:, 1:-1] + plane[1:-1, :-2] + plane[1:-1, 2:] - 4 * inside
    )


def slow_curves(film: Sequence[Picture]) -> dict[str, list[float]]:
    lumas = [luma(picture) for picture in film]
    coarse = [blocks(plane) for plane in lumas]

    def change(frame: int, back: int) -> float:
        if frame - back < 0:
            return math.nan
        return float(np.abs(coarse[frame] - coarse[frame - back]).mean())

    curves: dict[str, list[float]] = {name: [] for name in CONDITIONS}
    for frame, plane in enumerate(lumas):
        curves["motion"].append(change(frame, 1))
        curves["contrast"].append(float(plane.std()))
        curves["detail"].append(float(np.abs(laplacian(plane)).mean()))
        known = [change(frame, k) for k in range(2, 33) if frame - k >= 0]
        curves["return"].append(min(known, default=math.nan))
        curves["drift"].append(change(frame, 8))
    return curves


@dataclass
class Verdict:
    vitality: float
    death: int | None
    alive: list[bool]


def slow_verdict(film: Sequence[Picture], clip: Sequence[Picture]) -> Verdict:
    of_clip = slow_curves(clip)
    median = {name: float(np.nanmedian(of_clip[name])) for name in CONDITIONS}
    of_film = slow_curves(film)
    alive = []
    for frame in range(len(film)):
        value = {name: of_film[name][frame] for name in CONDITIONS}
        alive.append(
            all(
                median[name] / 4 <= value[name] <= 4 * median[name]
                for name in ("motion", "contrast", "detail")
            )
            and value["return"] >= median["motion"] / 4
            and value["drift"] >= 1.25 * value["motion"]
        )
    death = None
    for frame in range(48, len(film) - 47):
        if not any(alive[frame : frame + 48]):
            death = frame
            break
    return Verdict(float(np.mean(alive[48:])), death, alive)


def test_curves_match_the_definition(bikes_pictures: list[Picture]) -> None:
    # Neither width nor height is a multiple of 8.
    film = [picture[:45, :53] for picture in bikes_pictures[:80]]
    result, slow = curves_of(film), slow_curves(film)
    for name in CONDITIONS:
        curve = getattr(result, "back" if name == "return" else name)
        np.testing.assert_allclose(curve, slow[name], rtol=2e-4, atol=2e-6, err_msg=name)
        assert result.medians()[name] == pytest.approx(np.nanmedian(slow[name]), rel=2e-4)


def test_verdicts_match_the_definition(
    bikes_pictures: list[Picture], carphone_pictures: list[Picture]
) -> None:
    films = {
        "itself": bikes_pictures,
        "another": carphone_pictures,
        "freezing": [*bikes_pictures[100:180], *[bikes_pictures[180]] * 60],
    }
    verdicts = {}
    for name, film in films.items():
        result, slow = life_of(film, bikes_pictures), slow_verdict(film, bikes_pictures)
        assert (result.vitality, result.death) == (slow.vitality, slow.death), name
        assert result.alive.tolist() == slow.alive, name
        verdicts[name] = (result.vitality, result.death)
    assert len({vitality for vitality, _ in verdicts.values()}) == 3
    assert verdicts["itself"][1] is None
    assert verdicts["freezing"][1] is not None


def test_colourfulness_and_entropy_match_their_definitions() -> None:
    flat = np.full((16, 16, 3), 128, np.uint8)
    halves = flat.copy()
    halves[:, :8], halves[:, 8:] = (255, 0, 0), (10, 20, 30)
    curves = curves_of([flat, halves])
    assert curves.colourfulness[0] == curves.clipped[0] == curves.entropy[0] == 0
    assert curves.clipped[1] == pytest.approx(0.5)
    assert curves.entropy[1] == pytest.approx(1.0)
    red, green, blue = np.moveaxis(halves.astype(np.float64), -1, 0)
    opponents = (red - green, (red + green) / 2 - blue)
    expected = np.hypot(*(each.std() for each in opponents))
    expected += 0.3 * np.hypot(*(each.mean() for each in opponents))
    assert curves.colourfulness[1] == pytest.approx(expected, rel=1e-5)


# A scene that can be made to break a single condition: soft clouds in front of a ramp of light.

WIDTH, HEIGHT, FRAMES = 96, 64, 120


def soft_clouds() -> Floats:
    noise = np.random.default_rng(5).standard_normal((1600, 1600))
    soft = cv2.GaussianBlur(noise, (0, 0), 10)
    return np.asarray(soft / np.abs(soft).max() * 0.5, np.float64)


SKY = soft_clouds()
CHECKS = (np.indices((HEIGHT, WIDTH)).sum(0) % 2) - 0.5
RAMP = np.broadcast_to(np.linspace(-0.5, 0.5, WIDTH), (HEIGHT, WIDTH))


def window(x: float, y: float) -> Floats:
    move = np.array([[1, 0, -x], [0, 1, -y]], np.float64)
    return np.asarray(cv2.warpAffine(SKY, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR))


def film_of(
    place: Callable[[int], tuple[float, float]],
    *,
    clouds: float = 0.5,
    checks: float = 0.1,
    ramp: float = 0.3,
    jitter: float = 0.0,
    frames: int = FRAMES,
) -> list[Picture]:
    """Return clouds seen through a moving window, under a still checkerboard and a still ramp."""
    rng = np.random.default_rng(3)
    film = []
    for number in range(frames):
        coarse = rng.uniform(-jitter, jitter, (HEIGHT // 8, WIDTH // 8))
        x, y = place(number)
        grey = 0.5 + clouds * window(300 + x, 300 + y) + checks * CHECKS + ramp * RAMP
        grey += np.kron(coarse, np.ones((8, 8)))
        shade = np.clip(np.round(grey * 255), 0, 255).astype(np.uint8)
        film.append(np.repeat(shade[..., None], 3, axis=2))
    return film


def steadily(speed: float) -> Callable[[int], tuple[float, float]]:
    return lambda number: (speed * number, 0.4 * speed * number)


def in_a_circle(number: int) -> tuple[float, float]:
    """Return the position on a circle of 20 frames, as fast as `steadily(2)`."""
    radius = 2 * 1.08 * 20 / math.tau
    return radius * math.cos(math.tau * number / 20), radius * math.sin(math.tau * number / 20)


PLAIN = film_of(steadily(2))

BROKEN: dict[str, tuple[str, Callable[[], list[Picture]], Callable[[], list[Picture]]]] = {
    "too little motion": ("motion", lambda: film_of(steadily(0.4)), lambda: PLAIN),
    "too much motion": ("motion", lambda: film_of(steadily(2)), lambda: film_of(steadily(0.4))),
    "too little contrast": (
        "contrast",
        lambda: film_of(steadily(2), clouds=0.2, checks=0.05, ramp=0),
        lambda: film_of(steadily(2), clouds=0.2, checks=0.05, ramp=0.9),
    ),
    "too much contrast": (
        "contrast",
        lambda: film_of(steadily(2), clouds=0.2, checks=0.05, ramp=0.9),
        lambda: film_of(steadily(2), clouds=0.2, checks=0.05, ramp=0),
    ),
    "too little detail": ("detail", lambda: film_of(steadily(2), checks=0.01), lambda: PLAIN),
    "too much detail": (
        "detail",
        lambda: PLAIN,
        lambda: film_of(steadily(2), checks=0.01),
    ),
    "a loop": ("return", lambda: film_of(in_a_circle), lambda: PLAIN),
    "flicker": ("drift", lambda: film_of(steadily(0), jitter=0.01), lambda: PLAIN),
}


def test_a_film_that_moves_like_its_clip_lives() -> None:
    result = life_of(film_of(lambda number: (500 - 1.5 * number, 0)), PLAIN)
    assert (result.vitality, result.death) == (1.0, None)


@pytest.mark.parametrize("fault", BROKEN)
def test_breaking_one_condition_lowers_vitality(fault: str) -> None:
    condition, film, clip = BROKEN[fault]
    result = life_of(film(), clip())
    shares = {name: float(kept[48:].mean()) for name, kept in result.kept.items()}
    broken = shares.pop(condition)
    assert broken <= 0.1
    assert min(shares.values()) >= 0.9, shares
    assert result.vitality == pytest.approx(broken, abs=0.1)


def test_loops_are_detected_up_to_32_frames() -> None:
    def round_in(period: int) -> list[Picture]:
        turn = math.tau / period
        radius = 2.15 / turn
        return film_of(
            lambda number: (radius * math.cos(turn * number), radius * math.sin(turn * number))
        )

    assert life_of(round_in(32), PLAIN).vitality == 0
    assert life_of(round_in(34), PLAIN).vitality == 1


@pytest.mark.parametrize(("dead", "death"), [(47, None), (48, 70)])
def test_the_frame_of_death(dead: int, death: int | None) -> None:
    alive = film_of(steadily(2), frames=70)
    result = life_of([*alive, *[alive[-1]] * dead], PLAIN)
    assert result.death == death
    assert result.vitality == pytest.approx(22 / (22 + dead))


def test_a_film_that_moves_again_has_still_died() -> None:
    asleep = film_of(lambda number: (2 * (min(number, 69) + max(0, number - 130)), 0), frames=180)
    result = life_of(asleep, PLAIN)
    assert result.death == 70
    assert result.alive[140:].all()


def test_a_death_before_frame_48_is_reported_as_48() -> None:
    assert life_of([PLAIN[0]] * 96, PLAIN).death == 48
    assert life_of([PLAIN[0]] * 95, PLAIN).death is None


# Films of a real clip.


def noisy(picture: Picture, rng: np.random.Generator) -> Picture:
    grain = rng.normal(0, 12, picture.shape)
    return np.clip(np.round(picture + grain), 0, 255).astype(np.uint8)


def looped(film: Sequence[Picture]) -> list[Picture]:
    return [film[100 + number % 20] for number in range(len(film))]


@pytest.mark.parametrize(
    ("clip", "vitality"),
    [("bikes.mp4", 0.87), ("carphone_pristine.mp4", 1.0), ("bigbuckbunny.mp4", 0.83)],
)
def test_real_clips_live(
    pictures: Callable[[str, Size], list[Picture]], clip: str, vitality: float
) -> None:
    curves = curves_of(pictures(clip, (384, 288)))
    assert life(curves, curves.medians()).vitality == pytest.approx(vitality, abs=0.013)


@pytest.mark.parametrize("beside", ["the clip", "itself"])
def test_stills_noise_and_loops_do_not_live(bikes_pictures: list[Picture], beside: str) -> None:
    rng = np.random.default_rng(0)
    still = bikes_pictures[120]
    films = {
        "still": [still] * 120,
        "still with noise": [noisy(still, rng) for _ in range(120)],
        "loop of 20 frames": looped(bikes_pictures),
    }
    for name, film in films.items():
        result = life_of(film, bikes_pictures if beside == "the clip" else film)
        assert (result.vitality, result.death) == (0.0, 48), name


def test_a_report_names_the_broken_conditions(bikes_pictures: list[Picture]) -> None:
    def report_text(film: Sequence[Picture], clip: Sequence[Picture]) -> str:
        result = life_of(film, clip)
        return Report(result, kinship=0.5, raster=(None, None), runaway=0.0).as_text()

    still = [bikes_pictures[120]] * 60
    text = report_text(still, bikes_pictures)
    assert "too little motion (100%)" in text
    assert "coming back to where they were (100%)" in text
    assert "too much" not in text
    assert "there is no motion" not in text
    text = report_text(still, still)
    assert "too little motion (100%)" in text
    assert "in most of the clip there is no motion" in text
    flat = [np.full((64, 64, 3), 90, np.uint8)] * 60
    assert "there is no motion and no contrast and no detail" in report_text(flat, flat)


def test_a_film_too_short_to_be_judged_is_refused(bikes_pictures: list[Picture]) -> None:
    reference = curves_of(bikes_pictures).medians()
    assert life(curves_of(bikes_pictures[:49]), reference).vitality in (0, 1)
    with pytest.raises(SourceError, match="the film has 48 frames"):
        life(curves_of(bikes_pictures[:48]), reference)


def test_frames_smaller_than_a_block_are_refused() -> None:
    with pytest.raises(SourceError, match="of 7x20 pixels are too small"):
        curves_of([np.zeros((20, 7, 3), np.uint8)])
