"""The formulas in plain NumPy: dense covariances, no states. Imports nothing of the library."""

import numpy as np


def polynomial(taps, sign):
    return np.concatenate([[1.0], sign * np.asarray(taps, float)])


def autocovariance(ar, ma, lags, terms=20_000):
    """``k * ~k`` of the psi weights, cut off where they are nothing."""
    psi = np.zeros(terms)
    theta = polynomial(ma, 1)
    for t in range(terms):
        psi[t] = theta[t] if t < theta.size else 0.0
        for i, tap in enumerate(ar, 1):
            if i <= t:
                psi[t] += tap * psi[t - i]
    return np.array([psi[: terms - lag] @ psi[lag:] for lag in range(lags + 1)])


def covariance(ar, ma, n, terms=20_000):
    gamma = autocovariance(ar, ma, n - 1, terms)
    return gamma[np.abs(np.subtract.outer(np.arange(n), np.arange(n)))]


def log_density(y, mean, cov):
    left = y - mean
    _, log_det = np.linalg.slogdet(cov)
    return -0.5 * (y.size * np.log(2 * np.pi) + log_det + left @ np.linalg.solve(cov, left))


def difference_matrix(taps, n):
    """Rows that take the differences of a series of n samples."""
    reach = len(taps) - 1
    rows = np.zeros((n - reach, n))
    for i in range(n - reach):
        for lag, tap in enumerate(taps):
            rows[i, i + reach - lag] += tap
    return rows


def log_density_with_gaps(y, taps, cov):
    """The density of the differences, integrated over the samples that are NaN.

    In closed form: the exponent is a quadratic in the missing samples.
    """
    gaps = np.flatnonzero(np.isnan(y))
    rows = difference_matrix(taps, y.size)
    known = rows @ np.nan_to_num(y)
    impulses = rows[:, gaps]
    precision = np.linalg.inv(cov)
    inner = impulses.T @ precision @ impulses
    best = np.linalg.solve(inner, -impulses.T @ precision @ known)
    full = log_density(known + impulses @ best, 0.0, cov)
    _, log_det = np.linalg.slogdet(inner)
    return full + 0.5 * (gaps.size * np.log(2 * np.pi) - log_det), best


def conditional(cov, observed, n):
    """Mean and variance of the samples after the first n, given these."""
    a, b, c = cov[:n, :n], cov[n:, :n], cov[n:, n:]
    gain = np.linalg.solve(a, b.T).T
    return gain @ observed, np.diag(c - gain @ b.T)


def filtered(x, ar, ma):
    y = np.zeros(len(x))
    for t in range(len(x)):
        y[t] = x[t]
        for j, tap in enumerate(ma, 1):
            if j <= t:
                y[t] += tap * x[t - j]
        for i, tap in enumerate(ar, 1):
            if i <= t:
                y[t] += tap * y[t - i]
    return y
