#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the small HDF5, MATLAB and TIFF files of this folder and what NumPy reads in them (h5py, SciPy, Pillow, OpenCV)."""

import hashlib
import json
import os
import pathlib
import struct
import zlib

import h5py
import numpy as np
import scipy.io
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent
expected = {}


def note(file, name, array):
    """Remember an array as it has to come out: row-major, little-endian."""
    array = np.asarray(array, order="C")
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    expected.setdefault(file, {})[name] = [
        str(array.dtype.newbyteorder("=")), list(array.shape), hashlib.sha256(data).hexdigest()]


rng = np.random.default_rng(7)
images = rng.standard_normal((5, 3, 8, 6)).astype("f4")

with h5py.File(HERE / "good.h5", "w", track_order=False) as f:
    for name, options in {
            "plain": {},
            "chunked": {"chunks": (2, 3, 4, 5)},
            "gzip": {"chunks": (1, 3, 8, 6), "compression": "gzip", "shuffle": True},
            "lzf": {"compression": "lzf"},
            "fletcher": {"fletcher32": True},
    }.items():
        f.create_dataset(name, data=images, **options)
        note("good.h5", name, images)
    for name, array in {
            "big": images.astype(">f4"), "half": images.astype("f2"), "wide": images.astype("f8"),
            "bytes": (images * 50).astype("u1"), "long": (images * 1e6).astype("<i8"),
            "mask": images > 0, "wave": images.astype("c8"), "number": np.float32(0.25),
            "group/inside/deep": images[0]}.items():
        f[name] = array
        note("good.h5", name, np.asarray(array))
    both = np.zeros((4, 2), [("x", "<f4"), ("y", "<i2")])
    both["x"], both["y"] = np.arange(8).reshape(4, 2), -np.arange(8).reshape(4, 2)
    f["points"] = both
    note("good.h5", "points/x", both["x"])
    note("good.h5", "points/y", both["y"])
    f["title"] = "cells"
    f["group/again"] = f["group"]
    f["soft"] = h5py.SoftLink("/plain")

with h5py.File(HERE / "refused.h5", "w") as f:
    f["fine"] = np.arange(3, dtype="u1")
    note("refused.h5", "fine", np.arange(3, dtype="u1"))
    f["elsewhere"] = h5py.ExternalLink("good.h5", "/plain")
    layout = h5py.VirtualLayout(shape=(5, 3, 8, 6), dtype="f4")
    layout[...] = h5py.VirtualSource("good.h5", "plain", shape=(5, 3, 8, 6))
    f.create_virtual_dataset("virtual", layout)
    f.create_dataset("outside", (4,), "u1", external=[("/etc/hostname", 0, 4)])

columns = {"img": (images[0] * 40).transpose(1, 2, 0).astype("u1"), "f": images[0].astype("f8"),
           "flag": images[0, 0] > 0, "z": images[0, 0].astype("c16"), "name": "cells",
           "s": {"a": np.arange(6.).reshape(2, 3), "deeper": {"b": np.int16([[1, 2]])}}}
for file, options in {"v5.mat": {}, "v5z.mat": {"do_compression": True}}.items():
    scipy.io.savemat(HERE / file, columns, **options)
    for name in "img", "f", "flag", "z":
        note(file, name, columns[name])
    note(file, "s/a", columns["s"]["a"])
    note(file, "s/deeper/b", columns["s"]["deeper"]["b"])

def v4(name, values, kind, storage):
    """A variable of MATLAB 4, big-endian: five words, the name, columns. P: how numbers are stored; T: full or sparse."""
    values = np.asarray(values)
    head = struct.pack(">5i", 1000 + 10 * storage + kind, *values.shape, 0, len(name) + 1)
    return head + name.encode() + b"\0" + values.astype(">" + "f8 f4 i4 i2 u2 u1".split()[storage]).tobytes("F")


