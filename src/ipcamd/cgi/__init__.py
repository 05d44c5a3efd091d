"""The SDK's requests: one file per path, named by the path's last word."""

from ipcamd.cgi import (
    audio,
    date,
    h264,
    image,
    mjpeg,
    mjpg,
    mpeg4,
    param,
    pwdgrp,
    query,
    restart,
    schedule,
    serverreport,
    setup,
    speaker,
    stream1,
    stream2,
    talk,
    virtual,
)
from ipcamd.cgi.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    serverreport.ENDPOINT,
    pwdgrp.ENDPOINT,
    date.ENDPOINT,
    restart.ENDPOINT,
    mjpeg.ENDPOINT,
    mjpg.ENDPOINT,
    stream1.ENDPOINT,
    stream2.ENDPOINT,
    h264.ENDPOINT,
    mpeg4.ENDPOINT,
    setup.ENDPOINT,
    query.ENDPOINT,
    audio.ENDPOINT,
    talk.ENDPOINT,
    speaker.ENDPOINT,
    image.ENDPOINT,
    *param.ENDPOINTS,
    schedule.ENDPOINT,
    virtual.ENDPOINT,
)
"""Every path under ``/cgi``, in the SDK's order; what is not here does not exist."""
