#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes cells.txt: what torch and torchvision make of data/samples/cells.pt.

usage: /usr/bin/python3 tests/cli/golden/make-golden.py > tests/cli/golden/cells.txt

Needs torch, torchvision and Pillow. Lines:
  image K SHA256                 save_image (value_range=(-1, 1), normalize=True) of image K, RGB bytes
  latent K SHA256                row K of "latents", float32, little-endian
  label K VALUE, seed K VALUE    what belongs to image K
  sheet KEY COUNT COLUMNS PADDING PAD_VALUE WIDTH HEIGHT SHA256
                                 save_image of the first COUNT images of KEY as one sheet, RGB bytes
"""

import hashlib
import io
import pathlib

import numpy as np
import torch
import torchvision
from PIL import Image

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "data" / "samples"


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def saved(tensor, **options):
    """The bytes that a reader of save_image's PNG gets."""
    buffer = io.BytesIO()
    torchvision.utils.save_image(tensor, buffer, format="png", normalize=True, value_range=(-1, 1), **options)
    return np.array(Image.open(buffer))


dump = torch.load(SAMPLES / "cells.pt")
for k, image in enumerate(dump["images"]):
    print("image", k, sha(saved(image)))
for k, latent in enumerate(dump["latents"]):
    print("latent", k, sha(latent.numpy().astype("<f4")))
for k in range(len(dump["images"])):
    print("label", k, int(dump["labels"][k]))
    print("seed", k, int(dump["seeds"][k]))
for key, count, columns, padding, pad_value in (
        ("images", 64, 8, 2, 0.0), ("images", 64, 10, 0, 0.0), ("images", 7, 3, 5, 0.5),
        ("images", 3, 8, 2, 1.0), ("images", 1, 8, 2, 0.0), ("masks", 64, 16, 1, 0.25)):
    sheet = saved(dump[key][:count], nrow=columns, padding=padding, pad_value=pad_value)
    print("sheet", key, count, columns, padding, pad_value, sheet.shape[1], sheet.shape[0], sha(sheet))
