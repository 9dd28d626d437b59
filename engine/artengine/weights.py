"""Finding a preset's weights, and making the network that holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artengine.errors import WeightsError, did_you_mean
from artengine.preset import Preset, packaged_folder

if TYPE_CHECKING:
    import keras

SUFFIX = ".weights.h5"
BEST = "best" + SUFFIX


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file and what its JSON file says of it: network, context and training."""

    path: Path
    description: Mapping[str, Any]

    @property
    def train_size(self) -> tuple[int, int] | None:
        """Width and height the network was trained at, in pixels."""
        size = self.description.get("training", {}).get("size")
        return (int(size[0]), int(size[1])) if size else None


def packaged_weights() -> dict[str, Path]:
    """The weights that come with the engine, by name."""
    files = sorted((packaged_folder() / "weights").glob(f"*{SUFFIX}"))
    return {file.name.removesuffix(SUFFIX): file for file in files}


def find_weights(preset: Preset) -> Weights:
    """Find the weights a preset names: a packaged name, a run folder or a weights file.

    A preset that names none has those of its own training, `runs/NAME`.

    Raises:
        WeightsError: when there are none, with the command that makes them.
    """
    name = preset.weights
    target = str(preset.path) if preset.path else preset.name
    default_run = Path("runs") / preset.name
    remedy = f"make them with: artengine train {target}"
    if name is None:
        if not (default_run / BEST).is_file():
            raise WeightsError(
                f"{preset.name}: names no weights and there is no trained run in {default_run}; "
                f"{remedy}"
            )
        return _read(default_run / BEST)
    packaged = packaged_weights()
    if name in packaged:
        return _read(packaged[name])
    path = Path(name)
    if path.is_dir():
        if not (path / BEST).is_file():
            raise WeightsError(f"{path}: no trained weights in this folder yet; {remedy}")
        return _read(path / BEST)
    if path.is_file():
        if not path.name.endswith(SUFFIX):
            raise WeightsError(f"{path}: not a weights file; its name must end in {SUFFIX}")
        return _read(path)
    known = ", ".join(packaged)
    raise WeightsError(
        f'{preset.name}: no weights "{name}"{did_you_mean(name, list(packaged))}; packaged are: '
        f"{known or 'none'}; or {remedy}"
    )


def build_network(preset: Preset, weights: Weights) -> keras.Model:
    """Build the preset's network and give it the weights.

    Raises:
        WeightsError: when they were made for another model or other parameters.
    """
    made_for = weights.description.get("model", {})
    wanted = model_table(preset)
    if made_for and made_for != wanted:
        raise WeightsError(
            f"{weights.path}: made for {_words(made_for)}, while the preset asks for "
            f"{_words(wanted)}; give the preset that model, or train new weights with: "
            f"artengine train {preset.path or preset.name}"
        )
    from artengine.nn.weights import load_weights

    network = preset.model.build()
    load_weights(weights.path, network)
    return network


def model_table(preset: Preset) -> dict[str, Any]:
    """The model's name and every parameter, as a weights file's description holds them."""
    return {"use": preset.model.name, **preset.model.model_dump(mode="json")}


def _words(model: Mapping[str, Any]) -> str:
    rest = ", ".join(f"{key} = {value}" for key, value in model.items() if key != "use")
    return f"{model.get('use')} ({rest})"


def _read(path: Path) -> Weights:
    about = path.with_name(path.name.removesuffix(SUFFIX) + ".json")
    try:
        description = json.loads(about.read_text(encoding="utf-8")) if about.is_file() else {}
    except (OSError, ValueError) as error:
        raise WeightsError(f"{about}: cannot be read: {error}") from error
    return Weights(path, description)
