"""Read and write the files of packs: zip archives with the files that their manifest lists."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from artengine.errors import UsageError
from artengine.pack_folders import MANIFEST
from artengine.packs.manifest import LARGEST, LONGEST, MOST_FILES, Manifest

SUFFIX = ".artpack"
"""The suffix of packs."""

_BLOCK = 1 << 20
_MOST_OVERHEAD = 64 << 20
_LONGEST_READ = 8 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def write_pack(path: Path, folder: Path, manifest: Manifest) -> None:
    """Write the files of a folder as a pack. The same files make the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
        _write(pack, MANIFEST, manifest.text().encode())
        for file in manifest.files:
            _write(pack, file.path, (folder / file.path).read_bytes())


def _write(pack: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # with a fixed time
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    pack.writestr(entry, content, zipfile.ZIP_DEFLATED)


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a pack's file, or of the folder of an unpacked pack.

    Raises:
        UsageError: when it is not a pack.
    """
    if path.is_dir():
        return Manifest.read(_folder_manifest(path), str(path))
    with _opened(path) as pack:
        return _manifest(pack, path)


def unpack(path: Path, folder: Path) -> Manifest:
    """Write the files of a pack to an empty folder, and verify each.

    Only files in the manifest, with the sizes given there, are written. The caller removes the
    folder when this raises.

    Args:
        path: a pack's file, or a folder with a pack's files.
        folder: an empty folder.

    Raises:
        UsageError: when the pack is broken or does not match its manifest.
        OSError: when a file cannot be written.
    """
    if path.is_dir():
        return _copy_folder(path, folder)
    with _opened(path) as pack:
        manifest = _manifest(pack, path)
        entries = {entry.filename: entry for entry in pack.infolist()}
        listed = {file.path for file in manifest.files} | {MANIFEST}
        for name in entries:
            if name not in listed:
                raise UsageError(
                    f"{path.name}: holds a file that its manifest does not list: {name[:80]}"
                )
        for file in manifest.files:
            entry = entries.get(file.path)
            if entry is None:
                raise UsageError(f"{path.name}: lacks the file {file.path}")
            if entry.file_size != file.size:
                raise UsageError(
                    f"{path.name}: {file.path} has {entry.file_size} bytes, its manifest says "
                    f"{file.size}"
                )
        for file in manifest.files:
            try:
                with pack.open(entries[file.path]) as content:
                    _copy(content, folder / file.path, file.size, file.sha256)
            except _BROKEN as error:
                raise UsageError(f"{path.name}: {file.path}: {_text(error)}") from error
        (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
        return manifest


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of all bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_folder(path: Path, folder: Path) -> Manifest:
    manifest = Manifest.read(_folder_manifest(path), str(path))
    for file in manifest.files:
        source = path / file.path
        if not source.is_file() or not source.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"{path}: lacks the file {file.path}")
        try:
            with source.open("rb") as content:
                _copy(content, folder / file.path, file.size, file.sha256)
        except ValueError as error:
            raise UsageError(f"{path}: {file.path}: {error}") from error
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return manifest


def _folder_manifest(path: Path) -> str:
    file = path / MANIFEST
    try:
        if file.stat().st_size > LONGEST:
            raise UsageError(f"{file}: longer than {LONGEST >> 20} MiB")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"the folder {path} holds no {MANIFEST}, and so is no pack; make one with "
            "artengine pack"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: {_text(error)}") from error


class _ShortReads(io.FileIO):
    """A file that rejects long reads: zipfile reads the central directory at once, and one of
    gigabytes would fill the memory before it can be rejected."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LONGEST_READ:
            raise zipfile.BadZipFile("the list of its files is too long")
        return super().read(size)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    if not path.is_file():
        # Reject pipes and devices, which may never end.
        raise UsageError(f"there is no file {path}")
    try:
        file = _ShortReads(path)
    except OSError as error:
        raise UsageError(f"{path.name}: no pack: {_text(error)}") from error
    with file:
        try:
            if file.seek(0, io.SEEK_END) > LARGEST + _MOST_OVERHEAD:
                raise UsageError(f"{path.name}: larger than {LARGEST >> 30} GiB")
            pack = zipfile.ZipFile(file)
        except (OSError, *_BROKEN) as error:
            raise UsageError(
                f"{path.name}: no pack: {_text(error)}; a pack is a file that artengine pack makes"
            ) from error
        with pack:
            _check_entries(pack, path.name)
            yield pack


def _check_entries(pack: zipfile.ZipFile, label: str) -> None:
    """Reject archives with anything but plain files, before reading their content."""
    entries = pack.infolist()
    if len(entries) > MOST_FILES + 1:
        raise UsageError(f"{label}: holds more than {MOST_FILES:,} files")
    names = set()
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        shown = entry.filename[:80]
        if kind not in (0, stat.S_IFREG) or entry.is_dir():
            raise UsageError(f"{label}: {shown} is no plain file")
        if entry.flag_bits & 0x1:
            raise UsageError(f"{label}: {shown} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UsageError(f"{label}: {shown} is compressed in a way that packs are not")
        if entry.filename.casefold() in names:
            raise UsageError(f"{label}: holds {shown} twice")
        names.add(entry.filename.casefold())
    if sum(entry.file_size for entry in entries) > LARGEST + LONGEST:
        raise UsageError(f"{label}: unpacks to more than {LARGEST >> 30} GiB")


def _manifest(pack: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        entry = pack.getinfo(MANIFEST)
    except KeyError:
        raise UsageError(f"{path.name}: holds no {MANIFEST}, and so is no pack") from None
    if entry.file_size > LONGEST:
        raise UsageError(f"{path.name}: {MANIFEST} is longer than {LONGEST >> 20} MiB")
    try:
        with pack.open(entry) as content:
            text = content.read(LONGEST + 1)
        return Manifest.read(text.decode(), path.name)
    except (UnicodeDecodeError, *_BROKEN) as error:
        raise UsageError(f"{path.name}: {MANIFEST}: {_text(error)}") from error


def _copy(content: IO[bytes], target: Path, size: int, sha256: str) -> None:
    """Copy at most `size` bytes. Raises ValueError if size or digest differ."""
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("xb") as file:
        for block in _blocks(content):
            written += len(block)
            if written > size:
                raise ValueError(f"has more than the {size} bytes that the manifest says")
            digest.update(block)
            file.write(block)
    if written < size:
        raise ValueError(f"has {written} bytes, its manifest says {size}")
    if digest.hexdigest() != sha256:
        raise ValueError("has another content than its manifest says; get the pack again")


def _blocks(content: IO[bytes]) -> Iterator[bytes]:
    while block := content.read(_BLOCK):
        yield block


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)[:200] or type(error).__name__
