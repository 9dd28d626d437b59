"""The forecast of a training's length."""

from __future__ import annotations

from artengine.settings import TrainSettings
from artengine.train.forecast import Forecast


def forecasts(forecast: Forecast, pace: float, *, step: int = 0, seconds: float = 0.0) -> list[str]:
    """Return the messages over 300 steps at a pace, after a first step of 10 seconds."""
    messages = []
    for number in range(300):
        now = forecast.after_step(step + number + 1, seconds + 10.0 + number / pace)
        messages += [] if now is None else [now]
    return messages


def test_minutes_are_converted_to_steps() -> None:
    settings = TrainSettings(minutes=10)
    assert forecasts(Forecast(settings, "recall", 1200), pace=4.0) == [
        "about 2,400 steps in 10 minutes; recall is crisp after about 1,200, in 5 minutes"
    ]


def test_a_training_too_short_names_the_minutes_it_needs() -> None:
    settings = TrainSettings(minutes=2)
    (message,) = forecasts(Forecast(settings, "recall", 1200), pace=2.0)
    assert message == (
        "about 220 steps in 2 minutes; recall is crisp after about 1,200, in 10 minutes: "
        "give it --minutes 11, now or later with --resume"
    )


def test_a_training_that_is_slightly_too_short_gets_no_advice() -> None:
    (message,) = forecasts(Forecast(TrainSettings(minutes=2), "recall", 300), pace=2.6)
    assert message == "about 290 steps in 2 minutes; recall is crisp after about 300, in 2 minutes"


def test_random_weights_take_longer() -> None:
    forecast = Forecast(TrainSettings(minutes=10), "recall", 300, from_random=True)
    (message,) = forecasts(forecast, pace=4.0)
    assert message.endswith("recall is crisp after about 1,200, in 5 minutes")


def test_steps_are_converted_to_minutes() -> None:
    (message,) = forecasts(Forecast(TrainSettings(steps=600), "deep"), pace=5.0)
    assert message == "600 steps in about 2 minutes"


def test_a_resumed_training_counts_its_earlier_steps() -> None:
    forecast = Forecast(TrainSettings(minutes=10), "recall", 1200)
    assert forecasts(forecast, pace=4.0, step=1300, seconds=290.0) == [
        "about 2,500 steps in 10 minutes"
    ]


def test_a_very_short_training_has_no_forecast() -> None:
    forecast = Forecast(TrainSettings(steps=3), "recall", 1200)
    assert [forecast.after_step(step, 30.0 * step) for step in (1, 2, 3)] == [None] * 3
