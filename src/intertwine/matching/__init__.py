"""Find patterns: images in images, clips in recordings, shapes in series, chirps in noise.

Cross-correlation is convolution with the flipped, conjugated pattern, and a normalised score is two
or three such convolutions: of the data with the pattern, and of the data and their squares with a
box. So `find` is a question asked of a kernel and answered by `intertwine.convolve`; what is left
to this package is to keep the answer right (`scores`), to pick peaks (`peaks`) and to say what they
are worth (`background`).
"""

from intertwine.matching.hits import Hit, Hits
from intertwine.matching.search import find
from intertwine.matching.series_profiles import Discord, MatrixProfile, Motif, matrix_profile

__all__ = ["Discord", "Hit", "Hits", "MatrixProfile", "Motif", "find", "matrix_profile"]
