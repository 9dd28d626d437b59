import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from artengine.errors import WeightsError
from artengine.hdf5 import MOST_ITEMS, check_self_contained
from artengine.nn.checkpoint import load_checkpoint, read_record, save_checkpoint
from artengine.nn.weights import load_weights, save_weights


def variables(*shapes: tuple[int, ...]) -> list[keras.Variable]:
    return [keras.Variable(np.full(s, n + 1.0, np.float32)) for n, s in enumerate(shapes)]


def test_variables_and_position_round_trip(tmp_path: Path) -> None:
    saved = variables((2, 3), (4,))
    save_checkpoint(tmp_path / "c.h5", saved, {"step": 7, "losses": [0.5]})
    fresh = [keras.Variable(np.zeros(v.shape, np.float32)) for v in saved]
    assert load_checkpoint(tmp_path / "c.h5", fresh) == {"step": 7, "losses": [0.5]}
    for a, b in zip(saved, fresh, strict=True):
        np.testing.assert_array_equal(np.asarray(a.value), np.asarray(b.value))
    assert [p.name for p in tmp_path.iterdir()] == ["c.h5"]


@pytest.mark.parametrize("shapes", [((2, 3),), ((2, 3), (5,))])
def test_a_checkpoint_of_another_network_is_refused(
    tmp_path: Path, shapes: tuple[tuple[int, ...], ...]
) -> None:
    save_checkpoint(tmp_path / "c.h5", variables((2, 3), (4,)), {})
    with pytest.raises(WeightsError, match="another model"):
        load_checkpoint(tmp_path / "c.h5", variables(*shapes))


def test_the_error_of_a_broken_file_names_it(tmp_path: Path) -> None:
    (tmp_path / "c.h5").write_bytes(b"no such thing")
    with pytest.raises(WeightsError, match=r"c\.h5: cannot be read"):
        load_checkpoint(tmp_path / "c.h5", variables((2,)))


def small(units: int) -> keras.Model:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])


def test_weights_round_trip(tmp_path: Path) -> None:
    first, second = small(4), small(4)
    save_weights(tmp_path / "w.weights.h5", first, {"model": {"use": "small"}})
    load_weights(tmp_path / "w.weights.h5", second)
    x = np.ones((1, 3), np.float32)
    np.testing.assert_array_equal(np.asarray(first(x)), np.asarray(second(x)))
    assert (tmp_path / "w.json").is_file()


def test_weights_of_another_network_are_a_one_line_error(tmp_path: Path) -> None:
    save_weights(tmp_path / "w.weights.h5", small(4), {})
    with pytest.raises(WeightsError) as caught:
        load_weights(tmp_path / "w.weights.h5", small(5))
    assert "do not fit" in str(caught.value)
    assert "value.shape=(3, 4)" in str(caught.value)
    assert "could not be loaded" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_error_of_weights_with_fewer_layers_names_the_missing_ones(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    save_weights(tmp_path / "w.weights.h5", small(4), {})
    deeper = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    with pytest.raises(WeightsError, match="expected 2 variables"):
        load_weights(tmp_path / "w.weights.h5", deeper)
    assert not [each for each in recwarn.list if each.category is UserWarning]


def soft_link(file: h5py.File, name: str, other: Path) -> None:
    file[name] = h5py.SoftLink("/elsewhere")


def external_link(file: h5py.File, name: str, other: Path) -> None:
    file[name] = h5py.ExternalLink(str(other), "/secret")


def external_data(file: h5py.File, name: str, other: Path) -> None:
    file.create_dataset(name, (4,), "f4", external=[(str(other), 0, 16)])


def virtual(file: h5py.File, name: str, other: Path) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(str(other), "secret", (4,))
    file.create_virtual_dataset(name, layout)


@pytest.mark.parametrize("make", [soft_link, external_link, external_data, virtual])
def test_links_and_data_in_other_files_are_refused(tmp_path: Path, make: Any) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["secret"] = np.ones(4, np.float32)
    saved = variables((4,))
    save_checkpoint(tmp_path / "c.h5", saved, {})
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        del file["0"]
        make(file, "0", other)
    with pytest.raises(WeightsError, match=r"/0 .* which weights never have"):
        load_checkpoint(tmp_path / "c.h5", saved)
    save_weights(tmp_path / "w.weights.h5", small(4), {})
    with h5py.File(tmp_path / "w.weights.h5", "r+") as file:
        make(file, "more", other)
    with pytest.raises(WeightsError, match=r"/more .* which weights never have"):
        load_weights(tmp_path / "w.weights.h5", small(4))


def test_cyclic_groups_are_visited_once(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "c.h5", "w") as file:
        group = file.create_group("a")
        group["a"] = group
        check_self_contained(file)


def test_a_file_of_very_many_groups_is_refused_at_once(tmp_path: Path) -> None:
    """The groups are not opened one by one."""
    path = tmp_path / "w.weights.h5"
    with h5py.File(path, "w") as file:
        for number in range(MOST_ITEMS + 1):
            file.create_group(f"g{number}")
    with h5py.File(path) as file, pytest.raises(ValueError, match="more than 10000 groups"):
        check_self_contained(file)
    with pytest.raises(WeightsError, match="more than 10000 groups and arrays"):
        load_weights(path, small(4))


def test_names_from_a_file_cannot_forge_lines(tmp_path: Path) -> None:
    path = tmp_path / "w.weights.h5"
    with h5py.File(path, "w") as file:
        file["a\nerror: forged\x1b[31m"] = h5py.SoftLink("/elsewhere")
    with pytest.raises(WeightsError) as caught:
        load_weights(path, small(4))
    assert "forged" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("position", ["[]", "{", 7])
def test_an_invalid_record_is_a_one_line_error(tmp_path: Path, position: Any) -> None:
    save_checkpoint(tmp_path / "c.h5", [], {})
    with h5py.File(tmp_path / "c.h5", "r+") as file:
        file.attrs["position"] = position
    with pytest.raises(WeightsError, match=r"c\.h5: cannot be read"):
        read_record(tmp_path / "c.h5")


FULL = """
import resource, sys
from pathlib import Path
import keras
from artengine.nn.checkpoint import save_checkpoint
from artengine.nn.weights import save_weights

network = keras.Sequential([keras.Input((64,)), keras.layers.Dense(512), keras.layers.Dense(64)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
folder = Path(sys.argv[1])
for save in (
    lambda: save_checkpoint(folder / "checkpoint.h5", network.variables, {}),
    lambda: save_weights(folder / "last.weights.h5", network, {}),
):
    try:
        save()
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_a_full_disk_is_an_error_and_leaves_nothing(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    """A limit on the file size simulates a full disk; without handling, HDF5 crashes on both."""
    folder = tmp_path / "full"
    folder.mkdir()
    code = start(folder, code=FULL).wait(timeout=60)
    out, error = ((tmp_path / f"0.{kind}").read_text() for kind in ("out", "err"))
    assert (code, out.splitlines()) == (0, ["File too large"] * 2), error
    assert not list(folder.iterdir())
