"""The workload `incentives` in each peer, one file a peer; ``workload`` states it in words."""
