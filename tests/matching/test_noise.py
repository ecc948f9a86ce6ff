"""The matched filter: units of noise, coloured noise, and GW150914."""

import importlib.util
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy import signal

import intertwine as iw
from intertwine.matching import noise

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "gw150914.py"


def coloured(rng, n):
    """Noise with a steep spectrum and a line."""
    white = rng.standard_normal(n)
    red = signal.lfilter([1], [1, -1.8, 0.81], white)
    return red + 20 * np.sin(0.7 * np.arange(n))


@pytest.mark.parametrize("is_complex", [False, True])
def test_the_ratio_has_unit_variance_in_noise(is_complex):
    rng = np.random.default_rng(0)
    n, m = 1 << 16, 512
    phase = 2 * np.pi * np.cumsum(np.linspace(0.02, 0.2, m))
    chirp = np.hanning(m) * (np.exp(1j * phase) if is_complex else np.cos(phase))
    hits = iw.find(chirp, 1e-21 * coloured(rng, n) + 1e-20, whiten="noise")
    assert hits.kind == "snr"
    inner = hits.surface[n // 16 : -n // 16]
    quadratures = 2 if is_complex else 1
    assert np.mean(inner**2) / quadratures == pytest.approx(1, abs=0.08)


def test_a_buried_chirp_comes_out_with_the_ratio_it_was_given():
    rng = np.random.default_rng(1)
    n, m, at = 1 << 16, 512, 31_234
    chirp = np.hanning(m) * np.cos(2 * np.pi * np.cumsum(np.linspace(0.02, 0.2, m)))
    data = coloured(rng, n)
    expected = 15.0
    # without the line the noise is known: |1 / (1 - 1.8 z + .81 z^2)|^2
    whitened = signal.lfilter([1, -1.8, 0.81], [1], np.append(chirp, [0, 0]))
    data[at : at + m] += chirp * expected / np.sqrt((whitened**2).sum())
    hits = iw.find(chirp, data, whiten="noise")
    assert hits.index.tolist() == [[at]]
    assert hits.score[0] == pytest.approx(expected, abs=2.5)


@pytest.mark.parametrize("change", ["twice the rate", "a band"])
def test_empty_bands_do_not_count(change):
    """Their power is leakage and rounding; its inverse must not drown the rest."""
    rng = np.random.default_rng(5)
    n, m, at = 1 << 15, 512, 20_000
    chirp = np.hanning(m) * np.cos(2 * np.pi * np.cumsum(np.linspace(0.05, 0.15, m)))
    data = coloured(rng, n)
    data[at : at + m] += 10 * chirp
    plain = iw.find(chirp, data, whiten="noise")
    assert plain.index.tolist() == [[at]]
    if change == "a band":
        band = signal.butter(8, [0.06, 0.5], "bandpass", output="sos")
        chirp = np.pad(chirp, 500)
        kernel, seen = signal.sosfiltfilt(band, chirp), signal.sosfiltfilt(band, data)
        place = at - 500
    else:
        kernel, seen, place = signal.resample(chirp, 2 * m), signal.resample(data, 2 * n), 2 * at
    hits = iw.find(kernel, seen, whiten="noise")
    assert abs(int(hits.index[0, 0]) - place) <= 1
    assert hits.score[0] == pytest.approx(plain.score[0], rel=0.1)


def test_the_spectrum_of_white_noise_is_one():
    x = np.random.default_rng(2).standard_normal((300, 200))
    assert noise.spectrum(x, (32, 16)).mean() == pytest.approx(1, abs=0.02)


def test_pictures_are_whitened_too():
    rng = np.random.default_rng(3)
    data = rng.standard_normal((200, 220)).cumsum(0).cumsum(1)
    pattern = data[50:70, 80:110].copy()
    assert iw.find(pattern, data, whiten="noise").index.tolist() == [[50, 80]]


def test_boundary_zero_lets_long_templates_hang_out():
    rng = np.random.default_rng(4)
    n = 8192
    template = np.zeros(n)
    template[n // 2 : n // 2 + 64] = np.sin(np.arange(64) ** 1.5)
    data = rng.standard_normal(n)
    data[6000:6064] += 4 * template[n // 2 : n // 2 + 64]
    hits = iw.find(template, data, whiten="noise", boundary="zero")
    assert hits.index.tolist() == [[6000 - n // 2]]
    with pytest.raises(iw.OptionError, match="does not go with whiten='noise'"):
        iw.find(template, data, whiten="noise", boundary="wrap")


@pytest.mark.data
def test_gw150914(data_folder, tmp_path):
    """18.56 and 13.21 are what the open-science tutorial for this event computes."""
    spec = importlib.util.spec_from_file_location("gw150914", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    found = example.search(data_folder / "ligo", tmp_path / "gw.png")
    (h1, l1), (t_h1, t_l1) = [hit.score[0] for hit in found], [hit.position[0, 0] for hit in found]
    assert h1 == pytest.approx(18.56, abs=0.3)
    assert l1 == pytest.approx(13.21, abs=0.3)
    assert (t_h1 - t_l1) / 4096 == pytest.approx(0.007, abs=0.0005)
    assert (tmp_path / "gw.png").stat().st_size > 10_000
    template = h5py.File(data_folder / "ligo" / "GW150914_4_template.hdf5")["template"][:]
    (path,) = (data_folder / "ligo").glob("H-H1*.hdf5")
    chirp, strain = template[0] + 1j * template[1], h5py.File(path)["strain/Strain"][:]
    band = signal.butter(4, [35, 350], "bandpass", fs=4096, output="sos")
    for kernel, data, rate in (
        (signal.resample(chirp, 1 << 18), signal.resample(strain, 1 << 18), 8192),
        (signal.resample(chirp, 1 << 16), signal.resample(strain, 1 << 16), 2048),
        (signal.sosfiltfilt(band, chirp), signal.sosfiltfilt(band, strain), 4096),
    ):
        hits = iw.find(kernel, data, whiten="noise", boundary="zero")
        assert hits.score[0] == pytest.approx(18.56, abs=0.3)
        assert hits.position[0, 0] / rate == pytest.approx(t_h1 / 4096, abs=0.0005)
    lines = [line for line in EXAMPLE.read_text().splitlines() if line.strip()]
    assert len(lines) < 20
