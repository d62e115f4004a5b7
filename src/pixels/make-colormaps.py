#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes ts-colormap-data.h from the colormaps that matplotlib ships (run at development time).

usage: /usr/bin/python3 src/pixels/make-colormaps.py > src/pixels/ts-colormap-data.h

Each table has the 256 colours as matplotlib gives them with bytes=True, that is trunc (255 * c).
Where the data come from:
  viridis, magma, inferno, plasma   van der Walt and Smith, CC0
  cividis                           Nunez, Anderton and Renslow, CC0
  turbo                             Mikhailov (Google), Apache-2.0
  coolwarm                          Moreland's diverging map, free to use
  RdBu                              ColorBrewer 2.0 (Brewer, Harrower, Pennsylvania State University), Apache-2.0
  twilight                          Bechtold, CC0 (510 colours; 256 of them, evenly, for bars and swatches)
  jet, seismic, hsv                 piecewise linear formulas
  tab10, tab20                      Tableau's palettes as matplotlib publishes them
"""

import matplotlib
import numpy as np

NAMES = ["viridis", "magma", "inferno", "plasma", "cividis", "turbo", "jet", "coolwarm", "RdBu", "seismic",
         "twilight", "hsv"]
# Whose "_r" is not their table backwards to the last bit.
REVERSED = ["jet_r", "RdBu_r", "seismic_r", "twilight_r"]
PALETTES = ["tab10", "tab20"]


def table(name, n, suffix=""):
    colors = matplotlib.colormaps[name].resampled(n)(np.arange(n), bytes=True)[:, :3]
    lines = []
    for first in range(0, n, 12):
        lines.append("  " + " ".join("{%d,%d,%d}," % tuple(c) for c in colors[first:first + 12]))
    return f"static const guint8 {name.lower()}{suffix}_data[{n}][3] = {{\n" + "\n".join(lines) + "\n};\n"


print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
print("/* Made by make-colormaps.py, which says where the data come from; not edited by hand. */")
print("#pragma once\n\n#include <glib.h>\n\n/* clang-format off */\n")
for name in NAMES + REVERSED:
    print(table(name, 256))
for name in ["twilight", "twilight_r"]:
    print(table(name, 510, "_full"))
for name in PALETTES:
    print(table(name, int(name[3:])))
print("/* clang-format on */")
