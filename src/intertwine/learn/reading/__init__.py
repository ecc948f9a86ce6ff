"""A trained net read: what each of its kernels does, and what its layers do together.

* `sources`, `weights`: modules, state dicts and files in; filters as float64, batch normalisation
  multiplied in.
* `colours`: a filter of several channels as one spatial part and a direction.
* `describing`: the sentence of each kernel, in processes where there are many.
* `measures`, `duplicates`, `savings`, `lines`: figures of all kernels of a layer at once.
* `correlations` (predicted), `photos` and `maps` (measured): how feature maps go together.
* `call` (`read`), `layers`, `summary`, `result`, `figures`, `page`: what comes out.
"""
