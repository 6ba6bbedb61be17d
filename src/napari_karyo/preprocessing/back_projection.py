"""From the network's input back onto the original crop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def back_project(
    values: NDArray[np.float32], grid: NDArray[np.float32], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Carry a map on the network's input back onto the crop it was made from.

    Each value is dropped at its place on the crop, shared among the four nearest
    pixels, and every crop pixel takes the mean of what fell on it. This needs no
    inverse of the chain and so works for turned and straightened crops alike.

    Parameters
    ----------
    values : ndarray, shape (H, W), float32
        A map on the input, such as saliency.
    grid : ndarray, shape (H, W, 2), float32
        Row and column in the crop of each pixel of the input.
    shape : tuple of int
        Height and width of the crop.

    Returns
    -------
    ndarray, shape `shape`, float32
        0 where no pixel of the input lies.
    """
    height, width = shape
    place = grid.reshape(-1, 2).astype(np.float64)
    weight_sum = np.zeros(height * width)
    value_sum = np.zeros(height * width)
    base = np.floor(place).astype(np.int64)
    part = place - base
    flat = values.reshape(-1).astype(np.float64)
    for down in (0, 1):
        for right in (0, 1):
            row, column = base[:, 0] + down, base[:, 1] + right
            weight = np.abs(1 - down - part[:, 0]) * np.abs(1 - right - part[:, 1])
            there = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            index = row[there] * width + column[there]
            weight_sum += np.bincount(index, weight[there], height * width)
            value_sum += np.bincount(index, (weight * flat)[there], height * width)
    total = weight_sum.reshape(shape)
    summed = value_sum.reshape(shape)
    # Where the input is coarser than the crop, pixels between two samples get the
    # mean of their neighbourhood instead of a hole.
    near_total = ndimage.gaussian_filter(total, 1.0)
    near = ndimage.gaussian_filter(summed, 1.0) / np.maximum(near_total, 1e-6)
    carried = np.where(total > 0.2, summed / np.maximum(total, 1e-6), near)
    return np.where(near_total > 1e-3, carried, 0.0).astype(np.float32)
