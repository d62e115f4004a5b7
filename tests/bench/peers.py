#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same work as the cases of tenscope-bench, done as researchers do it today; driven by it.

Reads lines: "who CASE" is answered by the names of those that can do it, "run CASE NAME" by the
milliseconds that one run took (of the processor with --cpu), and by the bytes it wrote where it says
so. One thread each. Exports read the elements that tenscope-bench left in TS_BENCH_FOLDER.
"""

import json
import os
import resource
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

try:
    import torch
    import torchvision
    torch.set_num_threads(1)
except ImportError:
    torch = None
try:
    import cv2
    cv2.setNumThreads(1)
except ImportError:
    cv2 = None
try:
    from PIL import Image
except ImportError:
    Image = None
try:
    import matplotlib
except ImportError:
    matplotlib = None

SHAPE = (64, 3, 256, 256)
made = {}


def elements(kind):
    if kind not in made:
        nchw = made.get("f32")
        if nchw is None:
            nchw = made["f32"] = np.random.default_rng(1).uniform(-1.2, 1.2, SHAPE).astype(np.float32)
        if kind == "f32":
            return nchw
        if kind == "nhwc":
            made[kind] = np.ascontiguousarray(nchw.transpose(0, 2, 3, 1))
        elif kind == "gray":
            made[kind] = np.ascontiguousarray(nchw[:, 0])
        elif kind == "u8":
            made[kind] = (np.clip(elements("nhwc") * 0.5 + 0.5, 0, 1) * 255).astype(np.uint8)
        elif kind == "torch":
            made[kind] = torch.from_numpy(nchw)
        elif kind == "torch-bf16":
            made[kind] = torch.from_numpy(nchw).to(torch.bfloat16)
        elif kind == "tick":
            made[kind] = np.ascontiguousarray(nchw.reshape(-1)[:28 * 3 * 256 * 256].reshape(28, 3, 256, 256))
        elif kind == "samples":
            made[kind] = np.ascontiguousarray(nchw.reshape(-1)[:64 * 3 * 64 * 64].reshape(64, 3, 64, 64))
        else:
            made[kind] = nchw.astype(kind)
    return made[kind]


def to_bytes(x):
    return np.clip((x * np.float32(0.5) + np.float32(0.5)) * 255 + 0.5, 0, 255).astype(np.uint8)


def to_rgba(x):
    out = np.empty((x.shape[0], *x.shape[2:], 4), np.uint8)
    out[..., :3] = to_bytes(x).transpose(0, 2, 3, 1)
    out[..., 3] = 255
    return out


def nhwc_to_rgba(x):
    out = np.empty((*x.shape[:3], 4), np.uint8)
    out[..., :3] = to_bytes(x)
    out[..., 3] = 255
    return out


def torch_bytes(x):
    return x.float().mul(0.5).add_(0.5).mul_(255).add_(0.5).clamp_(0, 255).permute(0, 2, 3, 1).to(torch.uint8).contiguous()


def cv2_rgba(x):
    for image in x:
        planes = [cv2.convertScaleAbs(np.maximum(plane, -1), alpha=127.5, beta=127.5) for plane in image]
        cv2.merge(planes + [np.full(planes[0].shape, 255, np.uint8)])


def pil_images(x):
    for image in to_bytes(x).transpose(0, 2, 3, 1):
        Image.fromarray(image).convert("RGBA").tobytes()


def gamma(x):
    t = np.clip(x * np.float32(0.5) + np.float32(0.5), 0, 1) ** np.float32(1 / 2.2)
    out = np.empty((x.shape[0], *x.shape[2:], 4), np.uint8)
    out[..., :3] = (t * 255 + 0.5).astype(np.uint8).transpose(0, 2, 3, 1)
    out[..., 3] = 255
    return out


def data(name, dtype, shape):
    if name not in made:
        made[name] = np.fromfile(os.path.join(os.environ["TS_BENCH_FOLDER"], name), dtype).reshape(shape)
    return made[name]


def pictures():
    """One after the other, as a loop over a batch makes them."""
    for image in data("pictures.f32", np.float32, (-1, 3, 256, 256)):
        yield np.ascontiguousarray(to_bytes(image).transpose(1, 2, 0))


def label_maps():
    colors = (np.array(matplotlib.colormaps["tab10"].colors) * 255 + 0.5).astype(np.uint8)
    for image in data("labels.u8", np.uint8, (-1, 512, 512)):
        yield colors[image]


def save_all(images, suffix, save):
    """Bytes of all files."""
    folder = os.path.join(os.environ["TS_BENCH_FOLDER"], "peers")
    os.makedirs(folder, exist_ok=True)
    n_bytes = 0
    for k, image in enumerate(images):
        path = os.path.join(folder, f"{k:02d}{suffix}")
        save(image, path)
        n_bytes += os.path.getsize(path)
    return n_bytes


def cv2_save(*options):
    return lambda image, path: cv2.imwrite(path, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), list(options))


def dump_latents():
    return sum(len(json.dumps(z.tolist())) for z in data("latents.f32", np.float32, (-1, 512)))


def stats(x):
    return np.nanmin(x), np.nanmax(x), np.mean(x, dtype=np.float64), np.std(x, dtype=np.float64), np.isnan(x).sum()


CASES = {
    "f32": {"numpy": lambda: to_rgba(elements("f32")),
            "torch": torch and (lambda: torch_bytes(elements("torch"))),
            "make_grid": torch and (lambda: torchvision.utils.make_grid(
                elements("torch"), normalize=True, value_range=(-1, 1)).mul(255).add_(0.5).clamp_(0, 255)
                .permute(1, 2, 0).to(torch.uint8).numpy()),
            "opencv": cv2 and (lambda: cv2_rgba(elements("f32"))),
            "pillow": Image and (lambda: pil_images(elements("f32")))},
    "f32-threads": {"numpy": lambda: to_rgba(elements("f32")),
                    "opencv": cv2 and (lambda: cv2_rgba(elements("f32")))},
    "nhwc": {"numpy": lambda: nhwc_to_rgba(elements("nhwc"))},
    "f16": {"numpy": lambda: to_rgba(elements("float16").astype(np.float32))},
    "bf16": {"torch": torch and (lambda: torch_bytes(elements("torch-bf16")))},
    "f64": {"numpy": lambda: to_rgba(elements("float64"))},
    "u8": {"numpy": lambda: np.concatenate([elements("u8"), np.full((64, 256, 256, 1), 255, np.uint8)], 3)},
    "gamma": {"numpy": lambda: gamma(elements("f32"))},
    "colormap": {"matplotlib": matplotlib and (lambda: matplotlib.colormaps["viridis"](
        elements("gray") * np.float32(0.5) + np.float32(0.5), bytes=True))},
    "tick-samples": {"numpy": lambda: to_rgba(elements("samples"))},
    "tick-large": {"numpy": lambda: to_rgba(elements("tick"))},
    "minify": {"numpy": lambda: elements("f32").reshape(64, 3, 128, 2, 128, 2).mean((3, 5)),
               "opencv": cv2 and (lambda: [cv2.resize(plane, (128, 128), interpolation=cv2.INTER_AREA)
                                           for plane in elements("f32").reshape(-1, 256, 256)])},
    "minify-threads": {"opencv": cv2 and (lambda: [cv2.resize(plane, (128, 128), interpolation=cv2.INTER_AREA)
                                                   for plane in elements("f32").reshape(-1, 256, 256)])},
    "minmax": {"numpy": lambda: (np.nanmin(elements("f32")), np.nanmax(elements("f32"))),
               "torch": torch and (lambda: torch.aminmax(elements("torch")))},
    "stats": {"numpy": lambda: stats(elements("f32"))},
    "histogram": {"numpy": lambda: np.histogram(elements("f32"), 256, (-1.2, 1.2))},
    "png": {"pillow": Image and (lambda: save_all(pictures(), ".png", lambda image, path: Image.fromarray(image).save(path))),
            "opencv": cv2 and (lambda: save_all(pictures(), ".png", cv2_save()))},
    "png-flat": {"pillow": Image and matplotlib and (
                     lambda: save_all(label_maps(), ".png", lambda image, path: Image.fromarray(image).save(path))),
                 "opencv": cv2 and matplotlib and (lambda: save_all(label_maps(), ".png", cv2_save()))},
    "jpeg": {"pillow": Image and (
                 lambda: save_all(pictures(), ".jpg", lambda image, path: Image.fromarray(image).save(path, quality=90))),
             "opencv": cv2 and (lambda: save_all(pictures(), ".jpg", cv2_save(cv2.IMWRITE_JPEG_QUALITY, 90)))},
    "latents": {"json.dumps": dump_latents},
    "percentiles": {"numpy": lambda: np.percentile(elements("f32"), [0.5, 99.5])},
}

FIRST = {
    "np.mmap": """import numpy as np
