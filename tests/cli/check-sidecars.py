#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the sidecars of an export of cells.pt as a user would, with json and NumPy.

usage: check-sidecars.py IMAGES_FOLDER golden/cells.txt
"""

import glob
import hashlib
import json
import os
import sys

import numpy as np


def refuse(token):
    raise ValueError("not strict JSON: " + token)


folder, golden_path = sys.argv[1:]
golden = {tuple(line.split()[:2]): line.split()[2] for line in open(golden_path) if not line.startswith("sheet")}
paths = sorted(glob.glob(os.path.join(folder, "*.json")))
assert len(paths) == 64, len(paths)
for k, path in enumerate(paths):
    w = np.array(json.load(open(path))["latents"]["latents"]["data"], "float32")
    assert w.shape == (64,), w.shape
    assert hashlib.sha256(w.tobytes()).hexdigest() == golden["latent", str(k)], path
    with open(path, "rb") as file:
        json.loads(file.read().decode("ascii"), parse_constant=refuse)
    side = json.load(open(path))
    assert os.path.exists(os.path.join(folder, side["image"]["file"]))
    assert np.array(side["view"]["affine"]["scale"])[:, None, None].shape == (3, 1, 1)

lines = [json.loads(line) for line in open(os.path.join(folder, "metadata.jsonl"))]
assert [line["index"] for line in lines] == list(range(64))
assert all(str(line["seed"]) == golden["seed", str(k)] for k, line in enumerate(lines))
assert all(os.path.exists(os.path.join(folder, line["file_name"])) for line in lines)

odd = np.array(json.loads('[[0.25, "NaN"], ["Infinity", "-Infinity"], [-0.0, 1e-45]]'), "float32")
assert np.isnan(odd[0, 1]) and np.isinf(odd[1]).all() and np.signbit(odd[2, 0]) and odd[2, 1] > 0
