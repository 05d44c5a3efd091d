"""The trial of a version, with versions of a few lines: confirmation, undoing, and kills."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.camera import PATIENCE, eventually

import ipcamd
from ipcamd.errors import ConfigError
from ipcamd.maintenance.firmware import launch, trial
from ipcamd.maintenance.firmware.installed_versions import InstalledVersion, InstalledVersions
from ipcamd.maintenance.firmware.trial_record import TrialRecord, undo_interrupted_trial

pytestmark = pytest.mark.slow

SPOIL = "from pathlib import Path; Path(STATE, 'ipcamd.db').write_text('of the new version'); "
CONFIRMED = (
    "import os, socket, signal; link = socket.socket(fileno=int(os.environ['IPCAMD_SUPERVISOR'])); "
    "link.send(b'ready\\n'); assert link.recv(20) == b'confirmed\\n'; print('confirmed', flush=True); "
)


class TrialRig:
    """A state directory, a base installation that prints ``base``, and versions that a test writes."""

    def __init__(self, state: Path) -> None:
        self.state = state
        state.mkdir()
        self.database = state / "ipcamd.db"
        self.database.write_text("of the old version")
        self.versions = InstalledVersions(state)
        self.processes: list[subprocess.Popen[str]] = []

    def install(self, code: str, version: str = "9.8.7") -> InstalledVersion:
        with self.versions.draw_folder(version) as folder:
            package = folder / "lib" / "ipcamd"
            package.mkdir()
            (package / "__main__.py").write_text("")
            (folder / "lib" / "__main__.py").write_text(f"STATE = {str(self.state)!r}\n{code}\n")
            return self.versions.complete(folder, version, ipcamd.__version__)

    def start(
        self, version: InstalledVersion, ready_s: float = PATIENCE, boot: str = trial._BOOT
    ) -> subprocess.Popen[str]:
        base = {"command": [sys.executable, "-c", "print('base')"], "version": ipcamd.__version__}
        lib = Path(ipcamd.__file__).parent.parent
        command = [sys.executable, "-c", boot, lib, self.state, version.folder.name, str(ready_s), "run"]
        environment = os.environ | {launch.BASE: json.dumps(base)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def run(self, code: str, ready_s: float = PATIENCE) -> tuple[int, str]:
        process = self.start(self.install(code), ready_s)
        out, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, out

    @property
    def outcome(self) -> str:
        return TrialRecord(self.versions).take_outcome()

    def is_as_before(self) -> bool:
        kept = self.database.read_text() == "of the old version"
        return kept and not self.versions.current and not TrialRecord(self.versions).version


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[TrialRig]:
    rig = TrialRig(tmp_path / "state")
    yield rig
    for process in rig.processes:
        process.kill()
        process.communicate()


def test_a_version_that_is_ready_becomes_the_current_one(rig: TrialRig) -> None:
    assert rig.run(f"{CONFIRMED}{SPOIL}") == (0, "confirmed\n")
    assert rig.versions.current
    assert rig.versions.current.version == "9.8.7"
    assert (rig.outcome, TrialRecord(rig.versions).version) == ("", "")
    assert rig.database.read_text() == "of the new version"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (f"{SPOIL} raise SystemExit(3)", "version 9.8.7 ended with exit code 3 before it was ready"),
        (f"{SPOIL} syntax error", "ended with exit code 1"),
        (f"{SPOIL} import os; os.kill(os.getpid(), 9)", "ended with exit code -9"),
    ],
)
def test_a_version_that_ends_is_undone_and_the_base_runs(rig: TrialRig, code: str, words: str) -> None:
    assert rig.run(code) == (0, "base\n")
    assert rig.is_as_before()
    assert words in rig.outcome
    assert rig.outcome == ""  # it is reported once


def test_a_version_that_is_not_ready_in_time_is_undone_even_if_it_hangs(rig: TrialRig) -> None:
    hang = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    assert rig.run(SPOIL + hang, ready_s=1.0) == (0, "base\n")
    assert rig.is_as_before()
    assert rig.outcome == "version 9.8.7 was not ready within 1 s"


def test_a_version_that_cannot_be_started_is_undone(rig: TrialRig) -> None:
    boot = """
import subprocess
def fail(*_, **__):
    raise BlockingIOError(11, "Resource temporarily unavailable")
