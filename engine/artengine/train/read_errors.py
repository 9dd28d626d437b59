"""Prepared footage that cannot be read any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artengine.errors import TrainingError
from artengine.train.manifest import Manifest, shard_name


@contextmanager
def reading_from(folder: Path) -> Iterator[None]:
    """Turn the ways in which tf.data fails at prepared footage into a `TrainingError`."""
    import tensorflow as tf

    errors = tf.errors
    try:
        yield
    except (
        errors.DataLossError,
        errors.InvalidArgumentError,
        errors.NotFoundError,
        errors.PermissionDeniedError,
    ) as error:
        raise damaged(folder, _first_damaged(folder)) from error


def damaged(folder: Path, path: Path) -> TrainingError:
    """The error for a file of prepared footage that cannot be read."""
    return TrainingError(
        f"{path}: is damaged or gone; remove the folder {folder} and prepare again"
    )


def _first_damaged(folder: Path) -> Path:
    """The first file that cannot be read to its end; the folder where there is none."""
    import tensorflow as tf

    manifest = Manifest.read(folder)
    if manifest is None:
        return folder / Manifest.FILE
    for number, shard in enumerate(manifest.shards):
        path = folder / shard_name(number)
        records = tf.data.TFRecordDataset(str(path))
        try:
            if records.reduce(0, lambda count, _: count + 1) != shard.frames:
                return path
        except tf.errors.OpError:
            return path
    return folder if manifest.finished else folder / shard_name(len(manifest.shards))
