#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of pairs of images by SciPy, for test-compare.c: the table of golden numbers there.

The images come from a generator of 32-bit integers that both languages write the same way. SSIM is
written as in the paper (Wang, Bovik, Sheikh, Simoncelli 2004), with the Gaussian of scipy.ndimage:
truncated at 3.5 sigma it has 11 taps; the border of 5 where it does not fit is cut off.
"""

import numpy as np
from scipy.ndimage import gaussian_filter


def numbers(seed, n):
    out, x = [], seed
    for _ in range(n):
        x = (x * 1664525 + 1013904223) % 2**32
        out.append(x >> 8)
    return np.array(out, "float64")


def pair(case, height, width, channels):
    n = height * width * channels
    shape = (height, width, channels)
    y, x, c = np.meshgrid(*map(np.arange, shape), indexing="ij")
    smooth = ((x * 3 + y * 5 + c * 40) % 256).astype("float64")
    noise = numbers(case + 1, n).reshape(shape)
    if case == 1:  # bytes
        return smooth, np.clip(smooth + noise % 21 - 10, 0, 255)
    a = np.float32(smooth / 127.5 - 1).astype("float64")
    b = np.float32(a + (noise / 2**24 - 0.5) * 0.25).astype("float64")
    if case == 3:  # large offset, small differences
        return np.float32(a + 1000).astype("float64"), np.float32(b + 1000).astype("float64")
    if case == 4:
        a[3, 4, 0] = np.nan
        b[20, 1, 1] = np.inf
        a[21, 2, 2] = b[21, 2, 2] = np.nan
    return a, b


def ssim(a, b, data_range):
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2

    def blur(v):
        return gaussian_filter(v, 1.5, truncate=3.5, mode="constant")[5:-5, 5:-5]

    places = []
    for c in range(a.shape[2]):
        p, q = a[..., c].copy(), b[..., c].copy()
        p[~np.isfinite(p) | ~np.isfinite(q)] = np.nan
        q[np.isnan(p)] = np.nan
        bad = blur(np.isnan(p).astype("float64")) > 0
        p, q = np.nan_to_num(p), np.nan_to_num(q)
        mp, mq = blur(p), blur(q)
        vp, vq, cov = blur(p * p) - mp * mp, blur(q * q) - mq * mq, blur(p * q) - mp * mq
        s = (2 * mp * mq + c1) * (2 * cov + c2) / ((mp * mp + mq * mq + c1) * (vp + vq + c2))
        places.append(s[~bad])
    places = np.concatenate(places)
    return places.mean() if places.size else np.nan


for case, height, width, channels, data_range in [
        (1, 24, 31, 3, 255), (2, 40, 17, 1, 2), (3, 33, 12, 2, 2), (4, 29, 30, 3, 2), (5, 11, 11, 1, 1), (6, 10, 40, 3, 1)]:
    a, b = pair(case, height, width, channels)
    good = np.isfinite(a) & np.isfinite(b)
    d = (a - b)[good]
    mse = (d ** 2).mean()
    s = ssim(a, b, data_range) if min(height, width) >= 11 else np.nan
    print(f"  {{ {case}, {height}, {width}, {channels}, {data_range}, {good.sum()}, {mse:.17g}, {np.abs(d).mean():.17g}, "
          f"{np.abs(d).max():.17g}, {10 * np.log10(data_range ** 2 / mse):.17g}, {'NAN' if np.isnan(s) else format(s, '.17g')} }},")
