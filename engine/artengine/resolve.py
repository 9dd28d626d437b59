"""Resolve everything that a preset's film depends on: weights, source, precision and versions."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from artengine import __version__
from artengine.arithmetic import arithmetic
from artengine.default_runtime import default_runtime, wanted_runtime
from artengine.digest import digest_of
from artengine.errors import ArtengineError, SourceError, WeightsError
from artengine.params import values_without_paths
from artengine.preset import Preset, to_toml
from artengine.preset.made_with import MADE_WITH, MadeWith, as_made, content_digest
from artengine.preset.migrations import migrate
from artengine.preset.places import origin_of
from artengine.preset.portable import portable, replaced, with_digests
from artengine.preset.toml_text import parse_toml
from artengine.provider import OWN, provider_of
from artengine.quickest import Quickest, precision_of, quickest
from artengine.weights import Weights, find_blended, older_values, packaged_weights

logger = logging.getLogger("artengine")


@dataclass(frozen=True)
class Resolved:
    """A preset with everything that determines the frames of its film.

    Args:
        preset: the preset, with resolved weights, runtime and precision.
        weights: its weights; None if the dream uses another network.
        weights_digest: the digest of their file; empty without weights.
        source: the source's name, its parameters without paths, and its fingerprint.
        plugins: the provider of each plugin of the preset that is not the engine's own.
        engine: the engine's version.
        blended: all weights of a blend, starting with `weights`; otherwise `weights` only.
        quickest: the timings that the runtime was chosen by, if it was "auto".
    """

    preset: Preset
    weights: Weights | None
    weights_digest: str
    source: Mapping[str, Any]
    plugins: Mapping[str, str]
    engine: str = __version__
    blended: tuple[Weights, ...] = ()
    quickest: Quickest | None = None

    @cached_property
    def identity(self) -> str:
        """A digest of all of it: films of the same identity have the same frames.

        The locations of files, the film's title and its output path are not part of it.
        """
        left_out = ("title", "about", "writers", "source", "train")
        table = with_digests(self.preset)
        kept = {word: value for word, value in table.items() if word not in left_out}
        kept["model"] = _without_weights(kept["model"])
        content = {
            "preset": kept,
            "weights": self.weights_digest,
            "source": dict(self.source),
            "plugins": dict(self.plugins),
            "engine": self.engine,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def recipe(self, folder: Path) -> str:
        """Return the TOML of a preset that makes the same film; it has no absolute paths.

        Args:
            folder: the folder of the film or the recipe; paths inside it are relative to it.
        """
        table, files = portable(self.preset, folder)
        return to_toml({**table, MADE_WITH: self._made_with(files).table()})

    @property
    def made_with(self) -> MadeWith:
        """How its film is made on this machine, without its files."""
        return self._made_with({})

    def _made_with(self, files: Mapping[str, str]) -> MadeWith:
        computes = self.preset.dream
        return made_with(
            files,
            engine=self.engine,
            arithmetic=arithmetic(computes.precision, computes.runtime),
            weights=self.weights_digest,
            source=content_digest(self.source["content"]),
            plugins=self.plugins,
        )


def made_with(files: Mapping[str, str], **known: Any) -> MadeWith:
    """Return the `MadeWith` of a recipe.

    Args:
        files: the real path of each file of the recipe, by its path in the recipe.
        known: the other fields of `MadeWith`.
    """
    paths = {name: Path(path) for name, path in files.items()}
    return MadeWith(
        **known,
        files={name: digest_of(path) for name, path in paths.items()},
        bytes={name: path.stat().st_size for name, path in paths.items() if path.is_file()},
        origins={name: origin_of(path) for name, path in paths.items() if origin_of(path)},
    )


def refuse_missing(preset: Preset) -> None:
    """Reject a recipe with files that were not found on this machine.

    Raises:
        WeightsError, SourceError: with a line for each file: its purpose and its origin.
    """
    if not preset.missing:
        return
    weights = all(missing.address[:2] == ("model", "weights") for missing in preset.missing)
    kind: type[ArtengineError] = WeightsError if weights else SourceError
    raise kind(*(f"{preset.name}: {missing.text}" for missing in preset.missing))


def resolve(preset: Preset, *, network: bool = True) -> Resolved:
    """Resolve the values that a preset leaves open.

    Args:
        network: whether the dream uses the preset's own network. Otherwise weights, runtime and
            precision are not resolved.

    Raises:
        WeightsError: when there are no weights, with the command that trains them.
        SourceError: when the source cannot be read.
    """
    refuse_missing(preset)
    blended = find_blended(preset) if network else ()
    weights, digest = (blended[0], _digest(blended)) if blended else (None, "")
    chosen = None
    if weights is not None:
        values = _resolved_values(preset, blended)
        preset = preset.with_values(values) if values else preset
        preset, chosen = _computed(preset, weights)
        before = preset.document.made_with.weights
        if before and before != digest and preset.weights in packaged_weights():
            logger.warning(
                "%s: the weights %s are not those that the recipe was made with; its film will "
                "differ",
                preset.name,
                preset.weights,
            )
    own = plugins_of(preset)
    resolved = Resolved(
        preset, weights, digest, _source(preset), own, blended=blended, quickest=chosen
    )
    _warn_of_source(resolved)
    return resolved


def _warn_of_source(resolved: Resolved) -> None:
    """Warn if the folder of a recipe's source has other pictures now; files are checked by name."""
    preset = resolved.preset
    before = preset.document.recipes.get(preset.document.written(("source", "path")), MadeWith())
    now = content_digest(resolved.source["content"])
    path = str(getattr(preset.source, "path", ""))
    if before.source and before.source != now and not digest_of(Path(path)):
        logger.warning(
            "%s: %s is not the content that the recipe was made with; its film may differ",
            preset.name,
            path or preset.source.name,
        )


