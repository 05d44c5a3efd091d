"""Firmware: signed images, their installation in addition to the running version, the trial of a new one."""
