"""Firmware: signed images, their installation beside the running version, the trial of a new one."""
