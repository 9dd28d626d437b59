"""Checks across the tables of a preset, which are valid individually."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from artengine.catalog import Catalog
from artengine.curves import Curve
from artengine.loss_weights import LossWeights
from artengine.model import Model
from artengine.params import Problem, plainly
from artengine.settings import DreamSettings, TrainSettings


def check_training(
    model: Model, train: TrainSettings, table: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield mistakes for a loss that the model cannot use.

    Args:
        table: the preset's `train` table.
    """
    adversarial = train.loss.adversarial if isinstance(train.loss, LossWeights) else 0.0
    if adversarial and not model.differentiable:
        yield Problem(
            ("train", "loss", "adversarial"),
            f'"{model.name}" samples its frames, and no gradient of this loss reaches it; '
            "leave it out, or take another model",
        )
    alone = adversarial and train.loss == LossWeights(adversarial=adversarial)
    if type(model).loss is not Model.loss and "loss" in table and not alone:
        or_added = ", or write { adversarial = 0.01 }, which is added to it"
        yield Problem(
            ("train", "loss"),
            f'"{model.name}" has its own loss, so this one is not used; leave it out'
            f"{or_added if model.differentiable else ''}",
        )


def check_dream(
    model: Model,
    dream: DreamSettings,
    curves: Mapping[str, Curve],
    catalog: Catalog,
    *,
    state: bool,
) -> Iterator[Problem]:
    """Yield mistakes for settings that the model does not support.

    Args:
        curves: the curves of the dream's numbers.
        state: whether there are effects on the network's state.
    """
    curve = curves.get("truth_frames")
    replaced = [dream.truth_frames, *(curve.values() if curve else ())]
    if max(replaced) > model.context:
        yield Problem(
            ("dream", "truth_frames"),
            f"{plainly(max(replaced))} given; allowed: a whole number from 0 to {model.context}, "
            "the frames that the model sees",
        )
    carries = type(model).carries_state()
    spatial = carries and model.has_spatial_state
    for address, given, what, able in (
        (("dream", "warmup"), dream.warmup, "no state to warm up", carries),
        (("state",), state, "no state that effects can process", spatial),
    ):
        if given and not able:
            kinds = catalog.models.values()
            others = [
                kind.name
                for kind in kinds
                if kind.carries_state() and (kind.has_spatial_state or address != ("state",))
            ]
            yield Problem(
                address,
                f'"{model.name}" carries {what} from frame to frame; remove this, or take a '
                f"model that does: {', '.join(others) or 'none here'}",
            )
    seen_first = dream.context_order == "newest-first"
    restored_first = dream.truth_slots == "oldest"
    if (
        model.sees == "newest"
        and curve is None
        and 0 < dream.truth_frames < model.context
        and seen_first != restored_first
    ):
        yield Problem(
            ("dream", "truth_frames"),
            f'"{model.name}" sees one frame at each step, and that frame is not replaced by one '
            'of the source; mix the source in with [[feedback]] use = "blend", or take '
            f"truth_frames = {model.context} or another dream.truth_slots",
        )
