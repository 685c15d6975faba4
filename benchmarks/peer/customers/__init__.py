"""The workload `customers` in each peer, one file a peer; ``workload`` states it in words."""
