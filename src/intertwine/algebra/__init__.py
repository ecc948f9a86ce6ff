"""What can be done with kernels and asked of them, one idea a file; `Kernel` forwards to it.

Nothing here is needed to convolve. Functions take a kernel and return kernels of the same class,
or small frozen objects. They are pure: the same kernel gives the same answer.
"""
