"""WSDiscovery, which Home Assistant uses: print the addresses and scopes of the cameras that it finds, as JSON."""

import json

from wsdiscovery import QName
from wsdiscovery.discovery import ThreadedWSDiscovery

SEARCH_S = 3
"""Seconds that it waits for answers."""

search = ThreadedWSDiscovery()
search.start()
kind = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
found = search.searchServices(types=[kind], timeout=SEARCH_S)
print(json.dumps([{"addresses": each.getXAddrs(), "scopes": [str(s) for s in each.getScopes()]} for each in found]))
search.stop()
