"""Chains: order, slots, inputs of effects, and errors of effects."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest

from artengine.binding import Binding
from artengine.chain import Chain, ChainName
from artengine.curves import Clock
from artengine.effect import ChainControls, Effect, FrameContext, State
from artengine.errors import PluginError
from artengine.frame import Frame, Size
from artengine.params import Param, TableError
from artengine_plugins.curves.keyframes import Keyframes

NOW = Clock(3, 10.0, 20)
KINDS = MappingProxyType({"keys": Keyframes})
SELF = Path(__file__).read_text(encoding="utf-8")


class Add(Effect):
    """Add a number."""

    name: ClassVar[str] = "add"
    amount: float = Param(1.0, ge=-10, le=10)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame + np.float32(self.amount)


class Double(Effect):
    """Multiply by two."""

    name: ClassVar[str] = "double"

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame * np.float32(2)


class Grain(Effect):
    """Return random numbers."""

    name: ClassVar[str] = "grain"

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return now.rng.random(frame.shape, dtype=np.float32)


class Remember(Effect):
    """Return the mean of the last output and the frame."""

    name: ClassVar[str] = "remember"
    _last: Frame | None = None

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        self._last = frame.copy() if self._last is None else (frame + self._last) / np.float32(2)
        return self._last

    def reset(self) -> None:
        self._last = None

    def state(self) -> State:
        return {} if self._last is None else {"last": self._last}

    def restore(self, state: State) -> None:
        self._last = state["last"].astype(np.float32)


class Enlarge(Effect):
    """Return the frame at twice the size."""

    name: ClassVar[str] = "enlarge"

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame.repeat(2, axis=0).repeat(2, axis=1)

    def output_size(self, size: Size) -> Size:
        return 2 * size[0], 2 * size[1]


class Bad(Effect):
    """Return a given value, call a given function, or raise a given error."""

    name: ClassVar[str] = "bad"
    _returns: Any = None

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        if isinstance(self._returns, Exception):
            raise self._returns
        if callable(self._returns):
            return self._returns(frame, now)  # type: ignore[no-any-return]
        return self._returns  # type: ignore[no-any-return]


def frame_of(value: float, size: Size = (6, 4)) -> Frame:
    return np.full((size[1], size[0], 3), value, np.float32)


def chain(*effects: Effect, name: ChainName = "output", seed: int = 5) -> Chain:
    return Chain([Binding(effect) for effect in effects], name, seed)


def run(one: Chain, frame: Frame, clock: Clock = NOW) -> Frame:
    return one.apply(frame, clock, frame_of(0.25), [frame_of(0.5)])


def bad(returns: Any) -> Bad:
    effect = Bad()
    effect._returns = returns
    return effect


def test_effects_run_in_order() -> None:
    assert run(chain(Add(), Double()), frame_of(1))[0, 0, 0] == 4
    assert run(chain(Double(), Add()), frame_of(1))[0, 0, 0] == 3
    assert run(chain(), frame_of(1))[0, 0, 0] == 1


def test_curves_set_the_values_of_each_frame() -> None:
    binding = Binding.parse(Add, {"amount": {"keys": {"0f": 0, "10f": 10}}}, KINDS)
    one = Chain([binding], "feedback", 0)
    assert run(one, frame_of(0), Clock(4, 24.0))[0, 0, 0] == 4
    assert run(one, frame_of(0), Clock(90, 24.0))[0, 0, 0] == 10


def test_values_may_leave_0_to_1() -> None:
    assert run(chain(Add(amount=9.0), name="feedback"), frame_of(1))[0, 0, 0] == 10


def test_random_numbers_depend_on_film_slot_and_frame() -> None:
    def grain(one: Chain, clock: Clock = NOW) -> Frame:
        return run(one, frame_of(0), clock)

    same = grain(chain(Grain()))
    assert np.array_equal(same, grain(chain(Grain())))
    assert np.array_equal(same, grain(chain(Double(), Grain())))
    assert not np.array_equal(same, grain(chain(Grain(), Grain())))
    assert not np.array_equal(same, grain(chain(Grain(), name="feedback")))
    assert not np.array_equal(same, grain(chain(Grain(), seed=6)))
    assert not np.array_equal(same, grain(chain(Grain()), Clock(4, 10.0, 20)))


def test_effects_of_one_name_have_separate_slots() -> None:
    seen: list[str] = []

    def note(frame: Frame, now: FrameContext) -> Frame:
        seen.append(now.slot)
        return frame

    run(chain(bad(note), Add(), bad(note)), frame_of(0))
    assert seen == ["output/bad/0", "output/bad/1"]


@pytest.mark.parametrize("target", ["frame", "truth", "truth_frames"])
def test_inputs_of_effects_are_read_only(target: str) -> None:
    def write(frame: Frame, now: FrameContext) -> Frame:
        given = {"frame": frame, "truth": now.truth, "truth_frames": now.context_frames[0]}
        given[target][0, 0, 0] = 7
        return frame

    frame = frame_of(1)
    with pytest.raises(PluginError, match="read-only"):
        run(chain(bad(write)), frame)
    assert frame.flags.writeable
    assert np.all(frame == 1)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "returned NoneType"),
        (1.0, "returned float"),
        (frame_of(1).astype(np.float64), "returned float64 (4, 6, 3)"),
        (frame_of(1).astype(np.uint8), "returned uint8 (4, 6, 3)"),
        (frame_of(1)[:, :, 0], "returned float32 (4, 6)"),
        (frame_of(1, (4, 6)), "returned float32 (6, 4, 3)"),
        (np.zeros((4, 6, 4), np.float32), "returned float32 (4, 6, 4)"),
    ],
)
def test_a_result_that_is_no_frame_is_refused(returned: Any, message: str) -> None:
    with pytest.raises(PluginError) as caught:
        run(chain(Add(), bad(returned)), frame_of(1))
    assert str(caught.value) == (f"output.bad {message} at frame 3; it must be float32 (4, 6, 3)")


def test_an_error_names_effect_frame_and_reason() -> None:
    with pytest.raises(PluginError) as caught:
        run(chain(Add(), bad(ZeroDivisionError("one\ntwo")), name="feedback"), frame_of(1))
    message, _, place = str(caught.value).partition(" (")
    assert message == "feedback.bad failed at frame 3: ZeroDivisionError: one two"
    line = next(n for n, text in enumerate(SELF.splitlines(), 1) if "raise self._returns" in text)
    assert place == f"test_chain.py, line {line})"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words for it")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SystemExit(0), "SystemExit: 0"),
        (GeneratorExit(), "GeneratorExit"),
        (BaseException("odd"), "BaseException: odd"),
        (UnspeakableError(), "UnspeakableError"),
    ],
)
def test_any_exception_of_an_effect_is_reported_as_its_failure(
    error: BaseException, message: str
) -> None:
    def fail(frame: Frame, now: FrameContext) -> Frame:
        raise error

    with pytest.raises(
        PluginError, match=rf"^output.bad failed at frame 3: {message} \(test_chain"
    ):
        run(chain(bad(fail)), frame_of(1))


def test_a_stop_request_is_not_a_failure_of_an_effect() -> None:
    def stop(frame: Frame, now: FrameContext) -> Frame:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(chain(bad(stop)), frame_of(1))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_effect_must_return_finite_numbers(value: float) -> None:
    broken = frame_of(1)
    broken[2, 3, 1] = value
    with pytest.raises(PluginError) as caught:
        run(chain(Add(), bad(broken)), frame_of(1))
    assert str(caught.value) == (
        "output.bad returned nan or inf at frame 3; it must keep numbers finite"
    )


def test_an_effect_is_not_blamed_for_infinite_input() -> None:
    with pytest.raises(PluginError) as caught:
        run(chain(Add()), frame_of(np.nan))
    assert str(caught.value) == (
        "output.add was given nan or inf at frame 3: the error is in what comes before it, the "
        "network or its weights"
    )


def test_outputs_of_effects_are_made_contiguous() -> None:
    def check(frame: Frame, now: FrameContext) -> Frame:
        assert frame.flags.c_contiguous
        return frame[:, ::-1]

    result = run(chain(bad(check), bad(check)), frame_of(1))
    assert result.flags.c_contiguous


def test_sizes_change_in_output_chains_only() -> None:
    out = chain(Enlarge(), Add(), Enlarge())
    assert out.output_size((6, 4)) == (24, 16)
    assert run(out, frame_of(0)).shape == (16, 24, 3)
    fed = chain(Enlarge(), name="feedback")
    with pytest.raises(PluginError, match=r"feedback.enlarge makes 12x8 of 6x4"):
        fed.output_size((6, 4))
    with pytest.raises(PluginError, match=r"move it to \[\[output\]\]"):
        run(fed, frame_of(0))


def chain_of(kind: type[Effect], name: ChainName = "output", **table: Any) -> Chain:
    return Chain([Binding.parse(kind, table, KINDS)], name, 5)


def test_mix_and_on_can_be_changed_and_driven() -> None:
    one = chain_of(Add, amount=8.0, mix={"keys": {"0f": 0, "4f": 1}})
    assert [run(one, frame_of(0), Clock(i, 24.0))[0, 0, 0] for i in range(5)] == [0, 2, 4, 6, 8]
    one.set(0, "mix", 0.25)
    assert run(one, frame_of(0))[0, 0, 0] == 2
    one.set(0, "on", value=False)
    assert run(one, frame_of(0))[0, 0, 0] == 0
    one.set(0, "on", value=True)
    one.set(0, "amount", 4.0)
    assert run(one, frame_of(0))[0, 0, 0] == 1
    with pytest.raises(TableError, match="mix: 2 given; allowed: a number from 0 to 1"):
        one.set(0, "mix", 2)
    with pytest.raises(TableError, match="on: 1 given; allowed: true or false"):
        one.set(0, "on", 1)


def test_a_fresh_binding_has_the_same_controls() -> None:
    binding = Binding.parse(Add, {"mix": 0.5, "on": False})
    one = Chain([binding.fresh()], "output", 5)
    one.set(0, "on", value=True)
    assert run(one, frame_of(0))[0, 0, 0] == 0.5
    assert run(Chain([binding], "output", 5), frame_of(0))[0, 0, 0] == 0


def test_an_effect_with_a_mix_of_0_updates_its_state_and_a_disabled_one_does_not() -> None:
    def last(**controls: Any) -> float:
        one = chain_of(Remember, **controls)
        for index, value in enumerate((0, 8)):
            run(one, frame_of(value), Clock(index, 24.0))
        one.set(0, "mix", 1)
        one.set(0, "on", value=True)
        return float(run(one, frame_of(0))[0, 0, 0])

    assert last() == 2
    assert last(mix=0) == 2
    assert last(on=False) == 0


def test_a_stateless_effect_with_a_mix_of_0_is_not_applied() -> None:
    one = Chain([Binding(bad(ValueError()), controls=ChainControls(mix=0))], "feedback", 5)
    assert run(one, frame_of(3))[0, 0, 0] == 3


def test_a_frame_is_resized_to_be_mixed_with_a_larger_output() -> None:
    assert run(chain_of(Enlarge, mix=0.5), frame_of(3)).shape == (8, 12, 3)
    assert run(chain_of(Enlarge, mix=0), frame_of(3)).shape == (8, 12, 3)
    off = chain_of(Enlarge, on=False)
    assert off.output_size((6, 4)) == (6, 4)
    assert run(off, frame_of(3)).shape == (4, 6, 3)


def test_the_size_cannot_be_changed_while_a_film_runs() -> None:
    for one, value in ((chain_of(Enlarge), False), (chain_of(Enlarge, on=False), True)):
        with pytest.raises(TableError, match="on: changes the frame's size, which stays as it is"):
            one.set(0, "on", value)


def test_state_can_be_saved_and_restored() -> None:
    def build() -> Chain:
        return chain(Remember(), Add(), Remember())

    def advance(one: Chain, values: list[float]) -> Frame:
        for index, value in enumerate(values):
            frame = run(one, frame_of(value), Clock(index, 10.0))
        return frame

    whole = advance(build(), [1, 5, 9, 2])
    first = build()
    advance(first, [1, 5])
    saved = first.state()
    assert {slot: set(arrays) for slot, arrays in saved.items()} == {
        "output/remember/0": {"last"},
        "output/remember/1": {"last"},
    }
    advance(first, [100, 100])
    second = build()
    advance(second, [7, 7, 7])
    second.restore(saved)
    assert np.array_equal(advance(second, [9, 2]), whole)


def test_restoring_without_saved_state_resets_an_effect() -> None:
    one = chain(Remember())
    run(one, frame_of(4))
    one.restore({})
    assert one.state() == {}
    run(one, frame_of(4))
    one.reset()
    assert one.state() == {}


def test_saved_state_is_a_copy() -> None:
    one = chain(Remember())
    run(one, frame_of(4))
    saved = one.state()
    saved["output/remember/0"]["last"][:] = 0
    assert np.all(one.state()["output/remember/0"]["last"] == 4)


def test_state_of_another_chain_is_refused() -> None:
    with pytest.raises(PluginError, match="there is no effect output/remember/0"):
        chain(Add()).restore({"output/remember/0": {}})


def test_state_that_is_no_array_is_refused() -> None:
    class Counts(Add):
        """Count."""

        def state(self) -> State:
            return {"count": 3}  # type: ignore[dict-item]

    with pytest.raises(PluginError, match="has the state count as int; state must be numpy arrays"):
        chain(Counts()).state()


def test_a_chain_takes_only_effects() -> None:
    from artengine.writer import Writer

    class Film(Writer):
        """A film."""

        name: ClassVar[str] = "film"
        suffixes: ClassVar[tuple[str, ...]] = ()

        def open(self, target: Any, film: Any) -> Any:
            raise NotImplementedError

    with pytest.raises(PluginError, match='"film" is a writer; a chain takes effects'):
        Chain([Binding(Film())], "output", 0)


def test_effects_are_listed_in_order() -> None:
    one = chain(Add(), Double())
    assert [effect.name for effect in one.effects] == ["add", "double"]
    assert len(one) == 2
