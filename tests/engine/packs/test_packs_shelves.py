"""Fetching packs: from shelves, from failing web servers, from Hugging Face."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packing import PRESET, listed, write

from artengine.cli import main
from artengine.errors import UsageError
from artengine.packs.archive import sha256_of
from artengine.packs.fetch import check_leads_on, fetched
from artengine.packs.install import installed_from
from artengine.packs.installed import installed_packs
from artengine.packs.shelf import read_shelf, search, shelved, write_index


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with three packs: sea in two versions, and fire."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    entries = {"a.toml": PRESET}
    for name, version in (("sea", "1"), ("sea", "1.10"), ("fire", "2")):
        about = {"sea": "waves that burn", "fire": "embers"}[name]
        text = listed(entries, name=name, version=version, about=about)
        write(folder / f"{name}-{version}.artpack", entries, text)
    write_index(folder)
    return folder


@pytest.fixture
def server(shelf: Path) -> Iterator[str]:
    """A web server of the shelf, with a different failure below some paths."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/")
            file = shelf / path
            if path == "html":
                self.answer(b"<!doctype html>", kind="text/html; charset=utf-8")
            elif path == "vanishes":
                self.answer((shelf / "fire-2.artpack").read_bytes()[:100], length=100_000)
            elif path == "endless":
                self.answer(b"x", length=5 << 30)
            elif path == "elsewhere":
                self.send_response(302)
                self.send_header("Location", "ftp://example.org/x.artpack")
                self.end_headers()
            elif path == "here":
                self.send_response(302)
                self.send_header("Location", "/fire-2.artpack")
                self.end_headers()
            elif path == "elsewhere-plain":
                self.send_response(302)
                self.send_header("Location", "http://192.0.2.1/x.artpack")
                self.end_headers()
            elif path.startswith("api/models/artist/looks"):
                # The request of the library for a repository.
                names = ("sea-1.artpack", "README.md")
                table = [{"type": "file", "path": n, "size": 1, "oid": "b" * 40} for n in names]
                self.answer(json.dumps(table).encode(), kind="application/json")
            elif path.startswith("artist/huge/resolve/"):
                self.answer(b"x", length=5 << 30, hub=True)
            elif path.startswith("artist/looks/resolve/"):
                self.answer((shelf / path.rpartition("/")[2]).read_bytes(), hub=True)
            elif file.is_file():
                self.answer(file.read_bytes())
            else:
                self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def answer(
            self,
            content: bytes,
            kind: str = "application/octet-stream",
            length: int | None = None,
            *,
            hub: bool = False,
        ) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content) if length is None else length))
            if hub:
                self.send_header("ETag", '"0123456789abcdef"')
                self.send_header("X-Repo-Commit", "a" * 40)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_packs_are_found_and_installed_from_a_folder(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [pack.name for pack in search(str(shelf), "BURN")] == ["sea", "sea"]
    assert shelved(str(shelf), "sea").version == "1.10"
    assert main(["packs", "search", "embers", "--shelf", str(shelf)]) == 0
    assert capsys.readouterr().out == "fire 2  embers\n"
    assert main(["install", "sea@1", "--shelf", str(shelf)]) == 0
    assert [pack.manifest.version for pack in installed_packs()[0]] == ["1"]
    with pytest.raises(UsageError, match='has no pack "snow"'):
        shelved(str(shelf), "snow")


def test_a_broken_installed_pack_can_be_removed_by_name(
    shelf: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = installed_from(str(shelf / "sea-1.artpack")).pack.folder / "manifest.toml"
    manifest.write_text("name = ", encoding="utf-8")
    assert main(["packs", "list"]) == 0
    assert "install it again after: artengine packs remove sea@1\n" in capsys.readouterr().err
    assert main(["packs", "remove", "../sea"]) == 2
    assert main(["packs", "remove", "sea"]) == 0
    assert list((folder / "home" / "packs").iterdir()) == []


def test_packs_are_found_and_installed_from_the_web(server: str, shelf: Path) -> None:
    result = shelved(server, "sea")
    assert result.address == f"{server}/sea-1.10.artpack"
    seen = []
    done = installed_from(
        result.address, sha256=result.sha256, progress=lambda *message: seen.append(message)
    )
    size = (shelf / "sea-1.10.artpack").stat().st_size
    assert seen[-1] == (size, size)
    assert done.pack.origin == result.address


def test_packs_are_updated_from_their_origin(
    server: str, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "now.artpack").write_bytes((shelf / "sea-1.artpack").read_bytes())
    installed_from(f"{server}/now.artpack")
    (shelf / "now.artpack").write_bytes((shelf / "sea-1.10.artpack").read_bytes())
    assert main(["packs", "update"]) == 0
    assert "sea: 1 -> 1.10" in capsys.readouterr().err
    assert [pack.manifest.version for pack in installed_packs()[0]] == ["1.10", "1"]
    # An older or a different pack there is refused: it would hide presets of a pack of its name.
    (shelf / "now.artpack").write_bytes((shelf / "sea-1.artpack").read_bytes())
    assert main(["packs", "update", "sea"]) == 0
    assert "sea 1.10: is the newest" in capsys.readouterr().err
    (shelf / "now.artpack").write_bytes((shelf / "fire-2.artpack").read_bytes())
    assert main(["packs", "update"]) == 2
    assert "now.artpack: holds the pack fire, not sea" in capsys.readouterr().err
    assert {pack.manifest.name for pack in installed_packs()[0]} == {"sea"}


def test_redirects_to_local_servers_are_refused(server: str) -> None:
    check_leads_on("https://example.org/a", "https://example.com/b")
    check_leads_on(server, f"{server}/b")
    for own in (server, "http://localhost:631/", "https://127.0.0.1/"):
        with pytest.raises(UsageError, match="leads to this machine"):
            check_leads_on("https://example.org/index.toml", own)
    assert installed_from(f"{server}/here").new


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("html", "the server sent a web page"),
        ("vanishes", "the connection ended after 100 of 100000 bytes"),
        ("endless", "MiB; allowed: "),
        ("missing.artpack", "the server answered 404"),
        ("elsewhere", "unknown url type|packs come from https://"),
        ("elsewhere-plain", "packs come from https:// addresses"),
        ("index.toml", "no pack: "),
    ],
)
def test_failing_servers_leave_no_files(server: str, path: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        installed_from(f"{server}/{path}")
    assert len(str(error.value).splitlines()) == 1
    assert installed_packs() == ([], [])
    assert not list((Path("home") / "packs").glob("*"))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://example.org/x.artpack", "packs come from https:// addresses"),
        ("file:///etc/passwd", "packs come from https:// addresses"),
        ("https://[broken/x", "no address"),
        ("missing.artpack", "there is no pack at missing.artpack"),
        ("hf:artist", "write it as hf:USER/REPO"),
        ("\x00", "there is no pack at"),
    ],
)
def test_invalid_addresses_are_refused(address: str, message: str) -> None:
    with pytest.raises(UsageError, match=message), fetched(address):
        pass


