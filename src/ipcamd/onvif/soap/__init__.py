"""SOAP 1.2: reading requests, writing answers, faults."""