a = np.load(%r, mmap_mode="r")%s
np.array(a[0])""",
    "np.load": """import numpy as np
a = np.load(%r)%s
np.array(a[0])""",
    "torch.load": """import torch
a = torch.load(%r)%s
a[0].clone()""",
}


def start(how, name, member=""):
    """A Python of its own that takes one image."""
    path = os.path.join(os.environ.get("TS_BENCH_FOLDER", ""), name)
    return lambda: subprocess.run([sys.executable, "-c", FIRST[how] % (path, member)], check=True) and None


def folder_load(name, member):
    return lambda: np.load(os.path.join(os.environ["TS_BENCH_FOLDER"], name))[member]


# Whatever the dump is, others get theirs: a map that reads no more than it must, and all of it.
for name in ("first-npy", "first-npz", "first-pt", "first-safe"):
    CASES[name] = {"np.mmap": start("np.mmap", "large.npy")}
CASES["first-npy"]["np.load"] = start("np.load", "large.npy")
CASES["first-npz"]["np.load"] = start("np.load", "large.npz", "['images']")
CASES["first-pt"]["torch.load"] = torch and start("torch.load", "large.pt", "['images']")
CASES["first-deflated"] = {"np.load": start("np.load", "deflated.npz", "['images']")}
CASES["inflate"] = {"np.load": folder_load("deflated.npz", "images")}


def processor_time():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


clock = processor_time if "--cpu" in sys.argv else time.perf_counter
for line in sys.stdin:
    words = line.split()
    able = {name: run for name, run in CASES.get(words[1], {}).items() if run}
    if words[0] == "who":
        print(*able, flush=True)
        continue
    begin = clock()
    try:
        n_bytes = able[words[2]]()
    except (OSError, RuntimeError, ValueError, subprocess.CalledProcessError) as error:
        print(f"{words[1]} {words[2]}: {error}", file=sys.stderr)
        print("0 0", flush=True)
        continue
    ms = (clock() - begin) * 1000
    print(f"{ms:.6f}", n_bytes if type(n_bytes) is int else 0, flush=True)
