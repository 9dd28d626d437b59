"""Help on the keys of a preset's tables, as data for the command line and other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from artengine.audio import FEATURES
from artengine.bend import BENDS, Bend
from artengine.catalog import KINDS, Catalog, Kind
from artengine.curves import TEXT
from artengine.curves.functions import vocabulary
from artengine.errors import UsageError, did_you_mean
from artengine.loss_weights import LossWeights
from artengine.masks.functions import vocabulary as pictures
from artengine.preset.address import LISTS
from artengine.preset.audio_settings import AudioSettings, FeatureSettings
from artengine.preset.bend_tables import ABOUT as BEND
from artengine.preset.govern_settings import GovernSettings
from artengine.preset.heading import Heading
from artengine.preset.named_curves import ABOUT as CURVES
from artengine.preset.time_settings import TimeSettings
from artengine.preset.weight_tables import WeightBlend
from artengine.reference import Parameter, about, all_parameters, parameters
from artengine.settings import DreamSettings, TrainSettings

SETTINGS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "top": Heading,
        "model.weights": WeightBlend,
        "train": TrainSettings,
        "train.loss": LossWeights,
        "dream": DreamSettings,
        "time": TimeSettings,
        "audio": AudioSettings,
        "audio.feature": FeatureSettings,
        "govern": GovernSettings,
    }
)
"""Tables with fixed keys; `top` has the top-level keys."""

WEIGHTS = (
    "weights are those of one network, by the name of packaged weights, a run folder or a weights "
    'file ("runs/a@100" is the run after 100 steps), or a blend of several.'
)
"""The help on the weights of a model."""

PLUGIN_TABLES: Mapping[str, tuple[Kind, str]] = MappingProxyType(
    {
        "source": ("source", "The clip that the network learns, and from which dreams start."),
        "model": ("model", f"The network that predicts the next frame. {WEIGHTS}"),
        "feedback": ("effect", "Effects on each prediction before it is fed back, in order."),
        "state": ("effect", "Effects on the state of a recurrent network, in order."),
        "output": ("effect", "Effects on the film only, not fed back, in order."),
        "curves": ("curve", CURVES),
        "writers": ("writer", "The files that a film is written to."),
    }
)
"""Tables whose keys are those of the plugin that they `use`: its kind, and the table's help."""

MASKS = (
    "Where an effect is visible, as the text of its key mask: 0 shows the frame before the effect, "
    "1 shows the effect, and values in between blend both. A parameter that accepts a field takes "
    "the same text in place of a number, and has a value for each pixel. A mask is an expression "
    "of pictures and numbers; its estimated time may be at most 25 ms per frame at 512x512. "
    "Pictures are compared, combined with and, or, not (or &, |, ~) and used in arithmetic; and is "
    "the minimum, or the maximum, and not is 1 minus the value, so that soft edges stay soft. "
    "Names such as luma refer to the input frame of the effect, truth.luma to the source, and "
    "last.luma to the effect's previous input frame. In a parameter that accepts a field, motion "
    "and noise alone are numbers if the film has signals of these names; write field(motion) or "
    "dream.motion for the picture. A bend also accepts a mask: it is applied before the frame "
    "exists, so it sees the newest frame, as last.luma, last.edges and last.hue."
)
"""The help on masks."""
_BLENDED = parameters(WeightBlend)
_BENDS = {f"bend.{operation}": kind for operation, kind in BENDS.items()}
"""The bends by their names in `explain`."""

EDITING = (
    "A preset that extends another one replaces this list by [[{0}]] tables, or edits it by "
    '[{0}.NAME] tables: at = "start", at = "end", before or after another NAME adds an entry, '
    "remove = true removes one, and anything else changes one."
)
"""The help on editing, for every table that has a list of plugins."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The help on a table of a preset, or on a plugin.

    Args:
        name: its name in a preset: `dream`, `[[feedback]]`, or the plugin's name.
        kind: "table", "text" for masks, or the plugin's kind.
        about: its description, in one or two paragraphs.
        keys: its keys, in the order of declaration.
        choices: the plugins that `use` may name, the kinds of curves, or the features of sounds,
            with a sentence for each; empty if there are none.
        words: the names and functions of expressions, with descriptions; empty elsewhere.
    """

    name: str
    kind: str
    about: str
    keys: tuple[Parameter, ...]
    choices: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return the help in JSON types."""
        return {
            "name": self.name,
            "kind": self.kind,
            "about": self.about,
            "keys": [asdict(key) for key in self.keys],
            "choices": dict(self.choices),
            "words": dict(self.words),
        }


def explain(name: str, catalog: Catalog) -> list[Explained]:
    """Return the help on a table of presets, or on the plugins of a name.

    Args:
        name: `dream`, `train`, `train.loss`, `time`, `audio`, `audio.feature`, `govern`,
            `top`, `model.weights`; `source`, `model`, `feedback`, `state`, `output`, `curves`,
            `writers`; `masks`; `bend` or, of one operation, `bend.scale`; or the name of a plugin.

    Returns:
        Everything with that name, at least one: a model and an effect may have the same name.

    Raises:
        UsageError: when there is nothing of that name.
    """
    if name in SETTINGS:
        table = SETTINGS[name]
        features = FEATURES if table is AudioSettings else {}
        return [Explained(name, "table", about(table), parameters(table), features)]
    if name == "masks":
        return [Explained(name, "text", MASKS, (), {}, pictures())]
    if name == "bend":
        choices = {operation: about(kind) for operation, kind in BENDS.items()}
        description = f"{BEND}\n\n{EDITING.format(name)}"
        return [Explained(name, "table", description, all_parameters(Bend), choices)]
    if name in _BENDS:
        return [Explained(name, "table", about(_BENDS[name]), all_parameters(_BENDS[name]), {})]
    if name in PLUGIN_TABLES:
        kind, description = PLUGIN_TABLES[name]
        plugins = catalog.plugins(kind)
        controls = next((each.controls for each in plugins.values() if each.controls), None)
        keys = parameters(controls) if controls else ()
        if name == "model":
            keys = tuple(replace(each, name=f"weights.{each.name}") for each in _BLENDED)
        description += f"\n\n{EDITING.format(name)}" if name in LISTS else ""
        choices = {use: about(plugin) for use, plugin in plugins.items()}
        words = vocabulary() if kind == "curve" else {}
        return [Explained(name, "table", description, keys, choices, words)]
    found = [
        Explained(
            name,
            kind,
            about(plugin),
            all_parameters(plugin),
            {},
            vocabulary() if TEXT in plugin.model_fields else {},
        )
        for kind in KINDS
        if (plugin := catalog.plugins(kind).get(name)) is not None
    ]
    if not found:
        tables: Sequence[str] = [*SETTINGS, "bend", *PLUGIN_TABLES, "masks"]
        known = [*tables, *_BENDS, *(use for kind in KINDS for use in catalog.plugins(kind))]
        raise UsageError(
            f'nothing in a preset is called "{name}"{did_you_mean(name, known)}; tables are: '
            f"{', '.join(tables)}; for the names of plugins see artengine plugins list"
        )
    return found
