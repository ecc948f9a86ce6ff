"""Find pictures of the same style: clothes by their shape, apart from colour, texture and detail.

A picture becomes a few short codes, one a view (`views`); an encoder computes them
(`encoders`); the cosine of two codes says how much two pictures agree in that view.
"""

from __future__ import annotations

from intertwine.style.hits import Changes, Hit, Stats
from intertwine.style.index import StyleIndex

__all__ = ["Changes", "Hit", "Stats", "StyleIndex"]
