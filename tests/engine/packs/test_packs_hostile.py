"""Malicious packs: they are refused and leave no files."""

from __future__ import annotations

import random
import re
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packing import PRESET, listed, write

from artengine import folders
from artengine.cli import main
from artengine.errors import UsageError
from artengine.packs.archive import read_manifest
from artengine.packs.install import install
from artengine.packs.installed import installed_packs, remove_pack
from artengine.packs.manifest import LONGEST, MOST_FILES, Manifest
from artengine.preset.toml_text import MOST_BRACKETS

HOSTILE = 500

PATHS = (
    "../a.toml",
    "../../../../../../tmp/a.png",
    "/etc/a.toml",
    "C:\\a.toml",
    "c:/a.png",
    "files\\..\\..\\a.png",
    "files/../../a.png",
    "./a.png",
    "files//a.png",
    ".hidden.png",
    "files/.hidden/a.png",
    "con.png",
    "files/nul.toml",
    "a.png.",
    "a .png ",
    "a:b.png",
    "a\n.png",
    "a\x1b[31m.png",
    "\u202egnp.png",
    "a/b/c/d/e.png",
    "x" * 300 + ".png",
    "run.py",
    "evil.so",
    "autorun.inf",
    "files/script.sh",
    "a.pickle",
    "sitecustomize.pyc",
    "a.svg",
    "a.html",
    "noending",
)


def escapes(rng: random.Random, path: Path) -> Path:
    name = rng.choice(PATHS)
    entries = {"a.toml": PRESET, name: b"x" * rng.randrange(50)}
    return write(path, entries, listed(entries))


def lies(rng: random.Random, path: Path) -> Path:
    """Write a pack whose manifest does not match its archive."""
    entries = {"a.toml": PRESET, "files/b.png": bytes(rng.randrange(1, 3000))}
    text = listed(entries)
    kind = rng.randrange(5)
    if kind == 0:
        entries["files/b.png"] = entries["files/b.png"][:-1] + b"!"
    elif kind == 1:
        entries["files/b.png"] += b"more"
    elif kind == 2:
        del entries["files/b.png"]
    elif kind == 3:
        entries["files/c.png"] = b"not listed"
    else:
        text = text.replace(b"sha256 = ", b"sha256 = '" + b"0" * 64 + b"' # ", 1)
    return write(path, entries, text)


def is_no_manifest(rng: random.Random, path: Path) -> Path:
    entries = {"a.toml": PRESET}
    changes: list[dict[str, Any]] = [
        {"format": rng.choice([0, -1, "1", 99])},
        {"name": rng.choice(["", "..", "a/b", "CON", "nul", "\x1b[2J", "x" * 100, ".hidden"])},
        {"version": rng.choice(["", "../1", "latest", "1/2", "1" * 60, " 1", "1\n"])},
        {"presets": rng.choice([[], ["b"], ["../a"], [7], "a"])},
        {"engine": rng.choice([">=", "newest", ">=9" + ",>=9" * 90])},
        {"plugins": rng.choice([{"-e .": ""}, {"a b": ""}, {"a": "; rm"}, ["a"]])},
        {"poster": "../poster.jpg"},
        {"files": []},
        {"unknown": 1},
    ]
    text = listed(entries, **rng.choice(changes))
    if rng.random() < 0.2:
        text = bytes(rng.randrange(256) for _ in range(200))
    return write(path, entries, text)


def is_no_plain_file(rng: random.Random, path: Path) -> Path:
    kind = rng.choice([stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
    entries = {"a.toml": PRESET, "files/b.png": b"/etc/passwd"}
    return write(path, entries, listed(entries), mode=kind | 0o777)


def bombs(rng: random.Random, path: Path) -> Path:
    """Write a decompression bomb."""
    entries = {"a.toml": PRESET, "files/b.png": bytes(8 << 20)}
    manifest = listed({"a.toml": PRESET, "files/b.png": b""})
    if rng.random() < 0.5:
        return write(path, entries, manifest)
    # The archive's directory declares a false size too.
    write(path, entries, manifest)
    content = bytearray(path.read_bytes())
    size = (8 << 20).to_bytes(4, "little")
    at = content.rfind(size)
    content[at : at + 4] = (0).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def names_collide(rng: random.Random, path: Path) -> Path:
    first, second = rng.choice([("b.png", "B.png"), ("b.PNG", "b.png"), ("ß.png", "SS.png")])
    entries = {"a.toml": PRESET, f"files/{first}": b"1", f"files/{second}": b"2"}
    return write(path, entries, listed(entries))


def is_broken(rng: random.Random, path: Path) -> Path:
    entries = {"a.toml": PRESET, "files/b.png": rng.randbytes(500)}
    content = bytearray(write(path, entries, listed(entries)).read_bytes())
    kind = rng.randrange(3)
    if kind == 0:
        del content[rng.randrange(len(content)) :]
    elif kind == 1:
        for _ in range(20):
            content[rng.randrange(len(content))] ^= rng.randrange(1, 256)
    else:
        content = bytearray(b"<!doctype html><title>404</title>")
    path.write_bytes(content)
    return path


def has_a_bad_preset(rng: random.Random, path: Path) -> Path:
    content = rng.choice([b"\x00\xff", b"title = ", b"[" * 5000, b"a = 1\n" * 400_000])
    entries = {"a.toml": content}
    return write(path, entries, listed(entries))


KINDS: tuple[Callable[[random.Random, Path], Path], ...] = (
    *(escapes, lies, is_no_manifest, is_no_plain_file, bombs, names_collide, is_broken),
    has_a_bad_preset,
)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


def refusal_of(path: Path) -> str:
    """Return why a pack is not installed, or an empty text if it is installed."""
    try:
        install(path)
    except UsageError as error:
        return str(error)
    return ""


def test_hostile_packs_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "outside" / "home"))
    (tmp_path / "outside").mkdir()
    working = tmp_path / "outside" / "working"
    working.mkdir()
    monkeypatch.chdir(working)
    entries = {"a.toml": PRESET}
    install(write(tmp_path / "good.artpack", entries, listed(entries, name="good")))
    before = tree(tmp_path / "outside")
    refused = 0
    for number in range(HOSTILE):
        rng = random.Random(number)
        path = KINDS[number % len(KINDS)](rng, tmp_path / "hostile.artpack")
        reason = refusal_of(path)
        path.unlink()
        if reason:
            refused += 1
            assert reason.isprintable(), reason
            assert len(reason) < 1000
        else:
            # Flipped bits may hit nothing that matters.
            assert KINDS[number % len(KINDS)] is is_broken, number
            (pack,) = (p for p in installed_packs()[0] if p.manifest.name == "trap")
            assert pack.folder.is_relative_to(folders.home())
            remove_pack(pack.folder)
    assert tree(tmp_path / "outside") == before
    assert refused > HOSTILE * 0.95


