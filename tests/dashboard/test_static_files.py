import pytest

from dashboard.static_files import publish


def test_a_file_is_written_with_its_folder_and_again_only_if_it_has_changed(tmp_path):
    target = tmp_path / "static" / "file.bin"
    publish(b"one", target)
    assert target.read_bytes() == b"one"
    assert target.stat().st_mode & 0o777 == 0o644
    written = target.stat().st_ino
    publish(b"one", target)
    assert target.stat().st_ino == written
    publish(b"two", target)
    assert target.read_bytes() == b"two"
    # Nothing is left that was written on the way.
    assert [file.name for file in target.parent.iterdir()] == ["file.bin"]


def test_a_folder_that_cannot_be_is_an_error(tmp_path):
    (tmp_path / "static").write_bytes(b"")
    with pytest.raises(OSError, match="static"):
        publish(b"one", tmp_path / "static" / "file.bin")
