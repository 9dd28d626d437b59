"""Records in the format of TensorFlow, and detection of damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from artengine.train import records
from artengine.train.crc32c import crc32c


def test_the_checksum_matches_the_standard() -> None:
    """Test vectors of RFC 3720, and one longer than a block."""
    assert crc32c(b"") == 0
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(bytes(range(256)) * 3) == 0x9FA293B3


@pytest.mark.parametrize(("image", "index"), [(b"", 0), (b"png" * 99, 300), (b"x" * 20_000, 2**40)])
def test_examples_equal_those_of_tensorflow(image: bytes, index: int) -> None:
    from tensorflow.train import BytesList, Example, Feature, Features, Int64List

    features = {
        "image": Feature(bytes_list=BytesList(value=[image])),
        "index": Feature(int64_list=Int64List(value=[index])),
    }
    expected = Example(features=Features(feature=features)).SerializeToString(deterministic=True)
    assert records.example(image, index) == expected
    assert records.image_of(expected) == image


def test_records_are_read_and_damage_is_detected(tmp_path: Path) -> None:
    path = tmp_path / "some.tfrecord"
    written = [b"first", b"", b"third" * 100]
    path.write_bytes(b"".join(map(records.record, written)))
    places = records.places(path).tolist()
    assert [records.read(path, *place) for place in places] == written
    data = bytearray(path.read_bytes())
    data[places[2][0]] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="checksum"):
        records.read(path, *places[2])
    path.write_bytes(data[:-1])
    with pytest.raises(ValueError, match="cut short"):
        records.places(path)
    data[0] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="checksum of a length"):
        records.places(path)
