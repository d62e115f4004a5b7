#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes grids.txt: what torchvision's make_grid and save_image make of a batch, case by case.

usage: /usr/bin/python3 tests/pixels/golden/make-grids.py > tests/pixels/golden/grids.txt

Needs torch and torchvision. Lines: images, channels, columns, padding, mode, pad value, width, height, and the
SHA-256 of the RGB bytes. The modes: plain is save_image alone; normalize takes the range of the images, range is
value_range=(-1, 1), each is scale_each. The elements are those of test-grids.c.
"""

import hashlib

import torch
import torchvision

HEIGHT, WIDTH = 5, 6
MODES = {"plain": {}, "normalize": {"normalize": True},
         "range": {"normalize": True, "value_range": (-1, 1)},
         "each": {"normalize": True, "scale_each": True}}


def make(n, channels):
    state, values = 1, []
    for _ in range(n * channels * HEIGHT * WIDTH):
        state = (1664525 * state + 1013904223) % 2**32
        values.append((state >> 20) / 1024 - 2)
    return torch.tensor(values, dtype=torch.float32).reshape(n, channels, HEIGHT, WIDTH)


for n in (1, 2, 7, 8, 9, 64):
    for channels in (1, 3):
        for padding in (0, 1, 2, 10):
            for mode, options in MODES.items():
                pad_value = (0.0, 0.25, 0.5, 1.0)[(n + padding + len(mode)) % 4]
                columns = 8 if padding != 1 else 3
                grid = torchvision.utils.make_grid(make(n, channels), nrow=columns, padding=padding,
                                                   pad_value=pad_value, **options)
                pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to(torch.uint8).numpy()
                print(n, channels, columns, padding, mode, pad_value, pixels.shape[1], pixels.shape[0],
                      hashlib.sha256(pixels.tobytes()).hexdigest())
