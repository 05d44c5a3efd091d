"""Samba shares that allow little: no temporary names, or nothing but new files (WORM)."""

from pathlib import Path

import pytest
from tests.delivery.delivery_rig import DeliveryRig
from tests.delivery.samba.samba_server import Samba, aim, has_module, running
from tests.delivery.throttled_proxy import throttled

from ipcamd.delivery.target.file_names import NAMES

pytestmark = pytest.mark.slow

CLIP = bytes(range(256)) * 10_000
VETO = "veto files = /*.part/"
HIDE = "hide files = /*.part/\n  store dos attributes = yes\n  map hidden = no"
WORM = "vfs objects = worm\n  worm:grace_period = 0"
RIGHTS = {VETO: "no files with a temporary name (*.part)", HIDE: "", WORM: "no renaming of files"}
SHARES = pytest.mark.parametrize("more", [VETO, HIDE, WORM], ids=["veto", "hide", "worm"])


def clips(server: Samba) -> dict[str, bytes]:
    return {name: data for name, data in server.files().items() if not name.endswith(".part")}


def skip_without(more: str) -> None:
    if more == WORM and not has_module("worm"):
        pytest.skip("Samba's modules are not installed: apt-get install samba-vfs-modules")


@SHARES
async def test_every_clip_arrives_whole_whatever_the_share_does_not_allow(
    tmp_path: Path, rig: DeliveryRig, more: str
) -> None:
    skip_without(more)
    with running(tmp_path, more) as server:
        await aim(rig, server)
        for number in range(3):
            await rig.put("samba", f"{number}.avi", CLIP + bytes([number]))
        await rig.until(done=3)
        assert clips(server) == {f"{number}.avi": CLIP + bytes([number]) for number in range(3)}
        assert len(server.files()) - 3 == (more == WORM)  # the first temporary file cannot be deleted there
    said = [words for words in rig.notes.failed if RIGHTS[more] and f"allows {RIGHTS[more]}" in words]
    assert len(said) == bool(RIGHTS[more])
    assert rig.pauses == []


@SHARES
async def test_interrupted_uploads_arrive_complete_with_any_restriction_of_the_share(
    tmp_path: Path, rig: DeliveryRig, more: str
) -> None:
    skip_without(more)
    with running(tmp_path, more) as server:
        await aim(rig, server)
        await rig.put("samba", "first.avi", b"what is missing is known afterwards")
        await rig.until(done=1)
        failed = len(rig.notes.failed)
        async with throttled(server.port) as proxy:
            proxy.limit = 1_500_000
            await aim(rig, server, Port=proxy.port)
            await rig.put("samba", "one.avi", CLIP)
            await rig.put("samba", "two.avi", b"small")
            await rig.wake()
            await rig.until(done=3)
        assert failed < len(rig.notes.failed)
        assert CLIP in clips(server).values()
        assert clips(server)["two.avi"] == b"small"
        if more != WORM:
            assert set(server.files()) == {"first.avi", "one.avi", "two.avi"}


async def test_a_test_reports_the_missing_right(tmp_path: Path, rig: DeliveryRig) -> None:
    with running(tmp_path, VETO) as server:
        await aim(rig, server)
        (words,) = await rig.delivery.test("samba")
        assert words.startswith("the target allows no files with a temporary name (*.part): files get their final name")
        assert words.endswith("(0xC0000034)")
        await rig.put("samba", "one.avi", CLIP)
        await rig.until(done=1)
        assert "one.avi" in server.files()
        assert rig.notes.failed == []


async def test_another_cameras_file_is_never_touched(tmp_path: Path, rig: DeliveryRig) -> None:
    with running(tmp_path, VETO) as server:
        (server.share / "one.avi").write_bytes(b"another's")
        await aim(rig, server)
        await rig.put("samba", "one.avi", CLIP)
        await rig.until(done=1)
        assert server.files() == {"one.avi": b"another's", "one-2.avi": CLIP}


async def test_a_file_that_is_refused_for_its_name_does_not_block_the_others(tmp_path: Path, rig: DeliveryRig) -> None:
    with running(tmp_path, "veto files = /*bad*/") as server:
        await aim(rig, server, SambaServer="")
        for name in ("bad.avi", "one.avi", "two.avi"):
            await rig.put("samba", name, CLIP)
        rig.restless = True
        await aim(rig, server)
        await rig.until(done=2, failed=5)  # one while no server was set
        assert server.files() == {"one.avi": CLIP, "two.avi": CLIP}
    assert rig.notes.failed[-1].startswith("bad.avi: dropped, since the target accepts other files but not this one: ")


async def test_it_reports_that_every_temporary_name_is_taken(tmp_path: Path, rig: DeliveryRig) -> None:
    skip_without(WORM)
    with running(tmp_path, WORM) as server:
        async with throttled(server.port) as proxy:
            proxy.limit = 1_500_000
            await aim(rig, server, Port=proxy.port)
            await rig.put("samba", "one.avi", CLIP)
            await rig.until(failed=1)
            (part,) = server.files()
            for number in range(2, NAMES + 1):
                (server.share / f"{part.removesuffix('.part')}-{number}.part").touch()
            await rig.wake()
            await rig.until(failed=2)
        assert f"one.avi: {NAMES} other files are named like {part}; " in rig.notes.failed[1]
