"""The SDK's requests: one file per path, named after the path's last word, in the folder of its first one."""

from ipcamd.cgi.endpoint_module import EndpointModule


def _module(name: str, *paths: str) -> EndpointModule:
    return EndpointModule(f"{__name__}.{name}", paths)


MODULES = (
    _module("admin.serverreport", "/cgi/admin/serverreport.cgi"),
    _module("admin.pwdgrp", "/cgi/admin/pwdgrp.cgi"),
    _module("admin.date", "/cgi/admin/date.cgi"),
    _module("admin.factorydefault", "/cgi/admin/factorydefault.cgi"),
    _module("admin.certificate", "/cgi/admin/certificate.cgi"),
    _module("admin.firmwareupgrade", "/cgi/admin/firmwareupgrade.cgi"),
    _module("admin.backup", "/cgi/admin/backup.cgi"),
    _module("admin.support", "/cgi/admin/support.cgi"),
    _module("admin.restart", "/cgi/admin/restart.cgi", "/admin/reboot.cgi"),
    _module("stream.mjpeg", "/cgi/mjpg/mjpeg.cgi"),
    _module("stream.mjpg", "/cgi/mjpg/mjpg.cgi", "/cgi/mjpg/video.mjpg", "/cgi/mjpg/video.cgi"),
    _module("stream.stream1", "/cgi/mpeg/stream1.cgi", "/live/stream1.cgi"),
    _module("stream.stream2", "/cgi/mpeg/stream2.cgi", "/live/stream2.cgi"),
    _module("stream.h264", "/cgi/h264/h264.cgi"),
    _module("stream.mpeg4", "/cgi/mpeg4/mpeg4.cgi"),
    _module("stream.live", "/cgi/mp4/live.cgi", "/cgi/mp4/live.mp4"),
    _module("setup", "/setup.cgi"),
    _module("query", "/cgi/query/query.cgi"),
    _module("audio.audio", "/cgi/audio/audio.cgi", "/live/audio.cgi"),
    _module("audio.talk", "/cgi/audio/talk.cgi"),
    _module("audio.speaker", "/cgi/audio/speaker.cgi"),
    _module("stream.image", "/cgi/jpg/image.cgi", "/cgi/jpg/image.jpg", "/cgi/jpg/image.jpeg"),
    _module("admin.ipfilter", "/cgi/admin/ipfilter.cgi"),
    _module("ptz.ptz", "/cgi/ptz/ptz.cgi"),
    _module("admin.ptctrl", "/cgi/admin/ptctrl.cgi", "/admin/ptctl.cgi"),
    _module("ptz.ptctl", "/users/ptctl.cgi"),
    _module("param", "/cgi/admin/param.cgi", "/cgi/users/param.cgi", "/cgi/guest/param.cgi", "/cgi/param.cgi"),
    _module("event.schedule", "/cgi/event/schedule.cgi"),
    _module("eventhttpnotify", "/eventhttpnotify.cgi"),
    _module("admin.eventlog", "/cgi/admin/eventlog.cgi"),
    _module("admin.auditlog", "/cgi/admin/auditlog.cgi"),
    _module("event.test", "/cgi/event/test.cgi"),
    _module("fz.focuszoomctl", "/cgi/fz/focuszoomctl.cgi"),
    _module("sdcard", "/sdcard.cgi"),
    _module("admin.virtual", "/cgi/admin/virtual.cgi"),
)
"""Modules of every path under ``/cgi``, in the SDK's order; other paths do not exist."""
