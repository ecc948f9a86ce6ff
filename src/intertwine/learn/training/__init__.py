"""Training a net on pictures, and asking it: `train`, `predict`, `Classifier`.

* `sources`, `archives`, `parts`: where labelled pictures come from, and which are held back.
* `squares`: pictures of any size and colour as one array; `augmentation`: how it is varied.
* `nets`: the presets; `loop`: steps of descent; `checkpoint`: how they go on to the same bits.
* `evaluation`: accuracy with its interval, confusion, calibration; `drawing`: its picture.
* `scorers`, `classifier`: what was learned, in memory and on disk; `predicting`: `predict`.
* `probe`: a dense layer on a network that others trained.
* `session`: `train`, which puts all this together.
"""

from intertwine.learn.training.classifier import Classifier
from intertwine.learn.training.predicting import Prediction, Predictions, predict
from intertwine.learn.training.session import train

__all__ = ["Classifier", "Prediction", "Predictions", "predict", "train"]