def test_a_pack_of_a_newer_engine_is_reported(tmp_path: Path) -> None:
    entries = {"a.toml": PRESET}
    text = listed(entries, format=7, engine=">=3.1")
    with pytest.raises(UsageError, match=r"its format is 7, .*\(>=3.1\); upgrade: pip install"):
        install(write(tmp_path / "x.artpack", entries, text))


def test_requirements_of_a_pack_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    entries = {"a.toml": PRESET}
    text = listed(
        entries, engine=">=99", plugins={"no-such-effects": ">=1.2", "numpy": "<1", "pillow": ""}
    )
    done = install(write(tmp_path / "x.artpack", entries, text))
    first, second, third = done.pack.manifest.misses()
    assert first.startswith("needs artengine >=99, this is ")
    assert second == ("needs plugin no-such-effects >=1.2: pip install 'no-such-effects>=1.2'")
    assert third.startswith("needs plugin numpy <1, which is ")


def test_a_list_of_millions_of_files_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.artpack"
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    listing = entry * (9_000_000 // len(entry))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(listing), 0, 0)
    path.write_bytes(listing + end)
    with pytest.raises(UsageError, match="the list of its files is too long"):
        read_manifest(path)


def test_a_concurrent_install_is_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    entries = {"a.toml": PRESET}
    path = write(tmp_path / "x.artpack", entries, listed(entries))
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        if self.name == "pack":
            # Another process finishes just before this one.
            monkeypatch.setattr(Path, "rename", rename)
            assert install(path).new
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    assert not install(path).new
    (pack,) = installed_packs()[0]
    assert sorted(entry.name for entry in folders.home().joinpath("packs").iterdir()) == ["trap"]
    # A pack with a missing file is installed again.
    pack.preset("a").unlink()
    assert install(path).new
    assert pack.preset("a").read_bytes() == PRESET


def test_text_of_a_pack_cannot_forge_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    entries = {"a.toml": PRESET}
    install(write(tmp_path / "x.artpack", entries, listed(entries, author="A\n  state    OK")))
    assert main(["packs", "show", "trap"]) == 0
    assert "  author   A state    OK\n" in capsys.readouterr().out


def test_the_maximum_number_of_files_fits_into_a_manifest() -> None:
    entries = {"a.toml": PRESET, f"files/{'x' * 190}.png": b""}
    text = Manifest.read(listed(entries).decode(), "x").text()
    one = text[text.rindex("[[files]]") :]
    assert MOST_FILES * len(one) < LONGEST
    assert MOST_FILES * one.count("[") < MOST_BRACKETS


def test_files_that_are_no_packs_are_refused(tmp_path: Path) -> None:
    """Found by fuzzing: each of these raised another error, or did not terminate."""
    entries = {"a.toml": PRESET, "b.toml": PRESET}
    crossed = write(tmp_path / "crossed.artpack", entries, listed(entries))
    content = bytearray(crossed.read_bytes())
    second, third = (m.start() for m in list(re.finditer(b"PK\x01\x02", content))[1:])
    # Two names of one file, and a name without a file.
    content[third + 42 : third + 46] = content[second + 42 : second + 46]
    crossed.write_bytes(content)
    content[third + 42 : third + 46] = struct.pack("<L", 0x7FFFFFFE)
    nowhere = tmp_path / "nowhere.artpack"
    nowhere.write_bytes(content)
    deep = {"a.toml": PRESET, "files/b.toml": PRESET}
    nested = write(tmp_path / "nested.artpack", deep, listed(deep, presets=["a", "files/b"]))
    loop = tmp_path / "loop"
    loop.mkdir()
    (loop / "x.png").symlink_to("x.png")
    (loop / "manifest.toml").write_bytes(listed({"a.toml": PRESET, "x.png": b""}))
    (loop / "a.toml").write_bytes(PRESET)
    for path, message in (
        (crossed, "b.toml: File name in directory"),
        (nowhere, "b.toml: "),
        (nested, "its preset files/b lies in a folder"),
        (loop, "lacks the file x.png"),
        (Path("/dev/zero"), "there is no file /dev/zero"),
    ):
        assert message in refusal_of(path)
