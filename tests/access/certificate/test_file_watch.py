"""Files that are replaced one after the other are noticed once, when both are there."""

from pathlib import Path

from ipcamd.access.certificate.file_watch import FileWatch


def test_a_change_is_noticed_when_it_is_complete(tmp_path: Path) -> None:
    live = [tmp_path / name for name in ("fullchain.pem", "privkey.pem")]
    for path in live:
        archived = tmp_path / f"1-{path.name}"
        archived.write_text("first")
        path.symlink_to(archived)
    watch = FileWatch(live)
    assert not watch.has_changed()
    for path in live:
        archived = tmp_path / f"2-{path.name}"
        archived.write_text("second")
        path.unlink()
        path.symlink_to(archived)
        assert not watch.has_changed()
    assert watch.has_changed()
    assert not watch.has_changed()
    live[0].unlink()
    assert not watch.has_changed()
    assert watch.has_changed()