def is_recipe_of(recipe: str, preset: Preset, folder: Path) -> bool:
    """Return whether a recipe is that of a preset's film, made on any machine.

    Args:
        recipe: the recipe's TOML.
        preset: the current preset.
        folder: the folder of the recipe.
    """
    try:
        made, _ = migrate(parse_toml(recipe))
        blended = find_blended(preset)
    except (ValueError, WeightsError):
        return False
    made_with = MadeWith.read(made.pop(MADE_WITH, None))
    made = as_made(made, made_with)
    preset = preset.with_values(_older(preset, blended[0]))
    # Compare the contents of files, not their paths.
    contents = {name: digest or Path(name).name for name, digest in made_with.files.items()}
    same = _compared(replaced(made, contents), preset) == _compared(with_digests(preset), preset)
    return same and made_with.weights == _digest(blended)


def _digest(blended: Sequence[Weights]) -> str:
    """The digest of a weights file, or of the digests of several."""
    digests = [digest_of(each.path) for each in blended]
    if len(digests) == 1:
        return digests[0]
    return f"sha256:{hashlib.sha256(' '.join(digests).encode()).hexdigest()}"


def _without_weights(model: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a model without the names of its weights; the position in a blend stays."""
    table = {name: value for name, value in model.items() if name != "weights"}
    given = model.get("weights")
    return table | ({"at": given.get("at")} if isinstance(given, Mapping) else {})


def _compared(table: Mapping[str, Any], preset: Preset) -> dict[str, Any]:
    """A table without the values that a render resolves: the weights' path, the runtime and
    precision, and a random start."""
    resolved = {"runtime": ("auto", "default"), "precision": ("auto",), "start": ("random",)}
    left_out = [name for name, words in resolved.items() if getattr(preset.dream, name) in words]
    dream = {name: value for name, value in table.get("dream", {}).items() if name not in left_out}
    return {**table, "model": _without_weights(table.get("model", {})), "dream": dream}


def _resolved_values(preset: Preset, blended: Sequence[Weights]) -> dict[str, Any]:
    """Values, by address, that the preset leaves to the machine and to its weights."""
    weights = blended[0]
    values = _older(preset, weights)
    if preset.blend is not None:
        shipped = {path: name for name, path in packaged_weights().items()}
        values["model.weights.blend"] = [
            shipped.get(each.path) or str(each.path.absolute()) for each in blended
        ]
    elif preset.weights not in packaged_weights():
        values["model.weights"] = str(weights.path.absolute())
    return values


def _computed(preset: Preset, weights: Weights) -> tuple[Preset, Quickest | None]:
    """The preset with the runtime and the precision resolved for this machine."""
    wanted, chosen = wanted_runtime(preset), None
    if wanted == "auto":
        chosen = quickest(preset, weights)
        runtime = chosen.runtime
    else:
        runtime = default_runtime(preset, weights) if wanted == "default" else wanted
    values: dict[str, str] = {}
    # Explicit values of the preset stay unchanged.
    if preset.dream.runtime != runtime:
        values["dream.runtime"] = runtime
    if preset.dream.precision == "auto":
        values["dream.precision"] = precision_of(preset, runtime)
    return (preset.with_values(values) if values else preset), chosen


def _older(preset: Preset, weights: Weights) -> dict[str, Any]:
    """Values of the model that its weights determine, by address."""
    return {f"model.{name}": value for name, value in older_values(preset, weights).items()}


def _source(preset: Preset) -> dict[str, Any]:
    """What a source's frames depend on; its paths only if it has no fingerprint."""
    source = preset.source
    content = source.fingerprint()
    parameters = values_without_paths(source) if content else source.model_dump(mode="json")
    return {"use": source.name, "parameters": parameters, "content": content}


def plugins_of(preset: Preset) -> dict[str, str]:
    """Return the provider of each plugin of a preset that is not the engine's own, by name."""
    kinds = dict.fromkeys(type(plugin) for plugin in preset.plugins())
    provided = {kind.name: provider_of(kind) for kind in kinds}
    return {name: str(each) for name, each in provided.items() if each.name != OWN}
