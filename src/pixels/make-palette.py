#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes ts-palette-data.h: 256 colours for labels (run at development time).

usage: /usr/bin/python3 src/pixels/make-palette.py > src/pixels/ts-palette-data.h

Each colour is the one of a grid of RGB values that is farthest, in CIELAB, from black, white and all colours before it,
the way that Glasbey, van der Heijden, Toh and Gray (2007) describe. Colours that are nearly black or white or gray are
left out, so that they differ from a background too.
"""

import numpy as np

STEPS = np.arange(0, 256, 17)


def to_lab(rgb):
    c = rgb / 255
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = c @ np.array([[0.4124564, 0.2126729, 0.0193339], [0.3575761, 0.7151522, 0.1191920],
                        [0.1804375, 0.0721750, 0.9503041]])
    f = xyz / [0.95047, 1, 1.08883]
    f = np.where(f > (6 / 29) ** 3, np.cbrt(f), f / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


grid = np.stack(np.meshgrid(STEPS, STEPS, STEPS, indexing="ij"), -1).reshape(-1, 3)
lab = to_lab(grid)
fits = (lab[:, 0] > 20) & (lab[:, 0] < 95) & (np.hypot(lab[:, 1], lab[:, 2]) > 12)
grid, lab = grid[fits], lab[fits]
nearest = np.full(len(grid), np.inf)
for seen in to_lab(np.array([[0, 0, 0], [255, 255, 255], [128, 128, 128]])):
    nearest = np.minimum(nearest, np.linalg.norm(lab - seen, axis=1))
colors = []
for _ in range(256):
    best = int(np.argmax(nearest))
    colors.append(tuple(grid[best]))
    nearest = np.minimum(nearest, np.linalg.norm(lab - lab[best], axis=1))

print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
print("/* Made by make-palette.py; not edited by hand. */")
print("#pragma once\n\n#include <glib.h>\n\n/* clang-format off */")
print("static const guint8 glasbey_data[256][3] = {")
for first in range(0, 256, 8):
    print("  " + " ".join("{%d,%d,%d}," % c for c in colors[first:first + 8]))
print("};\n/* clang-format on */")
