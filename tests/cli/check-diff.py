#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tenscope-cli diff against the same measures by NumPy.

usage: check-diff.py TENSCOPE_CLI FOLDER

SSIM is written out from the paper (Wang, Bovik, Sheikh, Simoncelli 2004): a window of 11 x 11 with a
Gaussian of sigma 1.5, slid over all places where it fits. Where scikit-image is installed, it is
asked too.
"""

import json
import math
import os
import subprocess
import sys

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

PROGRAM, FOLDER = sys.argv[1:]
RANDOM = np.random.default_rng(7)


def ssim(a, b, data_range):
    if min(a.shape[:2]) < 11:
        return None
    d = np.arange(11) - 5
    window = np.exp(-(d[:, None] ** 2 + d[None, :] ** 2) / (2 * 1.5 ** 2))
    window /= window.sum()
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    values = []
    for c in range(a.shape[2]):
        x, y = (sliding_window_view(v[..., c], (11, 11)) for v in (a, b))
        mx, my = (x * window).sum((-1, -2)), (y * window).sum((-1, -2))
        dx, dy = x - mx[..., None, None], y - my[..., None, None]
        vx, vy, cov = ((p * q * window).sum((-1, -2)) for p, q in ((dx, dx), (dy, dy), (dx, dy)))
        values.append((2 * mx * my + c1) * (2 * cov + c2) / ((mx ** 2 + my ** 2 + c1) * (vx + vy + c2)))
    values = np.stack(values)
    return values[np.isfinite(values)].mean() if np.isfinite(values).any() else None


def near(got, want, limit=1e-9):
    if want is None:
        return got is None
    return math.isclose(float(got), want, rel_tol=limit, abs_tol=limit * 1e-3)


def check(name, a, b, layout, data_range, *options):
    """a, b: N x H x W x C as they are to be compared; saved in the order of layout."""
    paths = []
    for side, array in (("a", a), ("b", b)):
        path = os.path.join(FOLDER, f"{name}-{side}.npy")
        np.save(path, array.transpose(0, 3, 1, 2) if layout == "NCHW" else array)
        paths.append(path)
    done = subprocess.run([PROGRAM, "diff", "--json", "--layout", layout, *options, *paths], text=True, stdout=subprocess.PIPE)
    report = json.loads(done.stdout)
    (array,) = report["arrays"]
    assert array["data_range"] == data_range, (name, array["data_range"])
    any_different = False
    for k, image in enumerate(array["images"]):
        x, y = (v[k].astype("complex128" if np.iscomplexobj(v) else "float64") for v in (a, b))
        if np.iscomplexobj(x):
            x, y = (v.view("float64") for v in (np.ascontiguousarray(x), np.ascontiguousarray(y)))
        good = np.isfinite(x) & np.isfinite(y)
        same = (x == y) | (np.isnan(x) & np.isnan(y))
        d = np.abs(np.subtract(x, y, where=good, out=np.zeros_like(x)))[good]
        if a.dtype == b.dtype == np.int64:  # where doubles are not enough
            same, d = a[k] == b[k], np.abs(a[k] - b[k]).ravel().astype("float64")
        assert image["n_compared"] == good.sum() and image["n_different"] == (~same).sum(), (name, k)
        assert image["n_special"] == (~same & ~good).sum(), (name, k)
        assert image["same"] == bool(same.all()), (name, k)
        any_different |= not same.all()
        if d.size:
            mse = (d ** 2).mean()
            assert near(image["mse"], mse) and near(image["mae"], d.mean()) and near(image["max_abs"], d.max()), (name, k)
            assert near(image["psnr"], 10 * math.log10(data_range ** 2 / mse) if mse else math.inf), (name, k)
        bad = ~good
        x[bad] = y[bad] = np.nan
        assert near(image["ssim"], ssim(x, y, data_range), 1e-7), (name, k, image["ssim"], ssim(x, y, data_range))
        try:
            from skimage.metrics import structural_similarity
        except ImportError:
            continue
        if min(x.shape[:2]) >= 11 and good.all():
            want = structural_similarity(x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                                         data_range=data_range, channel_axis=2)
            assert near(image["ssim"], want, 1e-7), (name, k)
    assert done.returncode == int(any_different) and report["same"] != any_different, name


shape = (3, 40, 23, 3)
photo = (np.add.outer(np.arange(40) * 3, np.arange(23) * 7)[None, :, :, None] + np.arange(3) * 50 + np.arange(3)[:, None, None, None] * 9) % 256
photo = np.broadcast_to(photo, shape)
noisy = np.clip(photo + RANDOM.integers(-9, 10, shape), 0, 255)
noisy[1] = photo[1]
check("bytes", photo.astype("uint8"), noisy.astype("uint8"), "NHWC", 255)
check("bytes-against-floats", photo.astype("uint8"), noisy.astype("float64") + 0.25, "NHWC", 255)
unit = (photo / 255).astype("float32")
unit[:, 0, 0, 0], unit[:, 0, 1, 0] = 0, 1
check("unit", unit, (unit + RANDOM.normal(0, 0.05, shape)).astype("float32"), "NCHW", 1)
check("half", unit.astype("float16"), unit.astype("float16") * np.float16(0.875), "NCHW", 1)
special = unit.copy()
special[0, 5, 5, 1] = np.nan
special[1, 39, 22, 2] = np.inf
special[2, :, 10] = np.nan
other = special * np.float32(0.75)
other[0, 30, 3, 0] = -np.inf
check("special", special, other, "NCHW", 2.5, "--data-range", "2.5")
check("wide", RANDOM.normal(0, 1e6, shape), RANDOM.normal(0, 1e6, shape), "NCHW", 7.0, "--data-range", "7")
check("small", unit[:, :10], unit[:, :10] / 2, "NHWC", 1)
waves = (unit[..., :1] + 1j * unit[..., 1:2]).astype("complex64")
check("complex", waves, waves * np.complex64(0.5 + 0.5j), "NHWC", 2.0, "--data-range", "2")
long = RANDOM.integers(-(2 ** 62), 2 ** 62, (1, 12, 12, 1))
check("long", long, np.where(long % 2, long, long + 1), "NHWC", 1e19, "--data-range", "1e19")