subprocess.Popen = fail
"""
    process = rig.start(rig.install(""), boot=boot + trial._BOOT)
    assert process.communicate(timeout=PATIENCE)[0] == "base\n"
    assert rig.is_as_before()
    assert rig.outcome == "version 9.8.7 could not be started: Resource temporarily unavailable"


def test_signals_reach_the_version_and_its_exit_code_is_passed_on(rig: TrialRig) -> None:
    handler = "import os, signal; signal.signal(signal.SIGTERM, lambda *_: os._exit(7)); "
    process = rig.start(rig.install(f"{handler}{CONFIRMED}signal.pause()"))
    assert process.stdout
    assert process.stdout.readline() == "confirmed\n"
    process.terminate()
    assert process.wait(PATIENCE) == 7


def test_a_stop_during_the_trial_is_a_stop(rig: TrialRig) -> None:
    process = rig.start(rig.install(f"{SPOIL} print('begun', flush=True); import signal; signal.pause()"))
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    process.terminate()
    assert process.communicate(timeout=PATIENCE)[0] == ""
    assert process.returncode == 0
    assert rig.is_as_before()


def test_a_trial_that_is_killed_is_undone_by_the_next_start(rig: TrialRig) -> None:
    code = f"{SPOIL} import os, signal; print(os.getpid(), flush=True); signal.pause()"
    process = rig.start(rig.install(code))
    assert process.stdout
    child = int(process.stdout.readline())
    with pytest.raises(ConfigError, match="in use by another camera"):
        undo_interrupted_trial(rig.versions)
    process.kill()
    process.wait()
    eventually(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child), "the version outlives its supervisor")
    assert rig.database.read_text() == "of the new version"
    undo_interrupted_trial(rig.versions)
    assert rig.is_as_before()
    assert rig.outcome == "the trial of version 9.8.7 was interrupted"


def test_a_confirmed_version_is_kept_if_the_record_is_left_over(rig: TrialRig) -> None:
    version = rig.install("")
    TrialRecord(rig.versions).create(version)
    rig.database.write_text("of the new version")
    rig.versions.switch(version)
    undo_interrupted_trial(rig.versions)
    assert rig.database.read_text() == "of the new version"
    assert rig.versions.current == version


def test_an_undoing_that_was_killed_is_done_again(rig: TrialRig) -> None:
    TrialRecord(rig.versions).create(rig.install(""))
    for part in ("", "-wal"):
        rig.database.with_name(f"ipcamd.db{part}").write_text("of the new version")
    rig.database.with_name("ipcamd.db.restored").write_text("of the o")
    undo_interrupted_trial(rig.versions)
    assert rig.is_as_before()
    assert not rig.database.with_name("ipcamd.db-wal").exists()


def test_a_version_requests_the_trial_of_the_next(rig: TrialRig) -> None:
    following = rig.install(f"{CONFIRMED} print('second', flush=True)", "9.8.8")
    first = rig.install(f"{CONFIRMED} link.send(b'trial {following.folder.name}')")
    own = first.lib / "ipcamd"
    own.joinpath("__main__.py").unlink()
    own.rmdir()
    own.symlink_to(Path(ipcamd.__file__).parent)  # the supervisor's code is then that of the version
    process = rig.start(first)
    assert process.communicate(timeout=PATIENCE)[0] == "confirmed\nconfirmed\nsecond\n"
    assert rig.versions.current == following


@pytest.mark.parametrize(
    ("base", "runs"), [("0.1.0", True), ("0.1.1", True), ("9.8.7", True), ("9.8.8", False), ("9.9.0", False)]
)
def test_a_base_installation_that_was_upgraded_runs_itself(rig: TrialRig, base: str, runs: bool) -> None:
    rig.versions.switch(version := rig.install(""))
    assert launch.version_to_run(rig.versions, base) == (version if runs else None)


def test_a_version_that_was_forced_below_its_base_runs(rig: TrialRig) -> None:
    rig.versions.switch(version := rig.install("", "0.0.1"))
    assert launch.version_to_run(rig.versions, ipcamd.__version__) == version


def test_unneeded_versions_are_removed(rig: TrialRig) -> None:
    old, current = rig.install("", "0.2.0"), rig.install("", "0.3.0")
    rig.versions.switch(current)
    (rig.versions.folder / "versions" / "0.4.0-broken" / "lib").mkdir(parents=True)
    rig.versions.upload.write_bytes(b"half")
    rig.versions.clean()
    assert [path.name for path in (rig.versions.folder / "versions").iterdir()] == [current.folder.name]
    assert not rig.versions.upload.exists()
    assert rig.versions.find(old.folder.name) is None


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
