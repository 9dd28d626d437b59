"""Presets: TOML files that list plugins, in order, with their parameters."""

from artengine.preset.build import Preset, build
from artengine.preset.files import remember
from artengine.preset.find import find_preset, list_presets, packaged_folder
from artengine.preset.find_again import changed_weights
from artengine.preset.load import load_preset, load_recipe, parse_preset
from artengine.preset.override import Override, parse_overrides
from artengine.preset.recipe import to_toml
from artengine.preset.summary import summary

__all__ = [
    "Override",
    "Preset",
    "build",
    "changed_weights",
    "find_preset",
    "list_presets",
    "load_preset",
    "load_recipe",
    "packaged_folder",
    "parse_overrides",
    "parse_preset",
    "remember",
    "summary",
    "to_toml",
]
