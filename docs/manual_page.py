"""Manual page ipcamd(1), from the parser of the commands (man-pages(7), groff_man(7))."""

import argparse
from collections.abc import Iterator

from completions import subcommands

from ipcamd import __version__
from ipcamd.cli import make_parser

OPENING = """\
.SH NAME
ipcamd \\- software IP camera
.SH DESCRIPTION
.B ipcamd run
serves a webcam, a video file, another camera's stream or a screen as a complete network camera: live page, MJPEG, H.264
and MPEG\\-4 streams over HTTP, RTSP and WebRTC, snapshots, recordings, motion detection, ONVIF and MQTT.
.PP
Each option of
.B ipcamd run
can also be set in the environment
.RB ( IPCAMD_PORT=9000 )
or in the TOML file given with
.B \\-\\-config
.RB ( "port = 9000" ).
The command line overrides the environment, and the environment overrides the file. Settings that were changed through
the camera override all three.
"""

ENDING = """\
.SH EXIT STATUS
.TP
.B 0
stopped as requested
.TP
.B 2
the camera cannot run with these options; one line on standard error says what to do
.SH SIGNALS
.TP
.BR SIGTERM ", " SIGINT
stop within three seconds
.TP
.B SIGHUP
reads the TOML file and the TLS files again
.SH FILES
.TP
.I $XDG_STATE_HOME/ipcamd
state directory: database, keys, log, SD card
.PP
The Debian package adds:
.TP
.I /etc/ipcamd.toml
options of
.BR ipcamd.service ;
its state is in
.I /var/lib/ipcamd/default
.TP
.I /etc/ipcamd/NAME.toml
options of
.BR ipcamd@NAME.service ;
its state is in
.I /var/lib/ipcamd/NAME
.SH EXAMPLES
.EX
ipcamd run
ipcamd run \\-\\-source street.mp4 \\-\\-port 9000
ipcamd run \\-\\-source rtsp://10.0.0.9/main
ipcamd check\\-config /etc/ipcamd.toml
.EE
.SH SEE ALSO
.BR ffmpeg (1),
.BR systemctl (1),
.BR v4l2\\-ctl (1)
"""


def manual_page() -> str:
    """Return the page."""
    title = f'.TH IPCAMD 1 "" "ipcamd {__version__}" "User Commands"\n'
    opening, description = OPENING.split(".SH DESCRIPTION")
    parser = make_parser()
    commands = list(leaves(parser))
    synopsis = ".SH SYNOPSIS\n" + ".br\n".join(usage(command) for command, _ in commands)
    sections = "".join(section(command, purpose) for command, purpose in commands)
    return f"{title}{opening}{synopsis}.SH DESCRIPTION{description}.SH COMMANDS\n{sections}{ENDING}"


def leaves(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Yield each command that has no commands of its own, with its purpose."""
    for command, purpose in subcommands(parser):
        yield from list(leaves(command)) or [(command, purpose)]


def usage(command: argparse.ArgumentParser) -> str:
    """Return the line of a command in the synopsis: its operands and the options that it needs are named."""
    needed = [action for action in command._actions if action.required]
    words = [word for action in needed for word in (*map(bold, action.option_strings), italic(str(action.metavar)))]
    others = ["[\\fIOPTION\\fR ...]"] if len(command._actions) > len(needed) + 1 else []
    return " ".join([bold(command.prog), *words, *others]) + "\n"


def section(command: argparse.ArgumentParser, purpose: str) -> str:
    """Return the part of a command: its purpose and its options."""
    actions = [action for action in command._actions if action.dest != "help"]
    return f".SS {escaped(command.prog)}\n{sentence(purpose)}\n" + "".join(map(option, actions))


def option(action: argparse.Action) -> str:
    """Return the paragraph of an option or an operand."""
    value = [italic(str(action.metavar))] if action.metavar else []
    names = " ".join([*map(bold, action.option_strings), *value])
    return f".TP\n{names}\n{escaped((action.help or '').replace('%%', '%'))}\n"


def bold(text: str) -> str:
    """Return text to be typed as it is."""
    return f"\\fB{escaped(text)}\\fR"


def italic(text: str) -> str:
    """Return text that stands for a value."""
    return f"\\fI{escaped(text)}\\fR"


def sentence(text: str) -> str:
    """Return a purpose as a sentence."""
    return escaped(f"{text[0].upper()}{text[1:]}.")


def escaped(text: str) -> str:
    """Return text as groff shows it."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
