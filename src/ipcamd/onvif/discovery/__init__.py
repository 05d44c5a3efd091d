"""WS-Discovery 1.0 (April 2005) as ONVIF uses it: Hello, Bye, Probe, Resolve (ONVIF Core, 7)."""
