"""Drawings of spectra and of rates, as Matplotlib figures."""
