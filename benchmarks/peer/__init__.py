"""The peers' workload in each peer, one file a peer; ``workload`` says what they have in common, ``worker`` runs one of them."""
