#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes golden.txt: what torchvision, NumPy, diffusers' idiom and matplotlib make of known values.

usage: /usr/bin/python3 tests/pixels/golden/make-golden.py > tests/pixels/golden/golden.txt

Needs torch, torchvision, NumPy, Pillow and matplotlib. Lines:
  offset N                               where the 64x3x64x64 float32 images lie in cells.pt
  cells K SHA256                         save_image (value_range=(-1, 1), normalize=True) of image K, RGB bytes
  torchvision SEED LO HI SHA256          the same for 3x64x64 random values, value_range=(LO, HI)
  torchvision-minmax SEED EACH SHA256    normalize=True alone: of 2x3x32x32 values, or of each image
  numpy SEED STD MEAN RULE SHA256        (x * std + mean) * 255 of the same values, by a rounding rule
  colormap NAME SHA256                   matplotlib of 4096 values, RGB bytes
  palette NAME N SHA256                  matplotlib of the labels 0 .. N - 1, RGB bytes
The random values are xorshift32(seed) >> 8, as 24-bit fractions stretched over -1.5 .. 1.5, as float32.
"""

import hashlib
import io
import pathlib
import struct
import sys
import zipfile

import matplotlib
import numpy as np
import torch
import torchvision
from PIL import Image

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "data" / "samples"


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def random_values(seed, count):
    out, state = np.empty(count, np.float32), seed
    for i in range(count):
        state ^= (state << 13) & 0xffffffff
        state ^= state >> 17
        state ^= (state << 5) & 0xffffffff
        out[i] = np.float32((state >> 8) * (3.0 / 16777216) - 1.5)
    return out


def saved(tensor, **options):
    """The bytes that a reader of save_image's PNG gets."""
    buffer = io.BytesIO()
    torchvision.utils.save_image(tensor, buffer, format="png", **options)
    return np.array(Image.open(buffer))


def offset_of_images(path):
    tensor = torch.load(path)["images"]
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for entry in archive.infolist():
            file.seek(entry.header_offset)
            name, extra = struct.unpack("<26x2H", file.read(30))
            begin = entry.header_offset + 30 + name + extra
            file.seek(begin)
            if entry.file_size == tensor.numel() * 4 and file.read(64) == tensor.numpy().tobytes()[:64]:
                return tensor, begin
    sys.exit("the images of cells.pt were not found")


images, offset = offset_of_images(SAMPLES / "cells.pt")
print("offset", offset)
for k, image in enumerate(images):
    print("cells", k, sha(saved(image, value_range=(-1, 1), normalize=True)))

for seed, lo, hi in [(1, -1, 1), (2, 0, 1), (3, -1.2, 1.3), (4, -0.3, 0.1), (5, -2.1179, 2.64), (6, -1.5, -0.25)]:
    values = torch.from_numpy(random_values(seed, 3 * 64 * 64).reshape(3, 64, 64))
    print("torchvision", seed, lo, hi, sha(saved(values, value_range=(lo, hi), normalize=True)))

for seed, each in [(7, 0), (8, 1)]:
    values = torch.from_numpy(random_values(seed, 2 * 3 * 32 * 32).reshape(2, 3, 32, 32))
    values[1] *= 0.25
    grid = saved(values, normalize=True, scale_each=bool(each), padding=0)
    print("torchvision-minmax", seed, each, sha(np.stack([grid[:, :32], grid[:, 32:]])))

RULES = {
    "nearest": lambda t: np.clip(t * 255 + 0.5, 0, 255).astype(np.uint8),
    "half-even": lambda t: np.clip(np.round(t * 255), 0, 255).astype(np.uint8),
    "truncate": lambda t: np.clip(t * 255, 0, 255).astype(np.uint8),
    "tf": lambda t: np.clip(t * np.float32(255.5), 0, 255).astype(np.uint8),
    "torch-dtype": lambda t: torch.from_numpy(np.clip(t, 0, 1)).mul(255 + 1.0 - 1e-3).to(torch.uint8).numpy(),
}
for seed, (std, mean) in enumerate([(0.5, 0.5), (0.229, 0.485), (0.26862954, 0.48145466), (0.2435, 0.4822)], 10):
    values = random_values(seed, 64 * 64)
    for rule, quantise in RULES.items():
        print("numpy", seed, std, mean, rule, sha(quantise(values * np.float32(std) + np.float32(mean))))

# Around every entry's two ends, and both ends of the range.
edges = np.arange(2048, dtype=np.float32) / np.float32(2048)
values = np.concatenate([edges, np.nextafter(edges, np.float32(-1), dtype=np.float32)])
values[-1] = 1
MAPS = ["viridis", "magma", "inferno", "plasma", "cividis", "turbo", "jet", "coolwarm", "RdBu", "seismic", "twilight",
        "hsv"]
for name in MAPS + [name + "_r" for name in MAPS]:
    print("colormap", name, sha(matplotlib.colormaps[name](values, bytes=True)[:, :3]))
for name, n in [("tab10", 10), ("tab10_r", 10), ("tab20", 20), ("tab20_r", 20)]:
    print("palette", name, n, sha(matplotlib.colormaps[name](np.arange(n), bytes=True)[:, :3]))
