from pathlib import Path

import keras
import numpy as np
import pytest

from artengine.errors import WeightsError
from artengine.nn.checkpoint import load_checkpoint, save_checkpoint
from artengine.nn.weights import load_weights, save_weights


def variables(*shapes: tuple[int, ...]) -> list[keras.Variable]:
    return [keras.Variable(np.full(s, n + 1.0, np.float32)) for n, s in enumerate(shapes)]


def test_gives_back_variables_and_position(tmp_path: Path) -> None:
    saved = variables((2, 3), (4,))
    save_checkpoint(tmp_path / "c.h5", saved, {"step": 7, "losses": [0.5]})
    fresh = [keras.Variable(np.zeros(v.shape, np.float32)) for v in saved]
    assert load_checkpoint(tmp_path / "c.h5", fresh) == {"step": 7, "losses": [0.5]}
    for a, b in zip(saved, fresh, strict=True):
        np.testing.assert_array_equal(np.asarray(a.value), np.asarray(b.value))
    assert [p.name for p in tmp_path.iterdir()] == ["c.h5"]


@pytest.mark.parametrize("shapes", [((2, 3),), ((2, 3), (5,))])
def test_refuses_another_network(tmp_path: Path, shapes: tuple[tuple[int, ...], ...]) -> None:
    save_checkpoint(tmp_path / "c.h5", variables((2, 3), (4,)), {})
    with pytest.raises(WeightsError, match="another model"):
        load_checkpoint(tmp_path / "c.h5", variables(*shapes))


def test_names_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "c.h5").write_bytes(b"no such thing")
    with pytest.raises(WeightsError, match=r"c\.h5: cannot be read"):
        load_checkpoint(tmp_path / "c.h5", variables((2,)))


def small(units: int) -> keras.Model:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])


def test_weights_go_round(tmp_path: Path) -> None:
    first, second = small(4), small(4)
    save_weights(tmp_path / "w.weights.h5", first, {"model": {"use": "small"}})
    load_weights(tmp_path / "w.weights.h5", second)
    x = np.ones((1, 3), np.float32)
    np.testing.assert_array_equal(np.asarray(first(x)), np.asarray(second(x)))
    assert (tmp_path / "w.json").is_file()


def test_weights_of_another_network_are_one_line(tmp_path: Path) -> None:
    save_weights(tmp_path / "w.weights.h5", small(4), {})
    with pytest.raises(WeightsError) as caught:
        load_weights(tmp_path / "w.weights.h5", small(5))
    assert "do not fit" in str(caught.value)
    assert "\n" not in str(caught.value)
