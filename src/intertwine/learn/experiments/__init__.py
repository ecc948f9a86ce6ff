"""Experiments with nets that can be repeated: `rotation`, on rotated pictures.

* `rotated`: the split, and pictures rotated by any angle.
* `traditional`: raw pixels, HOG, Fourier features; `polar` and `nets`: what is trained.
* `methods`: all of these by their names; `first_layer`: what the first kernels alone can do.
* `curves`: answers as accuracies over angles; `drawing` and `report`: what people look at.
* `session`: `rotation`, which puts all this together and keeps what is done.
"""

from intertwine.learn.experiments.session import rotation

__all__ = ["rotation"]
