"""Names that file systems accept."""

import unicodedata

import pytest

from artengine.names import cut_name, name_problem


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("夜" * 83 + ".mp4", ""),
        ("夜" * 85 + ".mp4", "has 259 bytes"),
        ("a" * 300, "has 300 bytes"),
        ("con.mp4", "device"),
        ("COM1.tar.gz", "device"),
        ("aux", "device"),
        ("console.mp4", ""),
        ("ab:film.mp4", "':'"),
        ("what?.mp4", "'?'"),
        ("film.mp4.", "dot or a space"),
        ("film ", "dot or a space"),
        ("a\0b", "NUL"),
    ],
)
def test_names_that_windows_does_not_accept_are_reported(name: str, message: str) -> None:
    assert message in name_problem(name, windows=True)
    assert bool(name_problem(name, windows=True)) == bool(message)


def test_other_systems_accept_more_names() -> None:
    assert name_problem("con.mp4", windows=False) == ""
    assert name_problem("a: b?", windows=False) == ""


@pytest.mark.parametrize(
    ("name", "most", "kept"),
    [
        ("night", 10, "night"),
        ("night", 3, "nig"),
        ("夜夜夜", 8, "夜夜"),
        ("ab" + unicodedata.normalize("NFD", "é"), 4, "ab"),
        ("a👩‍🚀b", 5, "a"),
        ("a👩‍🚀b", 8, "a"),
        ("a👩‍🚀b", 12, "a👩‍🚀"),
        ("a👍🏽", 5, "a"),
    ],
)
def test_a_name_is_truncated_between_characters(name: str, most: int, kept: str) -> None:
    assert cut_name(name, most) == kept
