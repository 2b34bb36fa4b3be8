"""Spline: its basis, its offsets and the energy of its bending."""

from __future__ import annotations

import numpy as np
import torch
from scipy.interpolate import BSpline

from likewise.geometry.splines import basis, bending_energy, control_points, offsets


def test_the_basis_is_that_of_scipy() -> None:
    points = control_points(5)
    knots = np.arange(-3, 9)  # uniform, three beyond either end
    places = (np.arange(40) + 0.5) / 40 * 5
    expected = BSpline.design_matrix(places, knots, 3).toarray()
    np.testing.assert_allclose(basis(40, points), expected, atol=1e-6)


def test_offsets_are_sums_of_the_basis() -> None:
    coefficients = torch.randn(2, 5, 7, generator=torch.Generator().manual_seed(0))
    down, across = basis(11, 5), basis(13, 7)
    expected = torch.zeros(2, 11, 13)
    for axis in range(2):
        for y in range(11):
            for x in range(13):
                for h in range(5):
                    for w in range(7):
                        part = coefficients[axis, h, w] * down[y, h] * across[x, w]
                        expected[axis, y, x] += part
    torch.testing.assert_close(offsets(coefficients, (11, 13)), expected)


def test_planes_do_not_bend_and_bowls_do() -> None:
    height, width = 6, 8
    y = (torch.arange(height) - (height - 1) / 2)[:, None] * 2 / (height - 3)
    x = (torch.arange(width) - (width - 1) / 2) * 2 / (width - 3)
    energy = bending_energy(height, width)

    def of(field: torch.Tensor) -> float:
        flat = field.expand(height, width).flatten()
        return float(flat @ energy @ flat)

    assert abs(of(0.3 + 0.5 * y - 0.2 * x)) < 1e-5
    # Second derivatives of a bowl are 2 along either axis and 0 across; of a saddle xy the mixed
    # one is 1, and counts twice.
    assert np.isclose(of(y**2 + x**2), 8, rtol=1e-4)
    assert np.isclose(of(y * x), 2, rtol=1e-4)
