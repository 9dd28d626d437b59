"""Find a preset's weights, and build the network with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from artengine.errors import WeightsError, did_you_mean
from artengine.frame import Size
from artengine.model import Model
from artengine.params import is_path
from artengine.preset import Preset, changed_weights, list_presets, packaged_folder
from artengine.subprocesses import command_line

if TYPE_CHECKING:
    import keras

SUFFIX = ".weights.h5"
BEST = "best" + SUFFIX


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file and the parts of its JSON description that the engine reads.

    Args:
        path: path of the file.
        model: the network's name and parameters.
        train_size: width and height that it was trained at, in pixels, if known.
        measured: metrics from the training.
    """

    path: Path
    model: Mapping[str, Any]
    train_size: Size | None
    measured: Mapping[str, Any]


def packaged_weights() -> dict[str, Path]:
    """Return the weights packaged with the engine, by name."""
    files = sorted((packaged_folder() / "weights").glob(f"*{SUFFIX}"))
    return {file.name.removesuffix(SUFFIX): file for file in files}


def find_weights(preset: Preset) -> Weights:
    """Find the weights a preset names: a packaged name, a run folder or a weights file.

    A preset that names none uses those of its own training, `runs/NAME`.

    Raises:
        WeightsError: when there are none, with the command that trains them.
    """
    return _find(preset, preset.weights)


def find_blended(preset: Preset) -> tuple[Weights, ...]:
    """Find all weights that a preset blends, or its only ones. Raises as `find_weights` does."""
    if preset.blend is None:
        return (find_weights(preset),)
    return tuple(_find(preset, name) for name in preset.blend.plugin.model_dump()["blend"])


def _find(preset: Preset, name: str | None) -> Weights:
    default_run = _default_run(preset)
    if name is None:
        if not (default_run / BEST).is_file():
            raise WeightsError(
                f"{preset.name}: names no weights and there is no trained run in {default_run}; "
                f"make them with: {_command(preset, default_run)}"
            )
        return read_weights(default_run / BEST)
    packaged = packaged_weights()
    if name in packaged:
        return read_weights(packaged[name])
    path = Path(name)
    run, mark, step = name.rpartition("@")
    if mark and not path.exists():
        return read_weights(_kept(Path(run), step))
    if path.is_dir():
        if not (path / BEST).is_file():
            raise WeightsError(
                f"{path}: no trained weights in this folder yet; make them with: "
                f"{_command(preset, path)}"
            )
        return read_weights(path / BEST)
    if path.is_file():
        if not path.name.endswith(SUFFIX):
            raise WeightsError(f"{path}: not a weights file; its name must end in {SUFFIX}")
        return read_weights(path)
    known = ", ".join(packaged)
    # Training makes one network, not a blend.
    where, other = (": model.weights.blend", "") if preset.blend else ("", _other_weights(preset))
    raise WeightsError(
        f'{preset.name}{where}: no weights "{name}"{did_you_mean(name, list(packaged))}; packaged '
        f"are: {known or 'none'}{other and f'; or {other}'}"
    )


def _kept(run: Path, step: str) -> Path:
    """The weights that a run kept for a step; `best` and `last` are allowed as steps.

    Raises:
        WeightsError: when there are none, with the steps that were kept.
    """
    files = [run / BEST, run / f"last{SUFFIX}", *sorted((run / "kept").glob(f"*{SUFFIX}"))]
    found: dict[str, Path] = {}
    for file in filter(Path.is_file, files):
        measured = read_weights(file).measured
        found |= {file.name.removesuffix(SUFFIX): file, str(measured.get("step")): file}
    if step in found:
        return found[step]
    known = ", ".join(key for key in found if key.isdigit() or key in ("best", "last"))
    raise WeightsError(
        f"{run}: no weights of step {step}; there are: {known or 'none'}; a training keeps them "
        "with train.keep_every"
    )


def build_network(
    preset: Preset, weights: Weights, precision: Literal["float32", "bfloat16"] = "float32"
) -> keras.Model:
    """Build the preset's network and load the weights.

    Args:
        precision: precision of its layers.

    Raises:
        WeightsError: when they are for another model or other parameters.
    """
    check_made_for(preset, weights)
    from artengine.nn.precision import precision_scope
    from artengine.nn.weights import load_weights

    with precision_scope(precision):
        network = preset.model.build()
    load_weights(weights.path, network)
    return network


def check_made_for(preset: Preset, weights: Weights) -> None:
    """Reject weights of another network than the preset's. Raises `WeightsError`."""
    wanted, made_for = model_table(preset), made_for_model(preset.model, weights)
    if made_for and made_for != wanted:
        message = changed_weights(preset.document.made_with, weights.path) or (
            f"{weights.path}: made {_difference(made_for, wanted)}, or {_other_weights(preset)}"
        )
        raise WeightsError(message)


