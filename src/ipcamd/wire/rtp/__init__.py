"""RTP: packets, reports, reordering."""
