"""Fetch packs and shelves from a path, a web address, or Hugging Face."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from artengine import __version__
from artengine.errors import UsageError, system_reason
from artengine.packs.archive import SUFFIX, sha256_of
from artengine.packs.manifest import LARGEST

Progress: TypeAlias = Callable[[int, int], None]
"""A function called with the number of received bytes, and the total, or 0 if it is unknown."""

HUGGING_FACE = "hf:"
"""Prefix of addresses on Hugging Face."""

_BLOCK = 1 << 18
_SECONDS = 30.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@contextmanager
def fetched(address: str, *, sha256: str = "", progress: Progress | None = None) -> Iterator[Path]:
    """Yield the local file or folder of a pack, for the duration of the block.

    Args:
        address: a file or folder, `https://...`, `hf:USER/REPO` of a repository with a single pack,
            or `hf:USER/REPO/FILE`.
        sha256: the required SHA-256 of the file; empty for any.
        progress: called during a download.

    Raises:
        UsageError: when there is no pack, or the connection fails.
    """
    with tempfile.TemporaryDirectory(prefix="artengine-") as folder:
        path = _local(address, Path(folder), progress or _ignored)
        if sha256 and (not path.is_file() or sha256_of(path) != sha256):
            raise UsageError(
                f"{address}: is not the pack that the shelf lists: its digest is another; tell "
                "whoever keeps the shelf"
            )
        yield path


def read_address(address: str, most: int) -> bytes:
    """Return the content of a file, by path or web address, of at most `most` bytes.

    Raises:
        UsageError: when it cannot be read, or is longer.
    """
    if not is_web(address):
        try:
            with Path(address).open("rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise UsageError(f"{address} cannot be read: {system_reason(error)}") from error
    else:
        with tempfile.TemporaryDirectory(prefix="artengine-") as folder:
            content = _download(address, Path(folder) / "file", most, _ignored).read_bytes()
    if len(content) > most:
        raise UsageError(f"{address}: longer than {most >> 10} KiB")
    return content


def is_web(address: str) -> bool:
    """Return whether an address is a web address. Raises UsageError for an unsafe one."""
    if "://" not in address:
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError as error:
        raise UsageError(f"{address[:200]}: no address: {error}") from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not safe or not host:
        raise UsageError(f"{address[:200]}: packs come from https:// addresses, files and folders")
    return True


def check_leads_on(address: str, other: str) -> None:
    """Check an address to which a server redirects or refers.

    It must be safe too, and only local servers may refer to local addresses (prevents SSRF).

    Raises:
        UsageError: when it is not allowed.
    """
    is_web(other)
    if _is_own(other) and not _is_own(address):
        raise UsageError(f"{address[:200]}: leads to this machine, which a web address must not")


def _is_own(address: str) -> bool:
    return urlsplit(address).hostname in _LOOPBACK


def _local(address: str, folder: Path, progress: Progress) -> Path:
    if address.startswith(HUGGING_FACE):
        return _hugging_face(address, folder, progress)
    if is_web(address):
        name = Path(urlsplit(address).path).name or "pack"
        return _download(address, folder / f"{name[:80]}", LARGEST, progress)
    path = Path(address)
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise UsageError(
            f"there is no pack at {address[:200]}; give a file that ends in {SUFFIX}, a folder, an "
            f"https:// address, or {HUGGING_FACE}USER/REPO"
        )
    return path


class _SafeRedirects(HTTPRedirectHandler):
    """Follows redirects only to allowed addresses."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        check_leads_on(req.full_url, newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, target: Path, most: int, progress: Progress) -> Path:
    """Download an address to a file. Raises UsageError."""
    request = Request(address, headers={"User-Agent": f"artengine/{__version__}"})  # noqa: S310
    try:
        with build_opener(_SafeRedirects).open(request, timeout=_SECONDS) as answer:
            length = int(answer.headers.get("Content-Length") or 0)
            if length > most:
                raise UsageError(f"{address}: {length >> 20} MiB; allowed: {most >> 20}")
            if "text/html" in (answer.headers.get("Content-Type") or ""):
                raise UsageError(f"{address}: the server sent a web page; ask for the file itself")
            arrived = 0
            with target.open("wb") as file:
                while block := answer.read(_BLOCK):
                    arrived += len(block)
                    if arrived > most:
                        raise UsageError(f"{address}: more than {most >> 20} MiB")
                    _write(file, block)
                    progress(arrived, length)
    except HTTPError as error:
        raise UsageError(f"{address}: the server answered {error.code} {error.reason}") from error
    except (TimeoutError, URLError, HTTPException, OSError, ValueError) as error:
        cause = getattr(error, "reason", None) or error
        raise UsageError(f"{address}: the connection failed: {cause}; try again later") from error
    if length and arrived < length:
        raise UsageError(
            f"{address}: the connection ended after {arrived} of {length} bytes; try again later"
        )
    return target


def _write(file: IO[bytes], block: bytes) -> None:
    """Write received bytes. Raises UsageError, so that a full disk is no connection error."""
    try:
        file.write(block)
        file.flush()
    except OSError as error:
        raise UsageError(
            f"{tempfile.gettempdir()} cannot be written to: {system_reason(error)}"
        ) from error


def _hugging_face(address: str, folder: Path, progress: Progress) -> Path:
    """Download a pack from a repository on Hugging Face. Raises UsageError."""
    try:
        from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError:
        raise UsageError(
            f"{address}: Hugging Face needs the extra hub: pip install 'artengine[hub]'"
        ) from None
    parts = address.removeprefix(HUGGING_FACE).split("/", 2)
    if len(parts) < 2 or not all(parts):
        raise UsageError(f"{address}: write it as {HUGGING_FACE}USER/REPO")
    repository, file = "/".join(parts[:2]), parts[2] if len(parts) > 2 else ""
    try:
        if not file:
            named = [n for n in HfApi().list_repo_files(repository) if n.endswith(SUFFIX)]
            if len(named) != 1:
                found = ", ".join(sorted(named)[:10]) or "none"
                raise UsageError(
                    f"{address}: name one of its packs as {HUGGING_FACE}{repository}/FILE; "
                    f"it has: {found}"
                )
            file = named[0]
        size = get_hf_file_metadata(hf_hub_url(repository, file)).size
        if size is None or size > LARGEST:
            length = "of unknown size" if size is None else f"{size >> 20} MiB"
            raise UsageError(f"{address}: {file} is {length}; allowed: {LARGEST >> 20} MiB")
        got = Path(hf_hub_download(repository, file, local_dir=folder))
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        text = str(error).strip().splitlines()
        raise UsageError(f"{address}: {text[0][:200] if text else type(error).__name__}") from error
    progress(got.stat().st_size, got.stat().st_size)
    return got


def _ignored(_arrived: int, _length: int) -> None:
    """Ignore progress."""
