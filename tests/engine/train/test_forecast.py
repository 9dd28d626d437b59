"""What a training says of its length while it has only begun."""

from __future__ import annotations

from artengine.settings import TrainSettings
from artengine.train.forecast import Forecast


def told(forecast: Forecast, pace: float, *, step: int = 0, seconds: float = 0.0) -> list[str]:
    """All that is told over 300 steps at a pace, after a first one of 10 seconds."""
    said = []
    for number in range(300):
        now = forecast.after_step(step + number + 1, seconds + 10.0 + number / pace)
        said += [] if now is None else [now]
    return said


def test_minutes_are_told_in_steps() -> None:
    settings = TrainSettings(minutes=10)
    assert told(Forecast(settings, "recall", 1200), pace=4.0) == [
        "about 2,400 steps in 10 minutes; recall is crisp after about 1,200, in 5 minutes"
    ]


def test_a_training_too_short_names_the_minutes_it_needs() -> None:
    settings = TrainSettings(minutes=2)
    (said,) = told(Forecast(settings, "recall", 1200), pace=2.0)
    assert said == (
        "about 220 steps in 2 minutes; recall is crisp after about 1,200, in 10 minutes: "
        "give it --minutes 11, now or later with --resume"
    )


def test_a_training_too_short_by_a_moment_gets_no_advice() -> None:
    (said,) = told(Forecast(TrainSettings(minutes=2), "recall", 300), pace=2.6)
    assert said == "about 290 steps in 2 minutes; recall is crisp after about 300, in 2 minutes"


def test_random_weights_take_longer() -> None:
    forecast = Forecast(TrainSettings(minutes=10), "recall", 300, from_random=True)
    (said,) = told(forecast, pace=4.0)
    assert said.endswith("recall is crisp after about 1,200, in 5 minutes")


def test_steps_are_told_in_minutes() -> None:
    (said,) = told(Forecast(TrainSettings(steps=600), "deep"), pace=5.0)
    assert said == "600 steps in about 2 minutes"


def test_a_resumed_training_counts_what_was_trained_before() -> None:
    forecast = Forecast(TrainSettings(minutes=10), "recall", 1200)
    assert told(forecast, pace=4.0, step=1300, seconds=290.0) == ["about 2,500 steps in 10 minutes"]


def test_a_training_that_is_over_at_once_tells_nothing() -> None:
    forecast = Forecast(TrainSettings(steps=3), "recall", 1200)
    assert [forecast.after_step(step, 30.0 * step) for step in (1, 2, 3)] == [None] * 3