def _difference(made_for: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """The difference between the weights' model and the preset's, with the remedy."""
    theirs = {name: value for name, value in made_for.items() if wanted.get(name) != value}
    if made_for.get("use") != wanted["use"] or not theirs.keys() <= wanted.keys():
        return (
            f"for {model_words(made_for)}, while the preset asks for {model_words(wanted)}; give "
            "the preset that model"
        )
    ours = {name: wanted[name] for name in theirs}
    return f"with {_values(theirs)}, while the preset has {_values(ours)}; write theirs in [model]"


def made_for_model(model: Model, weights: Weights) -> dict[str, Any]:
    """Return the table of the network that weights were made for, in the form of `model_table`. A
    parameter of the model that is newer than the weights gets its value from `earlier`."""
    made_for = weights.model
    if not _fits_model(model, made_for):
        return dict(made_for)
    return {**_defaults(model), **_earlier(model), **made_for, "use": model.name}


def older_values(preset: Preset, weights: Weights) -> dict[str, Any]:
    """Return values for the model's parameters that are newer than the weights and that the preset
    leaves at their defaults, so that the network matches the weights."""
    model, made_for = preset.model, weights.model
    if not _fits_model(model, made_for):
        return {}
    return {
        name: value
        for name, value in _earlier(model).items()
        if name not in made_for and getattr(model, name) == _defaults(model).get(name)
    }


def _fits_model(model: Model, made_for: Mapping[str, Any]) -> bool:
    """Whether weights are of the model, or of the one whose network it shares."""
    return made_for.get("use") in {model.name, model.network_of} - {None}


def _earlier(model: Model) -> dict[str, Any]:
    """The network-shaping parameters that were added later, with values for older weights."""
    return {name: value for name, value in model.earlier.items() if name in type(model).shaping()}


def _default_run(preset: Preset) -> Path:
    return Path("runs") / preset.name


def _command(preset: Preset, run: Path) -> str:
    """The command that trains the preset into a run folder."""
    words = ["artengine", "train", _preset_argument(preset)]
    changed = {override.address: override for override in preset.overrides}
    for address, override in changed.items():
        if override.origin == "--source":
            words += ["--source", str(override.value["path"])]
        elif address[0] in ("source", "model", "train") and address != ("model", "weights"):
            words += ["--set", override.written]
    fields = type(preset.source).model_fields
    for name in (name for name, info in fields.items() if is_path(info)):
        # Add the clip if the preset would not find it by itself.
        given = getattr(preset.source, name)
        if ("source", name) in changed or ("source",) in changed:
            continue
        if preset.path is None or not Path(given).is_relative_to(preset.path.absolute().parent):
            words += ["--set", f"source.{name}={given}"]
    if run != _default_run(preset):
        words += ["-o", str(run)]
    return command_line(words)


def _preset_argument(preset: Preset) -> str:
    """The name or path of the preset on a command line."""
    found, _ = list_presets().get(preset.name, (None, ""))
    return preset.name if preset.path is None or preset.path == found else str(preset.path)


def _other_weights(preset: Preset) -> str:
    """Advice on how to train weights for a preset that names others, in a new folder."""
    run = _default_run(preset)
    number = 2
    while run.exists():
        run = _default_run(preset).with_name(f"{preset.name}-{number}")
        number += 1
    named = command_line(["--set", f"model.weights={run}"])
    return f"train with: {_command(preset, run)}; and dream with {named}"


def model_table(preset: Preset) -> dict[str, Any]:
    """Return the model's name and the parameters that shape its network, which are all except the
    automatable ones, in the form of a weights file's description."""
    return shape_table(preset.model)


def shape_table(model: Model) -> dict[str, Any]:
    """Return the same for a model."""
    return {"use": model.name, **model.model_dump(mode="json", include=set(type(model).shaping()))}


def _defaults(model: Model) -> dict[str, Any]:
    """The default values of the parameters that shape a model's network."""
    fields = type(model).model_fields
    return {
        name: fields[name].get_default(call_default_factory=True)
        for name in type(model).shaping()
        if not fields[name].is_required()
    }


def model_words(model: Mapping[str, Any]) -> str:
    """Format a result of `model_table`, such as `swift (context = 5, width = 64)`."""
    return f"{model.get('use')} ({_values({k: v for k, v in model.items() if k != 'use'})})"


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in values.items())


def read_weights(path: Path) -> Weights:
    """Read the description of a weights file. Raises `WeightsError`."""
    about = path.with_name(path.name.removesuffix(SUFFIX) + ".json")
    try:
        text = about.read_bytes() if about.is_file() else b"{}"
    except OSError as error:
        raise WeightsError(f"{about}: cannot be read: {error.strerror}") from error
    try:
        return Weights(path, *_described(json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise WeightsError(
            f"{about}: does not describe weights: {error}; remove it, or take the one that was "
            "made with them"
        ) from error


def _described(description: object) -> tuple[Mapping[str, Any], Size | None, Mapping[str, Any]]:
    """Model, size and metrics of a description. Raises `ValueError`."""
    tables = []
    for name in ("model", "training", "measured"):
        table = description.get(name, {}) if isinstance(description, dict) else None
        if not isinstance(table, dict):
            raise ValueError(f"{name} must be a table")  # noqa: TRY004 - of a file
        tables.append(table)
    model, training, measured = tables
    size = training.get("size")
    if size is None:
        return model, None, measured
    if not isinstance(size, list) or [type(side) for side in size] != [int, int] or min(size) < 1:
        raise ValueError("training.size must be two whole numbers above 0")
    return model, (size[0], size[1]), measured
