"""ONVIF services: SOAP operations on the same settings, streams and events as the CGI."""
