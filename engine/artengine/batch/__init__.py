"""Batches, which render combinations of presets and seeds as pieces of a gallery."""

from artengine.batch.job import Job, parse_seeds, plan
from artengine.batch.outcome import FAILED, Outcome, set_aside
from artengine.batch.render import render_job
from artengine.batch.run import run

__all__ = ["FAILED", "Job", "Outcome", "parse_seeds", "plan", "render_job", "run", "set_aside"]
