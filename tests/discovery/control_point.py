"""GUPnP control point, run by the system's Python: prints the first camera that it finds on an interface.

usage: control_point.py INTERFACE ADDRESS

ADDRESS is its own one, IPv4 or IPv6; that decides which group it uses.
"""

import sys

import gi

gi.require_version("GUPnP", "1.6")
gi.require_version("GSSDP", "1.6")
from gi.repository import GSSDP, Gio, GLib, GUPnP  # noqa: E402


def show(_: object, proxy: GUPnP.DeviceProxy) -> None:
    found = (proxy.get_friendly_name(), proxy.get_presentation_url(), proxy.get_udn(), proxy.get_model_name())
    print("\n".join(found))
    loop.quit()


loop = GLib.MainLoop()
address = Gio.InetAddress.new_from_string(sys.argv[2])
context = GUPnP.Context.new_full(sys.argv[1], address, 0, GSSDP.UDAVersion.VERSION_1_1)
point = GUPnP.ControlPoint.new(context, "urn:schemas-upnp-org:device:Basic:1")
point.connect("device-proxy-available", show)
point.set_active(True)
GLib.timeout_add_seconds(30, loop.quit)
loop.run()
