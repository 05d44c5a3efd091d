"""Steps of libonvif when a camera is added.

usage: libonvif_fill.py PORT PASSWORD     It prints its data of the camera as JSON.
"""

import json
import sys

import libonvif


def main(port: str, password: str) -> None:
    data, messages = libonvif.Data(), []

    def log_in(each: libonvif.Data) -> libonvif.Data:
        each.setUsername("admin")
        each.setPassword(password)
        return each

    data.errorCallback = data.infoCallback = messages.append
    data.setSetting = lambda *_: None
    data.getSetting = lambda _, default="": default
    data.getData = lambda _: None
    data.getCredential = log_in
    data.setXAddrs(f"http://127.0.0.1:{port}/onvif/device_service")
    data.setDeviceService("POST /onvif/device_service HTTP/1.1\r\n")
    data.alias = "camera"
    data.manual_fill()
    streams = {profile.profile(): profile.stream_uri() for profile in data.profiles}
    print(json.dumps({"serial": data.serial_number(), "streams": streams, "messages": messages}))


if __name__ == "__main__":
    main(*sys.argv[1:])
