"""The levers a strategist can pull, one file each."""
