#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the folder joblib: dumps of joblib, good, broken and hostile.

    make-joblib.py [FOLDER]

Run it in Debian 12 (NumPy 1.24, joblib 1.2). expected.json is as make-dumps.py describes it. What
is to come out is taken from the objects that went in, and joblib.load() has to agree; what is
hostile is never loaded.
"""
import hashlib
import io
import json
import os
import sys
import zlib

import joblib
import numpy as np
from joblib import numpy_pickle

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(sys.argv[1] if len(sys.argv) > 1 else HERE, "joblib")
expected = {}
random = np.random.default_rng(11)
os.makedirs(OUT, exist_ok=True)


def write(name, data, **want):
    assert name not in expected, name
    with open(os.path.join(OUT, name), "wb") as file:
        file.write(data)
    expected[name] = want


def array(path, values, **more):
    values = np.asarray(values)
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
    return {"path": path, "dtype": values.dtype.newbyteorder("=").name, "shape": list(values.shape),
            "sha256": hashlib.sha256(little.tobytes()).hexdigest(), **more}


class NoTell(io.BytesIO):
    """A file that does not know where it is: joblib aligns nothing in it."""

    def tell(self):
        raise io.UnsupportedOperation


def dumped(value, protocol=None, file=None, **options):
    file = file if file is not None else io.BytesIO()
    joblib.dump(value, file, protocol=protocol, **options)
    joblib.load(io.BytesIO(file.getvalue()))
    return file.getvalue()


def dumped_by_older(value, protocol=None):
    """As releases before 1.2, whose description has no alignment."""
    made = numpy_pickle.NumpyArrayWrapper.__init__

    def init(self, *args, **kwargs):
        made(self, *args, **kwargs)
        del self.numpy_array_alignment_bytes
    numpy_pickle.NumpyArrayWrapper.__init__ = init
    try:
        return dumped(value, protocol)
    finally:
        numpy_pickle.NumpyArrayWrapper.__init__ = made


record = np.zeros(4, dtype=[("r", "u1"), ("pos", "<f4", (2,)), ("n", ">i4")])
record["r"], record["n"] = np.arange(4), np.arange(4) * 1000
record["pos"] = random.random((4, 2))
with_objects = np.array([(7, [1, 2]), (8, "in a record")], dtype=[("a", "i4"), ("b", "O")])
batch = random.random((3, 3, 8, 8)).astype("f4")
arrays = {"f4": batch, "fortran": np.asfortranarray(random.random((3, 4))), "part": batch[::2, 1:, :, ::3],
          "turned": batch.transpose(0, 2, 3, 1), "big": np.arange(6, dtype=">i2").reshape(2, 3),
          "u1": np.arange(256, dtype="u1"), "long": np.arange(70000, dtype="u1"),
          "c8": (random.random(3) + 1j).astype("c8"), "b1": np.array([True, False]),
          "f2": np.arange(5, dtype="f2"), "none": np.zeros((0, 3)), "matrix": np.matrix([[1, 2], [3, 4]]),
          "scalar": np.float32(2.5), "zero": np.array(7, dtype="i8"), "f4 again": batch}
texts = {"texts": np.array(["äb", "c"]), "bytes": np.array([b"ab", b"c"])}
for protocol in range(6):
    chosen = {k: v for k, v in arrays.items() if k != "long" or protocol in (2, 4)}
    value = {**chosen, "list": [batch[0], (batch[1], {"deep": batch[2]})], "record": record, **texts,
             "objects": np.array([np.arange(3), "s"], dtype=object), "mixed": with_objects,
             "date": np.array(["2020-01-01"], dtype="M8[D]"), "label": "end"}
    write("protocol-%d.joblib" % protocol, dumped(value, protocol), arrays=[
        array(k, v) for k, v in chosen.items()] + [
        array("list/0", batch[0]), array("list/1/0", batch[1]), array("list/1/1/deep", batch[2]),
        *(array("record/" + k, record[k]) for k in record.dtype.names),
        array("objects/0", np.arange(3)), array("date", value["date"].view("i8"), note="dates")],
        texts={"texts/0": "äb", "texts/1": "c", "bytes/0": "ab", "objects/1": "s", "mixed/1/1": "in a record", "label": "end"})

pair = {"images": batch, "labels": np.arange(3)}
found = [array("images", batch), array("labels", np.arange(3))]
write("array.joblib", dumped(batch), arrays=[array("", batch)])
write("older.joblib", dumped_by_older(pair), arrays=found)
write("older-2.joblib", dumped_by_older(pair, 2), arrays=found)
write("unaligned.joblib", dumped(pair, file=NoTell()), arrays=found)
write("sklearn.joblib", dumped_by_older(pair, 2).replace(
    b"cjoblib.numpy_pickle\n", b"csklearn.externals.joblib.numpy_pickle\n"), arrays=found)
write("long-double.joblib", dumped({"x": np.arange(3, dtype="g"), "y": batch}),
      arrays=[{"path": "x", "error": "f16 are not read"}, array("y", batch)])
file = io.BytesIO()
for one in (batch, pair):
    joblib.dump(one, file)
write("two.joblib", file.getvalue(), arrays=[
    array("0", batch), array("1/images", batch), array("1/labels", np.arange(3))])
for method in ("zlib", "gzip"):
    write("packed.joblib." + method, dumped(pair, compress=(method, 3)), arrays=found)
for method, says in (("bz2", "by bzip2"), ("xz", "by XZ"), ("lzma", "by LZMA")):
    write("packed.joblib." + method, dumped(pair, compress=(method, 3)), error=says)
packed = dumped(pair, compress=("zlib", 3))
write("packed-cut.joblib", packed[:-20], error="The zlib file ends too early")
write("packed-damaged.joblib", packed[:200] + b"\xff" * 100 + packed[300:],
      error="The zlib file is damaged near its byte")
write("packed-twice.joblib", zlib.compress(packed), error="more than once")

# --- broken and hostile, made of a good one

good = dumped({"a": batch, "b": "text"}, 2)
at = good.index(batch.tobytes())


def changed(old, new):
    assert good.count(old) >= 1, old
    return good.replace(old, new, 1)


write("cut.joblib", good[:at + 100], error="it needs 2304 bytes more, 100 are left")
write("cut-padding.joblib", good[:at - 2], error="ends too early")
write("type-unknown.joblib", changed(b"X\2\0\0\0f4", b"X\2\0\0\0zz"), error="its dtype is not known")
write("shape-negative.joblib", changed(b"(K\3K\3K\x08K\x08t", b"(K\3J\xff\xff\xff\xfft"),
      error="something that is no size")
write("shape-huge.joblib", changed(b"(K\3K\3K\x08K\x08t", b"(J\xff\xff\xff\x7f2222t"), error="more than there can be")
write("shape-large.joblib", changed(b"(K\3K\3K\x08K\x08t", b"(J\xff\xff\xff\x0fK\x08t"), error="bytes more")
evil = good.replace(b"cnumpy\ndtype\n", b"cposix\nsystem\n", 1)
write("hostile-type.joblib", evil, error="its dtype is none")
write("hostile-class.joblib", good.replace(b"cnumpy\nndarray\n", b"cposix\nsystem\n", 1),
      arrays=[array("a", batch, note="posix.system")], texts={"b": "text"})
write("no-state.joblib", b"\x80\2}X\1\0\0\0acjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81s.",
      arrays=[], opaque={"a": "joblib.numpy_pickle.NumpyArrayWrapper"})
write("state-none.joblib", b"\x80\2}X\1\0\0\0acjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81Nbs.",
      error="does not describe it")
inner = dumped(np.array([batch, "x"], dtype=object), 2)
write("objects-cut.joblib", inner[:-10], error="")
# a pickle in a pickle in a pickle ...: joblib itself reads one, and so do we
deep = b"".join(inner[2:inner.index(b"\x80\2", 2)] for _ in range(60))
write("objects-deep.joblib", b"\x80\2" + deep + b"N." * 61, arrays=[])

with open(os.path.join(OUT, "expected.json"), "w", encoding="utf-8") as file:
    json.dump(expected, file, indent=1, sort_keys=True, ensure_ascii=False)
    file.write("\n")
print(OUT, len(expected))
