from pathlib import Path

import pytest

from ipcamd.cli import command
from ipcamd.maintenance.config_check import check_config

GOOD = """\
# a comment
source = "scene"
port = 80
allowed-host = [
  "camera.example",
  "other.example",
]
log_level = "debug"

[device]
model = "virtual"
lens = "none"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ipcamd.toml"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", []),
        (GOOD, []),
        (GOOD.replace("80", "80000"), [(3, "port '80000': a port is 0 to 65535")]),
        (GOOD.replace('"other.example"', '"https://other"'), [(4, "allowed-host 'https://other': a host name")]),
        (GOOD.replace("lens", "laser"), [(12, "[device] laser: there is no such hardware")]),
        (GOOD.replace('lens = "none"', 'lens = "glass"'), [(12, "[device] lens = 'glass'")]),
        (GOOD.replace('"virtual"', '"toaster"'), [(11, "toaster")]),
        (GOOD.replace("source", "sauce"), [(2, "unknown option sauce")]),
        (GOOD.replace("source =", "sauce =").replace("port = 80", "port = -1"), [(2, "sauce"), (3, "'-1'")]),
        (GOOD.replace("= 80", "= "), [(3, "Invalid value")]),
        (GOOD.replace("]\nlog", "\nlog"), [(8, "")]),
        (GOOD.replace("= 80", "= 1979-05-27"), [(3, "port: a text, a number, true or false")]),
        (GOOD.replace("scene", "ftp://me:secret@cam/x"), [(2, "source ftp://cam/x: unknown scheme ftp; use rtsp")]),
        (
            GOOD.replace("scene", "/tmp?rate=never"),
            [(2, "source /tmp?rate=never: rate=never: use pictures per second")],
        ),
        ('firmware-key = "/nowhere/firmware.pub"\n', [(1, "/nowhere/firmware.pub cannot be read")]),
        ("text = '''\nport = 1\n'''\nport = 70000\n", [(1, "unknown option text"), (4, "70000")]),
    ],
)
def test_each_problem_is_named_with_its_line(file: Path, text: str, problems: list[tuple[int, str]]) -> None:
    file.write_text(text)
    found = check_config(file)
    assert [line.split(": ")[0] for line in found] == [f"{file}:{number}" for number, _ in problems]
    assert all(words in line for line, (_, words) in zip(found, problems, strict=True)), found


@pytest.mark.parametrize("data", [b'source = "\xff"\n', b"a = 1\n" * 20_000])
def test_other_files_are_refused_as_configurations(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    assert len(check_config(file)) == 1


def test_the_command_reports_whether_a_file_is_valid(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(GOOD)
    assert command(["check-config", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: good\n"
    file.write_text("port = 70000\n")
    assert command(["check-config", str(file)]) == 2
    assert f"{file}:1: port '70000'" in capsys.readouterr().err
    assert command(["check-config", str(file.with_name("nowhere"))]) == 2
    assert "No such file" in capsys.readouterr().err
