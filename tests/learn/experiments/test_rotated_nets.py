"""The net on rings gives one answer for a picture in every orientation."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from intertwine.learn.experiments import first_layer  # noqa: E402
from intertwine.learn.experiments.nets import Motion  # noqa: E402
from intertwine.learn.experiments.polar import RotationPooledNet  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def net():
    """A small net whose normalisation has seen pictures."""
    torch.manual_seed(0)
    made = RotationPooledNet(4, (4, 6, 8), rings=8, angles=32).double()
    made(torch.randn(64, 1, 20, 20, dtype=torch.float64))
    return made.eval()


def test_right_angles_change_no_logit(net):
    x = torch.randn(6, 1, 20, 20, dtype=torch.float64)
    with torch.inference_mode():
        plain, turned = net(x), net(x.rot90(1, (2, 3)))
        # Coordinates and sums are rounded: some hundred terms a sum, in ten layers.
        tolerance = np.finfo(float).eps * 10 * 300 * float(plain.abs().max())
        torch.testing.assert_close(turned, plain, atol=tolerance, rtol=0)
        assert float((net(x.flip(3)) - plain).abs().max()) > 1e3 * tolerance


def test_a_rotated_picture_is_a_shift_along_the_angle(net):
    x = torch.randn(2, 1, 20, 20, dtype=torch.float64)
    rolled = net.sampled(x).roll(net.angles // 4, 3)
    # Places are rounded, a few units at ten pixels from the centre; slopes reach twice the maximum.
    tolerance = np.finfo(float).eps * (4 * 10) * (2 * 2) * float(x.abs().max())
    torch.testing.assert_close(net.sampled(x.rot90(1, (2, 3))), rolled, atol=tolerance, rtol=0)


def test_the_stages_shift_with_the_angle(net):
    """Four samples of angle, 45 degrees here, are one step of the last stage."""
    x = torch.randn(2, 1, 8, 32, dtype=torch.float64)
    with torch.inference_mode():
        assert torch.equal(net.stages(x.roll(4, 3)), net.stages(x).roll(1, 3))


def test_no_shift_of_the_rings_changes_a_logit(net):
    x = torch.randn(3, 1, 20, 20, dtype=torch.float64)
    with torch.inference_mode():
        plain = net(x)
        shifted = [net.logits(net.sampled(x).roll(k, 3)) for k in range(5, 9)]
    tolerance = np.finfo(float).eps * 10 * 300 * float(plain.abs().max())
    torch.testing.assert_close(torch.stack(shifted).mean(0), plain, atol=tolerance, rtol=0)


def test_motion_without_range_changes_nothing_and_rotates_as_asked():
    x = torch.rand(3, 1, 9, 9, dtype=torch.float32)
    still = Motion(shift=0.0, rotate=0.0, stretch=0.0)
    # Places are rounded, and levels lie between 0 and 1.
    torch.testing.assert_close(still(x), x, atol=9 * 4 * np.finfo(np.float32).eps, rtol=0)
    torch.manual_seed(1)
    assert float((Motion(rotate=180.0)(x) - x).abs().max()) > 0.1


KERNEL = np.array([[1.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -1.0]])


def test_spectra_rotate_with_their_kernels():
    bank = np.stack([KERNEL, np.diag([1.0, 2.0, -3.0])])
    plain = first_layer.orientation_histogram(bank)
    turned = first_layer.orientation_histogram(np.rot90(bank, axes=(1, 2)))
    assert np.isclose(plain.sum(), 1)
    np.testing.assert_allclose(turned, np.roll(plain, len(plain) // 2), rtol=1e-9)


def test_a_sobel_kernel_answers_across_its_edge():
    histogram = first_layer.orientation_histogram(KERNEL[None])
    assert histogram.argmax() == len(histogram) // 2  # frequencies along y
    assert first_layer.coverage(histogram) < first_layer.coverage(np.full(16, 1 / 16))


def test_a_layer_that_holds_its_rotated_kernels_is_closed():
    four = np.stack([np.rot90(KERNEL, quarters) for quarters in range(4)])
    assert np.isclose(first_layer.closure(four), 1)
    assert first_layer.closure(KERNEL[None]) < 0.9
