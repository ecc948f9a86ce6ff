"""Intertwine beside its peers: ``python -m benchmarks``, or ``make bench``.

`regimes` is the table of what is compared, `peers` holds one file for each library, `timing` takes
turns, `roofline` says what the machine could do, `report` writes it down. `memory` measures work
space instead of time. Nothing here decides a test.
"""
