"""Port mapping: ports of the router that lead to the camera, by PCP, NAT-PMP or UPnP IGD."""
