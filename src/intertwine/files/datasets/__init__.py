"""Public data sets: where they come from, whether they are whole, and their arrays.

sets.py       what there is: addresses, checksums, classes
download.py   files over HTTP, whole or not at all
fetching.py   from the cache, a folder or the network; verified every time
idx.py        the file format
"""

from __future__ import annotations

from intertwine.files.datasets.fetching import fetch, load, located
from intertwine.files.datasets.sets import SETS, DataFile, DataSet
from intertwine.files.datasets.writing import write_pictures

__all__ = ["SETS", "DataFile", "DataSet", "fetch", "load", "located", "write_pictures"]