def test_a_preset_in_place_of_a_pack_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rings.toml").write_text("seed = 1", encoding="utf-8")
    assert main(["install", "rings.toml"]) == 2
    err = capsys.readouterr().err
    assert "rings.toml is a preset and no pack" in err
    assert "artengine dream rings.toml" in err


def test_a_shelf_with_a_wrong_index_is_refused(shelf: Path) -> None:
    index = shelf / "index.toml"
    text = index.read_text("utf-8")
    index.write_text(text.replace("fire-2", "sea-1"), encoding="utf-8")
    assert main(["install", "fire", "--shelf", str(shelf)]) == 2
    sea, fire = (sha256_of(shelf / f"{name}.artpack") for name in ("sea-1", "fire-2"))
    index.write_text(text.replace("fire-2", "sea-1").replace(fire, sea), encoding="utf-8")
    assert main(["install", "fire", "--shelf", str(shelf)]) == 2
    assert installed_packs() == ([], [])
    index.write_text(text.replace("fire-2", "../../secret"), encoding="utf-8")
    with pytest.raises(UsageError, match="lies outside of its folder"):
        read_shelf(str(shelf))
    index.write_text(text.replace("fire-2", "\\u0000"), encoding="utf-8")
    with pytest.raises(UsageError, match="which is no path"):
        read_shelf(str(shelf))
    for content in ("packs = 3", "packs = [{name = 1}]", "<html>", "packs = ["):
        index.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match="no shelf"):
            read_shelf(str(shelf))


def test_a_pack_comes_from_hugging_face(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "ENDPOINT", server)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        server + "/{repo_id}/resolve/{revision}/{filename}",
    )
    done = installed_from("hf:artist/looks")
    assert (done.pack.manifest.name, done.pack.origin) == ("sea", "hf:artist/looks")
    with pytest.raises(UsageError, match="hf:artist/nothing"):
        installed_from("hf:artist/nothing")
    with pytest.raises(UsageError, match=r"huge\.artpack is 5120 MiB; allowed: 2048 MiB"):
        installed_from("hf:artist/huge/huge.artpack")
