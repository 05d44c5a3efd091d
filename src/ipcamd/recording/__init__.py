"""Recording: pre-event buffer, clips of events, continuous recording to the SD card (SDK 10.16, 11, 14)."""
