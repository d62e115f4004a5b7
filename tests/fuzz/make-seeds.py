#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of the fuzz targets whose input is no file format.

    make-seeds.py helper HELPER FOLDER FILE...   what the helper says about real files, and requests
    make-seeds.py layout FOLDER                  arrays as they are common, and odd ones
"""
import os
import struct
import subprocess
import sys

MAGIC = 0x54534131
NO_OFFSET = 2**64 - 1
BACKENDS = {"h5": "hdf5", "tif": "tiff", "tiff": "tiff", "exr": "exr", "png": "picture", "jpg": "picture"}
DTYPES = [  # name, bytes; the order of TsDtype
    ("bool", 1), ("int8", 1), ("uint8", 1), ("int16", 2), ("uint16", 2), ("int32", 4), ("uint32", 4),
    ("int64", 8), ("uint64", 8), ("float16", 2), ("bfloat16", 2), ("float32", 4), ("float64", 8),
    ("complex32", 4), ("complex64", 8), ("complex128", 16)]


class Listing:
    """The datasets of a listing that are read through the helper."""

    def __init__(self, data):
        self.data, self.at, self.datasets = data, 0, []
        while self.at < len(data):
            self.record()

    def take(self, code):
        value, = struct.unpack_from("=" + code, self.data, self.at)
        self.at += struct.calcsize("=" + code)
        return value

    def text(self):
        n = self.take("I")
        self.at += n

    def record(self):
        kind = chr(self.take("B"))
        if kind == "E":
            return
        self.text()
        if kind in "TX":
            self.text()
        elif kind == "O":
            self.text()
            self.text()
        elif kind == "D":
            number, dtype, _, n_dims = self.take("I"), self.take("B"), self.take("B"), self.take("B")
            n = DTYPES[dtype][1]
            for _ in range(n_dims):
                n *= self.take("Q")
            offset, _ = self.take("Q"), self.take("B")
            self.text()
            if offset == NO_OFFSET:
                self.datasets.append((number, n))


def backend_of(path, head):
    if path.endswith(".mat"):
        return "hdf5" if head[512:520] == b"\x89HDF\r\n\x1a\n" or head[:8] == b"\x89HDF\r\n\x1a\n" else "mat"
    return BACKENDS[path.rsplit(".", 1)[-1]]


def give_file(fd):
    os.dup2(fd, 3)
    os.set_inheritable(3, True)


def converse(helper, path, requests):
    """The replies: (is_error, payload)."""
    with open(path, "rb") as file:
        backend = backend_of(path, file.read(520))
        file.seek(0)
        stream = b"".join(struct.pack("=IIQQ", MAGIC, *request) for request in requests)
        said = subprocess.run([helper, backend], input=stream, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False, close_fds=False, env={"LC_ALL": "C"},
                              preexec_fn=lambda: give_file(file.fileno())).stdout
    replies, at = [], 0
    while at < len(said):
        _, is_error, n = struct.unpack_from("=IIQ", said, at)
        replies.append((is_error, said[at + 16:at + 16 + n]))
        at += 16 + n
    return stream, said, replies


def put(folder, name, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def make_helper(helper, folder, files):
    for path in files:
        name = os.path.basename(path)
        _, _, replies = converse(helper, path, [])
        if not replies:
            continue
        datasets = [] if replies[0][0] else Listing(replies[0][1]).datasets[:4]
        requests = [(number, 0, min(n, 256)) for number, n in datasets]
        requests += [(number, n, 16) for number, n in datasets[:1]]
        stream, said, replies = converse(helper, path, requests)
        if len(said) > 8192 or any(len(payload) > 4096 for _, payload in replies):
            continue
        put(folder, name + "-raw", b"\0" + said)
        framed = b"\1" + struct.pack("=H", len(replies[0][1])) + replies[0][1]
        for is_error, payload in replies[1:]:
            framed += struct.pack("=BH", is_error, len(payload)) + payload
        if not replies[0][0]:
            put(folder, name + "-framed", framed)
        if stream:
            put(folder, name + "-requests", b"\2" + stream)


def array(dtype, dims, name="images", data=b"", origin=0, strides=0, layout=""):
    number = [entry[0] for entry in DTYPES].index(dtype)
    out = struct.pack("=BBBB", number, origin, strides, len(dims))
    out += b"".join(struct.pack("=H", dim if dim < 0x8000 else 0x8000 | dim >> 10) for dim in dims)
    for text in (name.encode(), layout.encode()):
        out += struct.pack("=B", len(text)) + text
    return out + struct.pack("=H", len(data)) + data


def make_layout(folder):
    ramp = struct.pack("=64f", *(i / 32 - 1 for i in range(64)))
    noise = struct.pack("=64f", *((i * 7919 % 64) / 64 for i in range(64)))
    odd = struct.pack("=8f", float("nan"), float("inf"), float("-inf"), -0.0, 1e38, -1e38, 1e-40, 3)
    octets = bytes(range(256))
    labels = struct.pack("=16q", *(i % 5 for i in range(16)))
    cases = {
        "nchw": [array("float32", (8, 3, 32, 32), "fake", ramp, 1)],
        "nhwc": [array("uint8", (8, 32, 32, 3), "images", octets)],
        "nhw": [array("float64", (9, 28, 28), "x", struct.pack("=16d", *range(16)))],
        "rgba": [array("uint8", (4, 16, 16, 4), "rgba", octets)],
        "latent": [array("float16", (2, 4, 8, 8), "latents", noise, 1), array("float32", (2, 3, 64, 64), "img", ramp, 1)],
        "video": [array("float32", (2, 5, 3, 16, 16), "video", ramp, 1, layout="NTCHW")],
        "matlab": [array("uint8", (32, 32, 3, 6), "data", octets, 3, 1)],
        "flat": [array("float32", (20, 784), "x_train", ramp, layout="NHW:28x28")],
        "flat-colour": [array("uint8", (20, 3072), "data", octets, layout="NCHW:3x32x32")],
        "labels": [array("uint8", (6, 16, 16), "mask", b"\0\1\2\3"), array("int64", (6,), "labels", labels)],
        "odd-values": [array("float32", (2, 3, 8, 8), "x", odd)],
        "bool": [array("bool", (4, 1, 16, 16), "mask", b"\0\1\1\0\1")],
        "complex": [array("complex64", (2, 16, 16), "k", noise)],
        "expanded": [array("float32", (64, 3, 8, 8), "x", ramp, 1, 2)],
        "backwards": [array("float32", (4, 3, 8, 8), "x", ramp, 1, 3 + 4 * 2)],
        "empty": [array("float32", (0, 3, 8, 8), "x")],
        "scalar": [array("float64", (), "lr", b"\0" * 8)],
        "eight-axes": [array("uint8", (1, 1, 2, 1, 2, 3, 8, 8), "x", octets)],
        "thin": [array("float32", (1, 1, 1, 60000), "x", ramp, layout="NCHW")],
        "huge": [array("float32", (0x8000 << 4, 0x8000 << 4, 3), "x", ramp)],
        "many": [array("float32", (2, 3, 8, 8), "layer%d/weight" % i, ramp, 1) for i in range(6)],
    }
    for name, arrays in cases.items():
        put(folder, name, bytes([len(arrays)]) + b"".join(arrays))


if __name__ == "__main__":
    if sys.argv[1] == "helper":
        make_helper(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        make_layout(sys.argv[2])
