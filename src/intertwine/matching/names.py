"""What `find` calls itself and its scores."""

CALLER = "find"
SCORES = ("zncc", "ncc", "correlation", "phase", "distance", "snr")

#: The best that a score can be, for those that have one.
BEST = {"zncc": 1.0, "ncc": 1.0, "phase": 1.0, "distance": 0.0}
