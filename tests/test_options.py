"""Command line over environment over file over default, and errors that name the wrong value."""

import argparse

import pytest

from ipcamd.errors import ConfigError
from ipcamd.options.reader import add_options, read_options
from ipcamd.options.table import OPTIONS
from ipcamd.options.values import Options


def test_command_line_wins_over_environment_over_file_over_default(tmp_path):
    file = tmp_path / "camera.toml"
    file.write_text('port = 1\nsource = "a.mp4"\nlog_level = "debug"\ndiscovery = false\n')
    chosen = read_options({"config": str(file), "port": "3"}, {"IPCAMD_PORT": "2", "IPCAMD_SOURCE": "b.mp4"})
    assert (chosen.port, chosen.source, chosen.log_level, chosen.discovery) == (3, "b.mp4", "debug", False)
    assert chosen.rtsp_port == 8554


def test_a_file_named_in_the_environment_counts(tmp_path):
    file = tmp_path / "camera.toml"
    file.write_text('admin-user = "paul"')
    assert read_options({}, {"IPCAMD_CONFIG": str(file)}).admin_user == "paul"


@pytest.mark.parametrize(
    ("given", "environment", "words"),
    [
        ({"port": "70000"}, {}, ["--port", "70000", "0 to 65535"]),
        ({"port": "٨٠"}, {}, ["--port"]),
        ({"port": "1_0"}, {}, ["--port"]),
        ({"device": "toaster"}, {}, ["--device", "virtual"]),
        ({"trusted_proxy": ["10.0.0.0/8", "proxy"]}, {}, ["--trusted-proxy", "proxy", "10.0.0.0/8"]),
        ({"allowed_host": ["https://cam.example"]}, {}, ["--allowed-host", "without scheme"]),
        ({}, {"IPCAMD_ALLOWED_HOST": "cam.example:8080"}, ["IPCAMD_ALLOWED_HOST", "port"]),
        ({}, {"IPCAMD_DISCOVERY": "perhaps"}, ["IPCAMD_DISCOVERY", "on or off"]),
        ({"config": "/nowhere/x.toml"}, {}, ["/nowhere/x.toml"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(given, environment, words):
    with pytest.raises(ConfigError) as caught:
        read_options(given, environment)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    "text", ["colour = 1", "port = [1]", "port = ", "[port]\nx=1", "[device]\nlens=1.5", "[device]\nmodel='toaster'"]
)
def test_a_bad_file_is_named(tmp_path, text):
    file = tmp_path / "camera.toml"
    file.write_text(text)
    with pytest.raises(ConfigError):
        read_options({"config": str(file)}, {})


@pytest.mark.parametrize(
    ("text", "hardware"),
    [
        ('device = "virtual"', {}),
        ('[device]\nmodel = "virtual"\nlens = "none"\npan-tilt = "virtual"', {"lens": "none", "pan-tilt": "virtual"}),
        ('[device]\ninputs = "none"', {"inputs": "none"}),
        ('[device]\ninputs = ["a:1", "a:2"]', {"inputs": "a:1, a:2"}),
    ],
)
def test_device_is_a_model_or_a_table_of_hardware(tmp_path, text, hardware):
    file = tmp_path / "camera.toml"
    file.write_text(text)
    chosen = read_options({"config": str(file)}, {})
    assert (chosen.device, chosen.hardware) == ("virtual", hardware)


def test_an_option_may_be_given_several_times(tmp_path):
    file = tmp_path / "camera.toml"
    file.write_text('allowed-host = ["a.example", "b.example"]\ntrusted_proxy = "10.1.2.3/8"\n')
    chosen = read_options({"config": str(file)}, {})
    assert chosen.allowed_host == ("a.example", "b.example")
    assert [str(network) for network in chosen.trusted_proxy] == ["10.0.0.0/8"]
    assert read_options({}, {"IPCAMD_ALLOWED_HOST": "c.example, d.example"}).allowed_host == ("c.example", "d.example")
    parser = argparse.ArgumentParser()
    add_options(parser)
    given = vars(parser.parse_args(["--trusted-proxy=::1", "--trusted-proxy=192.0.2.7", "--allowed-host=e.example"]))
    chosen = read_options(given | {"config": str(file)}, {})
    assert [str(network) for network in chosen.trusted_proxy] == ["::1/128", "192.0.2.7/32"]
    assert chosen.allowed_host == ("e.example",)


def test_every_option_has_its_attribute():
    assert {option.field for option in OPTIONS} | {"hardware"} == set(Options.__dataclass_fields__)


def test_default_listens_on_both_families():
    assert read_options({}, {}).hosts == ("0.0.0.0", "::")
    assert read_options({"host": "127.0.0.1"}, {}).hosts == ("127.0.0.1",)
