"""What happens without levers, one stage a file, in the order in which ``sim.day`` asks."""