def v5(kind, content):
    return struct.pack("<II", kind, len(content)) + content.ljust(-(-len(content) // 8) * 8, b"\0")


def v5_matrix(name, number, dims, content):
    return v5(14, v5(6, struct.pack("<II", number, 0)) + v5(5, struct.pack("<%di" % len(dims), *dims)) + v5(1, name) + content)


ints, floats = np.int16([[1, -2, 300], [4, 5, -32768]]), np.float32([[0.5], [-1.25]])
cells = [[3, 1, -2], [1, 2, 7.5], [3, 4, 0]]  # row, column, value, by columns; the sizes last
(HERE / "v4.mat").write_bytes(v4("i", ints, 0, 3) + v4("f", floats, 0, 1) + v4("sparse", cells, 2, 0))
note("v4.mat", "i", ints)
note("v4.mat", "f", floats)
note("v4.mat", "sparse", np.array([[0, 7.5, 0, 0], [0, 0, 0, 0], [-2, 0, 0, 0]]))

mark = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
one = v5_matrix(b"", 6, (1, 1), v5(9, struct.pack("<d", 4.5)))
(HERE / "v5empty.mat").write_bytes(mark + v5_matrix(b"c", 1, (1, 2), v5(14, b"") + one))
note("v5empty.mat", "c/0", np.zeros((1, 0)))
note("v5empty.mat", "c/1", np.float64([[4.5]]))
packed = [zlib.compress(v5_matrix(b"good", 6, (1, 1), v5(9, struct.pack("<d", 4.5)))),
          zlib.compress(v5_matrix(b"bad", 6, (1, 1), v5(9, struct.pack("<d", 4.5))) + b"more")]
(HERE / "v5more.mat").write_bytes(mark + b"".join(struct.pack("<II", 15, len(p)) + p for p in packed))
note("v5more.mat", "good", np.float64([[4.5]]))

with h5py.File(HERE / "v73.mat", "w", userblock_size=512) as f:
    f["img"] = columns["img"].transpose()
    f["img"].attrs["MATLAB_class"] = np.bytes_("uint8")
with open(HERE / "v73.mat", "r+b") as f:
    f.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
note("v73.mat", "img", columns["img"])

with h5py.File(HERE / "records.h5", "w") as f:
    records = np.zeros(6, [("image", ">u2", (4, 5)), ("pair", "<f4", (2,)), ("k", "<i2")])
    records["image"] = rng.integers(0, 60000, (6, 4, 5))
    records["pair"], records["k"] = rng.random((6, 2)), np.arange(6)
    f["records"] = records
    f.create_dataset("packed", data=records, chunks=(2,), compression="gzip")
    for name in "image", "pair", "k":
        note("records.h5", "records/" + name, records[name])
        note("records.h5", "packed/" + name, records[name])
    f.create_dataset("arrays", (6,), h5py.h5t.py_create(np.dtype(("<f4", (2,)))))[...] = records["pair"]
    note("records.h5", "arrays", records["pair"])

with h5py.File(HERE / "v73more.mat", "w", userblock_size=512) as f:
    def matlab(group, name, kind, data, **attributes):
        made = group.create_dataset(name, data=data)
        made.attrs["MATLAB_class"] = np.bytes_(kind)
        made.attrs.update(attributes)
        return made.ref

    matlab(f, "flag", "logical", columns["flag"].T.astype("u1"), MATLAB_int_decode=np.int32(1))
    matlab(f, "name", "char", np.array([list("grün".encode("utf-16le"))], "u1").view("<u2").T)
    matlab(f, "empty", "double", np.array([0, 3], "u8"), MATLAB_empty=np.uint8(1))
    store = f.create_group("#refs#")
    inner = f.create_group("#refs#/s")
    inner.attrs["MATLAB_class"] = np.bytes_("struct")
    matlab(inner, "x", "double", columns["f"].T[:, :, :2])
    cell = [matlab(store, "a", "double", columns["f"].T), matlab(store, "b", "char", np.array([[104], [105]], "u2")), inner.ref]
    kinds = np.array(cell, h5py.ref_dtype).reshape(3, 1)
    matlab(f, "cell", "cell", kinds)
    again = np.array([f["cell"].ref, f["cell"].ref], h5py.ref_dtype).reshape(2, 1)
    matlab(f, "cells", "cell", again)
    # a cell in itself, twice
    matlab(f, "circle", "cell", again)
    f["circle"][...] = np.array([f["circle"].ref, f["circle"].ref], h5py.ref_dtype).reshape(2, 1)
    note("v73more.mat", "flag", columns["flag"].astype("u1"))
    note("v73more.mat", "cell/0", columns["f"])
    note("v73more.mat", "cell/2/x", columns["f"][:2])
    note("v73more.mat", "cells/1/0", columns["f"])
with open(HERE / "v73more.mat", "r+b") as f:
    f.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")

pages = [Image.fromarray(images[i, 0]) for i in range(3)]
for file, options in {"stack.tif": {}, "lzw.tif": {"compression": "tiff_lzw"}}.items():
    pages[0].save(HERE / file, save_all=True, append_images=pages[1:], **options)
    for i in range(3):
        note(file, f"page{i}", images[i, 0])
# the first page is said to be higher than the file has bytes for; the others are fine
tall = bytearray((HERE / "stack.tif").read_bytes())
at = struct.unpack_from("<I", tall, 4)[0]
for i in range(struct.unpack_from("<H", tall, at)[0]):
    tag, kind = struct.unpack_from("<HH", tall, at + 2 + 12 * i)
    if tag == 257:
        struct.pack_into("<I", tall, at + 2 + 12 * i + 8, 60000)
(HERE / "tall.tif").write_bytes(tall)
# the first page alone is described
for file, options in {"hidden.tif": {"imagej": True}, "hidden-shape.tif": {"photometric": "rgb", "byteorder": ">"}}.items():
    stack = (images[:4, :, :, :3].transpose(0, 2, 3, 1) * 1000).astype("u2")
    stack = stack[..., 0] if "imagej" in options else stack
    tifffile.imwrite(HERE / file, stack, truncate=True, **options)
    for i in range(4):
        note(file, f"page{i}", stack[i])
whole = (HERE / "hidden.tif").read_bytes()
(HERE / "hidden-cut.tif").write_bytes(whole[:-stack[0].nbytes // 4])
for i in 1, 2:
    note("tall.tif", f"page{i}", images[i, 0])
colour = (images[0] * 40).transpose(1, 2, 0).astype("u1")
Image.fromarray(colour).save(HERE / "colour.tif")
note("colour.tif", "page0", colour)

os.environ["OPENCV_IO_ENABLE_OPENEXR"] = "1"
import cv2
for file, depth in {"float.exr": cv2.IMWRITE_EXR_TYPE_FLOAT, "half.exr": cv2.IMWRITE_EXR_TYPE_HALF}.items():
    pixels = np.ascontiguousarray(images[1].transpose(1, 2, 0))
    cv2.imwrite(str(HERE / file), pixels[..., ::-1], [cv2.IMWRITE_EXR_TYPE, depth])
    note(file, "pixels", pixels if file == "float.exr" else pixels.astype("f2"))

for file, method in {"b44.exr": cv2.IMWRITE_EXR_COMPRESSION_B44, "dwaa.exr": cv2.IMWRITE_EXR_COMPRESSION_DWAA}.items():
    cv2.imwrite(str(HERE / file), pixels[..., ::-1], [cv2.IMWRITE_EXR_COMPRESSION, method])

folder = HERE / "folder"
folder.mkdir(exist_ok=True)
for i in 2, 10, 1:
    picture = (images[i % 5] * 40 + 100).transpose(1, 2, 0).astype("u1")
    Image.fromarray(picture).save(folder / f"cell{i}.png")
    note("folder", f"cell{i}.png", picture)
Image.fromarray(picture[..., 0]).save(folder / "gray.png")
note("folder", "gray.png", picture[..., 0])
deep = (images[0, 0] * 1000 + 30000).astype("u2")
Image.fromarray(deep).save(folder / "deep.png")
note("folder", "deep.png", deep)
Image.fromarray(picture).save(folder / "photo.jpg", quality=95)
note("folder", "photo.jpg", np.asarray(Image.open(folder / "photo.jpg")))
inks = Image.fromarray(picture).convert("CMYK")
inks.save(folder / "inks.jpg", quality=95)
read = np.asarray(Image.open(folder / "inks.jpg")).astype("i4")
note("folder", "inks.jpg", (((255 - read[..., :3]) * (255 - read[..., 3:]) + 127) // 255).astype("u1"))
Image.fromarray(picture).quantize(4).save(folder / "palette.png")
note("folder", "palette.png", np.asarray(Image.open(folder / "palette.png").convert("RGB")))
np.save(folder / "array.npy", images)
note("folder", "array.npy", images)
(folder / "README.txt").write_text("not a dump\n")

whole = (HERE / "good.h5").read_bytes()
(HERE / "cut.h5").write_bytes(whole[:len(whole) // 2])
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
