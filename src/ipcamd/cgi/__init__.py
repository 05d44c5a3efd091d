"""The SDK's requests: one file per path, named by the path's last word, in the folder of its first one."""

from ipcamd.cgi import eventhttpnotify, param, query, sdcard, setup
from ipcamd.cgi.admin import (
    auditlog,
    backup,
    certificate,
    date,
    eventlog,
    factorydefault,
    firmwareupgrade,
    ipfilter,
    ptctrl,
    pwdgrp,
    restart,
    serverreport,
    support,
    virtual,
)
from ipcamd.cgi.audio import audio, speaker, talk
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.cgi.event import schedule, test
from ipcamd.cgi.fz import focuszoomctl
from ipcamd.cgi.ptz import ptctl, ptz
from ipcamd.cgi.stream import h264, image, live, mjpeg, mjpg, mpeg4, stream1, stream2

ENDPOINTS: tuple[Endpoint, ...] = (
    serverreport.ENDPOINT,
    pwdgrp.ENDPOINT,
    date.ENDPOINT,
    factorydefault.ENDPOINT,
    certificate.ENDPOINT,
    firmwareupgrade.ENDPOINT,
    backup.ENDPOINT,
    support.ENDPOINT,
    restart.ENDPOINT,
    mjpeg.ENDPOINT,
    mjpg.ENDPOINT,
    stream1.ENDPOINT,
    stream2.ENDPOINT,
    h264.ENDPOINT,
    mpeg4.ENDPOINT,
    live.ENDPOINT,
    setup.ENDPOINT,
    query.ENDPOINT,
    audio.ENDPOINT,
    talk.ENDPOINT,
    speaker.ENDPOINT,
    image.ENDPOINT,
    ipfilter.ENDPOINT,
    ptz.ENDPOINT,
    ptctrl.ENDPOINT,
    ptctl.ENDPOINT,
    *param.ENDPOINTS,
    schedule.ENDPOINT,
    eventhttpnotify.ENDPOINT,
    eventlog.ENDPOINT,
    auditlog.ENDPOINT,
    test.ENDPOINT,
    focuszoomctl.ENDPOINT,
    sdcard.ENDPOINT,
    virtual.ENDPOINT,
)
"""Every path under ``/cgi``, in the SDK's order; what is not here does not exist."""
