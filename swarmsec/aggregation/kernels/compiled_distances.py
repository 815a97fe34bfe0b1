"""The compiled part of Krum over many rows: the sum of each row's smallest distances, without sorting them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Floats
from swarmsec.compile import compiled


@compiled
def nearest_sums(gram: npt.NDArray[Any], squares: Floats, neighbors: int, sums: Floats, reach: Floats) -> None:
    """For every row the sum of its `neighbors` smallest squared distances to other rows, and the largest of these.

    Args:
        gram: (n, n) inner products, float32 or float64.
        squares: (n,) squared norms.
        neighbors: From 1 to n − 1.
        sums: (n,) where the sums are written.
        reach: (n,) where the largest distance in each sum is written.
    """
    n = squares.size
    distances = np.empty(n)
    # Non-negative floats have the same order as their bits read as integers.
    bits = distances.view(np.int64)
    scalar = np.empty(1)
    scalar_bits = scalar.view(np.int64)
    for i in range(n):
        mine = squares[i]
        for j in range(n):
            square = mine + squares[j] - 2.0 * gram[i, j]
            distances[j] = square if square > 0.0 else 0.0
        distances[i] = np.inf
        low = bits[0]
        high = np.int64(0)
        for j in range(n):
            low = min(low, bits[j])
            high = max(high, bits[j] if j != i else np.int64(0))
        high += 1
        # The counts of values under `low` and under `high`; the wanted value lies between them.
        under_low, under_high = 0, n - 1
        straight = True
        while under_high != neighbors and high - low > 1:
            middle = low + (high - low) // 2
            if straight:
                scalar_bits[0] = low
                smallest = scalar[0]
                scalar_bits[0] = high
                share = (neighbors - under_low + 0.5) / (under_high - under_low + 1.0)
                scalar[0] = smallest + share * (scalar[0] - smallest)
                middle = min(max(scalar_bits[0], low + 1), high - 1)
            width = high - low
            under = 0
            for j in range(n):
                under += bits[j] < middle
            if under <= neighbors:
                low, under_low = middle, under
            else:
                high, under_high = middle, under
            if under == neighbors:
                high, under_high = middle, under
            # Bisect where linear interpolation converges slowly.
            straight = not straight or high - low < width // 2
        s0 = s1 = s2 = s3 = 0.0
        count = 0
        largest = np.int64(0)
        bound = high if under_high == neighbors else low
        for j in range(0, n - 3, 4):
            s0 += distances[j] if bits[j] < bound else 0.0
            s1 += distances[j + 1] if bits[j + 1] < bound else 0.0
            s2 += distances[j + 2] if bits[j + 2] < bound else 0.0
            s3 += distances[j + 3] if bits[j + 3] < bound else 0.0
        for j in range(n - n % 4, n):
            s0 += distances[j] if bits[j] < bound else 0.0
        for j in range(n):
            count += bits[j] < bound
            largest = max(largest, bits[j] if bits[j] < bound else np.int64(0))
        total = (s0 + s1) + (s2 + s3)
        if count < neighbors:
            # The remaining distances of the sum are equal.
            scalar_bits[0] = low
            total += (neighbors - count) * scalar[0]
            largest = low
        scalar_bits[0] = largest
        sums[i] = total
        reach[i] = scalar[0]
