"""The `weights` of a preset's `[model]`: of one network, or a blend of several."""

from __future__ import annotations

from typing import ClassVar

from artengine.binding import Binding
from artengine.params import Param, Plugin, TableError
from artengine.preset.plugins import PluginTables


class WeightBlend(Plugin):
    """Weights interpolated between several networks of the same shape, linearly between
    neighbours."""

    name: ClassVar[str] = "weights"
    kind: ClassVar[str] = "blend"

    blend: list[str] = Param(min_length=2, max_length=64)
    """The networks in order: packaged names, run folders or weights files. "runs/a@100" is the run
    after 100 steps, if it kept those weights; "runs/a@best" its best and "runs/a@last" its last."""

    at: float = Param(ge=0, le=1, automatable=True)
    """Position between them: 0 is the first network, 1 the last."""


def weight_tables(plugins: PluginTables) -> tuple[str | None, Binding | None]:
    """Return the weights that a preset names, or the first of a blend, and the blend with its
    curve. Mistakes are added to `plugins`."""
    table = plugins.model_table()
    if not isinstance(table.get("weights"), dict):
        return plugins.weights(), None
    given = dict(table["weights"])
    address = ("model", "weights")
    plugins.curve_files((*address, "at"), given.get("at"))
    names = given.get("blend")
    if isinstance(names, list) and all(isinstance(name, str) and name for name in names):
        given["blend"] = [
            plugins.weights_path((*address, "blend", number), name)
            for number, name in enumerate(names)
        ]
    table["weights"] = given
    try:
        binding = Binding.parse(WeightBlend, given, plugins.catalog.curves, plugins.names)
    except TableError as error:
        plugins.problems += [problem.inside(*address) for problem in error.problems]
        return None, None
    return given["blend"][0], binding
