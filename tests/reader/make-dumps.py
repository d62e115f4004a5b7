#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the folders good and bad: dumps of every kind, with what NumPy reads in them.

    make-dumps.py [FOLDER [SAMPLES]]

With the folder of the sample dumps, also samples.json: what NumPy and PyTorch read in these. Run it in Debian 12 (NumPy 1.24) to get the committed bytes again. expected.json in
each folder maps a file to what is to come out: "arrays" ([{"path", "dtype", "shape", "sha256",
"note"?, "error"?}], digests of the row-major little-endian bytes), "texts" ({path: text}), "error"
(a part of the message when nothing opens), "warning" (a part of the warning).
"""
import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = sys.argv[1] if len(sys.argv) > 1 else HERE
DATE = (1980, 1, 1, 0, 0, 0)
expected = {"good": {}, "bad": {}}
random = np.random.default_rng(20)


def write(kind, name, data, **want):
    folder = os.path.join(OUT, kind)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
    assert name not in expected[kind], name
    expected[kind][name] = want


def array(path, values, dtype=None, **more):
    values = np.asarray(values)
    little = values.astype(values.dtype.newbyteorder("<"))
    data = np.ascontiguousarray(little).tobytes()
    return {"path": path, "dtype": dtype or values.dtype.newbyteorder("=").name,
            "shape": list(values.shape), "sha256": hashlib.sha256(data).hexdigest(), **more}


def npy(values, version=None, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(values), version=version, **options)
    return file.getvalue()


def raw_npy(header, data=b"", version=(1, 0), pad=True, length=None):
    """An array file with any text as its header."""
    text = header if isinstance(header, bytes) else header.encode("latin-1")
    start = 10 if version[0] == 1 else 12
    if pad:
        text += b" " * (-(start + len(text) + 1) % 64) + b"\n"
    packed = struct.pack("<H" if version[0] == 1 else "<I", len(text) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + packed + text + data


def header(descr, shape, fortran=False):
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }" % (descr, fortran, shape)


def zipped(members, method=zipfile.ZIP_STORED, stream=False, **options):
    class Stream(io.RawIOBase):
        def __init__(self):
            self.parts = []

        def writable(self):
            return True

        def write(self, data):
            self.parts.append(bytes(data))
            return len(data)

    file = Stream() if stream else io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = method
            with archive.open(info, "w", **options) as member:
                member.write(data)
    return b"".join(file.parts) if stream else file.getvalue()


def patched(data, at, fmt, value):
    data = bytearray(data)
    struct.pack_into(fmt, data, at, value)
    return bytes(data)


def safetensors(head, data=b"", pad=True, length=None):
    text = head if isinstance(head, bytes) else json.dumps(head, separators=(",", ":")).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def st(entries, metadata=None):
    """A well-formed file from {name: (dtype, shape, bytes)}."""
    head, data = {}, b""
    if metadata is not None:
        head["__metadata__"] = metadata
    for name, (dtype, shape, values) in entries.items():
        head[name] = {"dtype": dtype, "shape": shape,
                      "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    return safetensors(head, data)


# NumPy arrays

numbers = ["f2", "f4", "f8", "c8", "c16", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
a23 = np.arange(6, dtype="<f4").reshape(2, 3)


def some(code, shape=(3, 4)):
    size = np.dtype(code).itemsize * int(np.prod(shape))
    values = np.frombuffer(random.bytes(size), dtype=code).reshape(shape)
    if values.dtype.kind in "fc":  # no NaNs: their payloads are not kept by all
        with np.errstate(all="ignore"):
            values = np.nan_to_num(values.astype(values.dtype.newbyteorder("=")))
    return values.astype(np.dtype(code))


for order, name in (("<", "little"), (">", "big")):
    values = {code: some(order + code) for code in numbers}
    values["b1"] = np.array([[True, False, True]])
    write("good", "dtypes-%s.npz" % name, zipped([(k + ".npy", npy(v)) for k, v in values.items()]),
          arrays=[array(k, v) for k, v in values.items()])
    values = np.asfortranarray(some(order + "i2", (3, 4, 5)))
    write("good", "fortran-%s.npy" % name, npy(values), arrays=[array("", values)])
values = np.asfortranarray(some("<f8", (5, 3)))
write("good", "fortran-2d.npy", npy(values), arrays=[array("", values)])
write("good", "scalar.npy", npy(np.float64(3.25)), arrays=[array("", np.float64(3.25))])
write("good", "empty.npy", npy(np.zeros((0, 3), "<i4")), arrays=[array("", np.zeros((0, 3), "<i4"))])
write("good", "field-without-name.npy", raw_npy(header("[('', '<f4'), ('', '|V4')]", "(3,)"), a23.tobytes()),
      arrays=[array("f0", a23.ravel()[::2])])
write("good", "word-single.npy", raw_npy(header("'single'", "(2, 3)"), a23.tobytes()), arrays=[array("", a23)])
write("good", "word-int4.npy", raw_npy(header("'int4'", "(4,)"), bytes([1, 2, 0xff, 7])),
      arrays=[array("", np.int8([1, 2, -1, 7]), note="int4")])
write("bad", "word-float4.npy", raw_npy(header("'float4_e2m1fn'", "(4,)"), bytes(4)), error="are not read")
write("good", "axes-64.npy", raw_npy(header("'<f4'", "(" + "1, " * 62 + "2, 3)"), a23.tobytes()),
      arrays=[{**array("", a23), "shape": [1] * 62 + [2, 3]}])
write("good", "version-2.npy", npy(a23, version=(2, 0)), arrays=[array("", a23)])
write("good", "version-3.npy",
      npy(np.zeros(2, [("\u6f22", "<f4")]), version=(3, 0)),
      arrays=[array("\u6f22", np.zeros(2, "<f4"))])
write("good", "latin-1-name.npy",
      raw_npy(header("[('\xe9t\xe9', '<f4')]", "(6,)"), a23.tobytes()),
      arrays=[array("\u00e9t\u00e9", a23.ravel())])
write("good", "escaped-name.npy",
      raw_npy(header(r"[('it\'s\\ \u00e9\x41', '<f4')]", "(6,)"), a23.tobytes()),
      arrays=[array("it's\\ \u00e9A", a23.ravel())])
write("good", "titled-field.npy",
      npy(np.array([(1.5,)], [(("title", "name"), "<f4")])), arrays=[array("name", np.float32([1.5]))])
for name, text in {
        "double-quotes": '{"descr": "<f4", "fortran_order": False, "shape": (2, 3)}',
        "python-2": "{u'descr': u'<f4', u'fortran_order': False, u'shape': (2L, 3L), }",
        "other-order": "{'shape':(2,3),'descr':'<f4','fortran_order':False}",
        "comment": "{'descr': '<f4', # what it holds\n 'fortran_order': False, 'shape': (2, 3)}",
        "plus": "{'descr': '<f4', 'fortran_order': False, 'shape': (+2, 3)}"}.items():
    write("good", "header-%s.npy" % name, raw_npy(text, a23.tobytes()), arrays=[array("", a23)])
write("good", "header-unpadded.npy",
      raw_npy(header("'<f4'", "(2, 3)"), a23.tobytes(), pad=False), arrays=[array("", a23)])
for code, dtype in {"f4": "float32", "float32": "float32", "=f4": "float32", "f": "float32",
                    "?": "bool", "|b1": "bool", "b": "int8", "e": "float16", "<u1": "uint8",
                    "|i1": "int8", "bfloat16": "bfloat16", "float8_e5m2": "float8_e5m2",
                    "complex64": "complex64"}.items():
    size = 2 if dtype in ("bfloat16", "float16") else 8 if dtype == "complex64" else \
        4 if dtype == "float32" else 1
    data = bytes(range(1, 1 + 4 * size)) if dtype != "bool" else bytes([1, 0, 1, 1])
    safe = code.replace("?", "question").replace("|", "bar-").replace("=", "is-").replace("<", "lt-")
    write("good", "code-%s.npy" % safe, raw_npy(header("'%s'" % code, "(4,)"), data),
          arrays=[{"path": "", "dtype": dtype, "shape": [4],
                   "sha256": hashlib.sha256(data).hexdigest()}])
for code, dtype, size in (("<V2", "bfloat16", 2), ("|V2", "bfloat16", 2), ("<V1", "float8_e4m3fn", 1),
                          ("|V1", "uint8", 1), ("<f1", "float8_e5m2", 1)):
    data = bytes(range(40, 40 + 6 * size))
    write("good", "untyped-%s.npy" % code.replace("<", "lt-").replace("|", "bar-"),
          raw_npy(header("'%s'" % code, "(2, 3)"), data),
          arrays=[{"path": "", "dtype": dtype, "shape": [2, 3], "note": "read as",
                   "sha256": hashlib.sha256(data).hexdigest()}])


def long_doubles(values, order="C"):
    """80-bit numbers whose padding is zero, not whatever was in memory."""
    values = np.array(values, "<f16")
    values.view("u1").reshape(-1, 16)[:, 10:] = 0
    return values if order == "C" else values.T


write("good", "long-double.npy", npy(long_doubles([[1.5, -2.25], [1e300, 0]])),
      arrays=[array("", np.array([[1.5, -2.25], [1e300, 0]]), note="80-bit")])
long_fortran = long_doubles(np.arange(12, dtype="<f16").reshape(4, 3) / 3, "F")
write("good", "long-double-fortran.npy", npy(long_fortran),
      arrays=[array("", long_fortran.astype("<f8"))])
times = np.array(["2020-02-02", "NaT"], "M8[D]")
write("good", "datetime.npy", npy(times), arrays=[array("", times.view("<i8"), note="datetime64[D]")])

# Strings

write("good", "text.npy", npy(np.array(["caf\u00e9", "", "\U0001f600!"])), arrays=[],
      texts={"0": "caf\u00e9", "1": "", "2": "\U0001f600!"})
write("good", "text-big-endian.npy", npy(np.array([["a", "bc"]], ">U2")), arrays=[],
      texts={"0,0": "a", "0,1": "bc"})
write("good", "text-scalar.npy", npy(np.array("label")), arrays=[], texts={"": "label"})
write("good", "bytes.npy", npy(np.array([b"ab", b"\xe9"])), arrays=[], texts={"0": "ab", "1": "\u00e9"})
write("good", "text-fortran.npy", npy(np.asfortranarray([["a", "b"], ["c", "d"]])), arrays=[],
      texts={"0,0": "a", "0,1": "b", "1,0": "c", "1,1": "d"})
write("good", "raw-bytes.npy", npy(np.zeros(3, "V5")), arrays=[])

# Fields

rgb = np.zeros((4, 5), [("r", "u1"), ("g", "u1"), ("b", "u1")])
for name in "rgb":
    rgb[name] = random.integers(0, 256, (4, 5))
write("good", "rgb.npy", npy(rgb),
      arrays=[array("rgb", np.stack([rgb[n] for n in "rgb"], -1), note="channels")] +
      [array(n, rgb[n]) for n in "rgb"])
rgba = np.zeros((2, 3), [("R", ">f4"), ("G", ">f4"), ("B", ">f4"), ("A", ">f4"), ("z", "<i2")])
for name in "RGBA":
    rgba[name] = random.random((2, 3))
write("good", "rgba.npy", npy(np.asfortranarray(rgba)),
      arrays=[array("rgba", np.stack([rgba[n] for n in "RGBA"], -1), note="channels")] +
      [array(n, rgba[n]) for n in "RGBAz"])
rgba = np.zeros((2, 3), [("R", ">f4"), ("G", ">f4"), ("B", ">f4"), ("A", ">f4")])
for name in "RGBA":
    rgba[name] = random.random((2, 3))
write("good", "rgba-even.npy", npy(np.asfortranarray(rgba)),
      arrays=[array("rgba", np.stack([rgba[n] for n in "RGBA"], -1), note="channels")] +
      [array(n, rgba[n]) for n in "RGBA"])
gaps = np.zeros(3, {"names": ["a", "b"], "formats": ["u1", "<f4"], "offsets": [0, 5], "itemsize": 12})
gaps["a"], gaps["b"] = 5, [1, 2, 3]
write("good", "padding.npy", npy(gaps), arrays=[array("a", gaps["a"]), array("b", gaps["b"])])
records = np.zeros((3, 2), [("a", "i1"), ("x", "<f8"), ("p", "<i2", (2, 2)),
                            ("n", [("u", "u1"), ("v", ">f4", (3,))]), ("s", "S3")])
records["a"] = random.integers(-100, 100, (3, 2))
records["x"] = random.random((3, 2))
records["p"] = random.integers(-999, 999, (3, 2, 2, 2))
records["n"]["u"] = 7
records["n"]["v"] = random.random((3, 2, 3))
records["s"] = b"abc"
for order, text in (("C", "records"), ("F", "records-fortran")):
    write("good", "%s.npy" % text, npy(np.array(records, order=order)),
          arrays=[array("a", records["a"]), array("x", records["x"])] +
          [array("p", records["p"]), array("n/u", records["n"]["u"]), array("n/v", records["n"]["v"])],
          texts={"s/%d,%d" % (i, j): "abc" for i in range(3) for j in range(2)})
write("good", "comma-list.npy", raw_npy(header("'f4,>i2'", "(2,)"),
                                       np.array([(1, 2), (3, 4)], "<f4,>i2").tobytes()),
      arrays=[array("f0", np.float32([1, 3])), array("f1", np.int16([2, 4]))])
write("good", "sub-array.npy", raw_npy(header("('<f4', (3,))", "(2,)"), a23.tobytes()),
      arrays=[array("", a23)])

# Several, too much, too little

write("good", "several.npy", npy(a23) + npy(np.int16([1, 2])) + npy(np.float64(9)),
      arrays=[array("0", a23), array("1", np.int16([1, 2])), array("2", np.float64(9))])
write("good", "several-cut.npy", npy(a23) + npy(np.int16([1, 2]))[:100],
      arrays=[array("0", a23), {"path": "1", "error": "ends inside the header"}])
write("good", "trailing.npy", npy(a23) + b"and more", arrays=[array("", a23)],
      warning="8 bytes after the array")
batch = some("<f4", (5, 3, 4))
write("good", "cut.npy", npy(batch)[:-60], arrays=[array("", batch[:3], note="cut off: 3 of 5")])
write("good", "cut-second-axis.npy", npy(batch[:1])[:-20],
      arrays=[array("", batch[:1, :1], note="cut off: 1 of 3 along axis 1")])
write("good", "cut-fortran.npy", npy(np.asfortranarray(batch))[:-1],
      arrays=[array("", batch[:, :, :3], note="cut off: 3 of 4 along axis 2")])

# Objects: arrays in an array, without executing what makes them

ragged = np.empty(3, object)
ragged[0], ragged[1], ragged[2] = a23, np.uint8([[1, 2], [3, 4]]), {"x": 1, "s": "text"}
want = [array("0", a23), array("1", ragged[1])]
write("good", "objects.npy", npy(ragged), arrays=want, texts={"2/s": "text"})
write("good", "objects.npz", zipped([("many.npy", npy(ragged)), ("one.npy", npy(a23))]),
      arrays=[{**a, "path": "many/" + a["path"]} for a in want] + [array("one", a23)])

# NPZ

members = [("x.npy", npy(a23)), ("in/side.npy", npy(np.uint8([1, 2, 3]))),
           ("\u6f22.npy", npy(batch)), ("note.txt", b"no array"), ("magic-only", npy(np.int8([4])))]
want = dict(arrays=[array("x", a23), array("in/side", np.uint8([1, 2, 3])), array("\u6f22", batch),
                    array("magic-only", np.int8([4]))])
write("good", "stored.npz", zipped(members), **want)
write("good", "deflated.npz", zipped(members, zipfile.ZIP_DEFLATED), **want)
write("good", "streamed.npz", zipped(members, stream=True), **want)
write("good", "streamed-deflated.npz", zipped(members, zipfile.ZIP_DEFLATED, stream=True), **want)
write("good", "zip64.npz", zipped(members, force_zip64=True), **want)
comment = b"an end record PK\5\6" + bytes(18) + b" in a comment"
plain = zipped(members)
write("good", "end-in-comment.npz", plain[:-2] + struct.pack("<H", len(comment)) + comment, **want)
inner = zipped([("y.npy", npy(batch))])
write("good", "nested.npz",
      zipped([("x.npy", npy(a23)), ("in.npz", inner), ("side/one.npy.gz", gzip.compress(npy(a23), mtime=0)),
              ("odd.npz", b"no archive"),
              ("deep.npz", zipped([("deeper.npz", zipped([("deepest.npz", inner)]))]))]),
      arrays=[array("x", a23), array("in.npz/y", batch), array("side/one.npy.gz", a23)])
write("good", "savez.npz", (lambda f: (np.savez(f, a23, named=batch), f.getvalue())[1])(io.BytesIO()),
      arrays=[array("named", batch), array("arr_0", a23)])
write("good", "empty.npz", zipped([]), arrays=[])
long_type = [("field%05d" % i, "u1") for i in range(2500)]
write("good", "long-header.npz",
      zipped([("wide.npy", npy(np.ones(2, long_type[:1] + [("w", "<f4")] + long_type[1:])))],
             zipfile.ZIP_DEFLATED),
      first={"path": "wide/field00000", "dtype": "uint8", "shape": [2],
             "sha256": hashlib.sha256(b"\1\1").hexdigest()}, n_arrays=2501)
old_name = zipped([("ete.npy", npy(a23))]).replace(b"ete.npy", b"\x82t\x82.npy")
write("good", "code-page-437.npz", old_name, arrays=[array("\u00e9t\u00e9", a23)])
write("good", "broken-beside-good.npz",
      zipped([("good.npy", npy(a23)), ("object.npy", raw_npy(header("'|O'", "(1,)"), b"no pickle")),
              ("header.npy", b"\x93NUMPY\x01\x00"), ("no-magic.npy", b"hello"),
              ("cut.npy", npy(batch)[:-60])]),
      arrays=[array("good", a23), {"path": "object", "error": "pickled Python objects"},
              {"path": "header", "error": "ends inside the header"},
              {"path": "no-magic", "error": "no NumPy array"},
              array("cut", batch[:3], note="cut off: 3 of 5")])
bits = zipped([("a.npy", npy(a23)), ("b.npy", npy(a23))], zipfile.ZIP_DEFLATED)
central = bits.rindex(b"PK\x01\x02")
write("good", "wrong-checksum.npz", patched(bits, central + 16, "<I", 12345),
      arrays=[array("a", a23), {"path": "b", "dtype": "float32", "shape": [2, 3],
                                "error": "checksum"}])
stored = zipped([("a.npy", npy(a23))])
central = stored.rindex(b"PK\x01\x02")
write("good", "stored-wrong-checksum.npz", patched(stored, central + 16, "<I", 1),
      arrays=[array("a", a23)])
write("good", "encrypted.npz", patched(stored, central + 8, "<H", 1),
      arrays=[{"path": "a", "error": "encrypted"}])
write("good", "method-12.npz", patched(stored, central + 10, "<H", 12),
      arrays=[{"path": "a", "error": "bzip2"}])
write("good", "sizes-differ.npz", patched(stored, central + 24, "<I", 7),
      arrays=[{"path": "a", "error": "two sizes differ"}])
write("good", "beyond-end.npz",
      patched(patched(stored, central + 20, "<I", 9999), central + 24, "<I", 9999),
      arrays=[{"path": "a", "error": "reaches beyond"}])
write("good", "other-local-name.npz", stored.replace(b"a.npy", b"b.npy", 1),
      arrays=[{"path": "a", "error": "another name stands there"}])
two = zipped([("a.npy", npy(a23)), ("b.npy", npy(batch))])
write("good", "no-local-header.npz", patched(two, two.index(b"PK", 4), "<I", 0),
      arrays=[array("a", a23), {"path": "b", "error": "no member begins there"}])
bomb = zipped([("a.npy", npy(a23))], zipfile.ZIP_DEFLATED)
central = bomb.rindex(b"PK\x01\x02")
write("good", "bomb.npz", patched(bomb, central + 24, "<I", 2000000000),
      arrays=[{"path": "a", "error": "cannot do"}])
more = patched(bomb, central + 24, "<I", len(npy(a23)) - 8)
write("good", "unpacks-to-more.npz", more,
      arrays=[{"path": "a", "dtype": "float32", "shape": [1, 3], "error": "unpacks to more"}])
write("good", "comment-and-junk.npz", stored[:-2] + b"\x05\x00hello" + b"junk" * 10,
      arrays=[array("a", a23)])

# safetensors

st_types = {"BOOL": ("bool", 1), "U8": ("uint8", 1), "I8": ("int8", 1), "I16": ("int16", 2),
            "U16": ("uint16", 2), "F16": ("float16", 2), "BF16": ("bfloat16", 2), "I32": ("int32", 4),
            "U32": ("uint32", 4), "F32": ("float32", 4), "C64": ("complex64", 8), "F64": ("float64", 8),
            "I64": ("int64", 8), "U64": ("uint64", 8), "F8_E5M2": ("float8_e5m2", 1),
            "F8_E4M3": ("float8_e4m3fn", 1), "F8_E8M0": ("float8_e8m0fnu", 1),
            "F8_E4M3FNUZ": ("float8_e4m3fnuz", 1), "F8_E5M2FNUZ": ("float8_e5m2fnuz", 1)}
entries, arrays = {}, []
for name, (dtype, size) in st_types.items():
    data = bytes([1, 0, 1, 1, 0, 1]) if name == "BOOL" else bytes(range(1, 6 * size + 1))
    entries[name] = (name, [2, 3], data)
    arrays.append({"path": name, "dtype": dtype, "shape": [2, 3],
                   "sha256": hashlib.sha256(data).hexdigest()})
write("good", "dtypes.safetensors", st(entries, {"format": "pt", "a \u00e9": "\u6f22 \"q\"\n"}),
      arrays=arrays, texts={"__metadata__/format": "pt", "__metadata__/a \u00e9": "\u6f22 \"q\"\n"})
float4 = np.array([0x00, 0x30, 0x38, 0x3c, 0x40, 0x44, 0x48, 0x4c, 0x80, 0xb0, 0xb8, 0xbc, 0xc0, 0xc4,
                   0xc8, 0xcc], "u1")
nibbles = bytes(2 * i | (2 * i + 1) << 4 for i in range(8))
write("good", "packed.safetensors",
      st({"four": ("F4", [4, 4], nibbles), "six": ("F6_E2M3", [4], b"abc"), "new": ("X9", [1], b"a")}),
      arrays=[array("four", float4.reshape(4, 4), dtype="float8_e4m3fn", note="4-bit"),
              {"path": "six", "error": "F6_E2M3"}, {"path": "new", "error": "X9"}])
f4 = a23.tobytes()
write("good", "shapes.safetensors",
      st({"scalar": ("F32", [], f4[:4]), "none": ("F32", [0, 5], b""), "a.b": ("F32", [2, 3], f4)}),
      arrays=[array("scalar", a23[0, 0]), array("none", np.zeros((0, 5), "f4")), array("a.b", a23)])
write("good", "unsorted.safetensors",
      safetensors(b'  {"b" : {"data_offsets":[24,48],"shape":[2,3],"dtype":"F32","more":[{"x":[1e5,null]}]},'
                  b'\n"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}', f4 + (a23 + 1).tobytes()),
      arrays=[array("b", a23 + 1), array("a", a23.ravel())])
write("good", "no-tensors.safetensors", safetensors(b"{}"), arrays=[])
write("bad", "hole.safetensors",
      safetensors({"a": {"dtype": "F32", "shape": [6], "data_offsets": [8, 32]}}, b"12345678" + f4),
      error="8 bytes of the data belong to no tensor")
write("bad", "trailing.safetensors", st({"a": ("F32", [6], f4)}) + b"123",
      error="3 bytes of the data belong to no tensor")
write("good", "null-metadata.safetensors",
      safetensors(b'{"__metadata__":null,"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}', f4),
      arrays=[array("a", a23.ravel())])
write("good", "cut.safetensors", st({"a": ("F32", [6], f4), "b": ("F32", [6], f4)})[:-1],
      arrays=[array("a", a23.ravel()), {"path": "b", "error": "cut off"}])
write("good", "overlap.safetensors",
      safetensors({"a": {"dtype": "F32", "shape": [6], "data_offsets": [0, 24]},
                   "b": {"dtype": "F32", "shape": [5], "data_offsets": [4, 24]}}, f4),
      arrays=[array("a", a23.ravel()), {"path": "b", "error": "overlaps"}])
good_entry = '"good":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}'
for name, entry, error in (
        ("no-object", "3", "no object"), ("no-dtype", '{"shape":[0],"data_offsets":[0,0]}', "dtype is missing"),
        ("no-shape", '{"dtype":"F32","data_offsets":[0,0]}', "shape is missing"),
        ("no-place", '{"dtype":"F32","shape":[0]}', "data_offsets are missing"),
        ("float-shape", '{"dtype":"F32","shape":[0.0],"data_offsets":[0,0]}', "no list of sizes"),
        ("negative", '{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}', "no list of sizes"),
        ("huge", '{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}', "no list of sizes"),
        ("text-shape", '{"dtype":"F32","shape":"2","data_offsets":[0,0]}', "no list of sizes"),
        ("three", '{"dtype":"F32","shape":[0],"data_offsets":[0,0,0]}', "no pair"),
        ("backwards", '{"dtype":"F32","shape":[0],"data_offsets":[9,1]}', "do not fill"),
        ("too-small", '{"dtype":"F32","shape":[7],"data_offsets":[24,24]}', "do not fill"),
        ("overflow", '{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[24,24]}', "do not fill"),
        ("axes", '{"dtype":"F32","shape":[%s],"data_offsets":[24,24]}' % ",".join("0" * 65), "64 axes")):
    write("good", "entry-%s.safetensors" % name,
          safetensors(("{%s,\"bad\":%s}" % (good_entry, entry)).encode(), f4),
          arrays=[array("good", a23.ravel()), {"path": "bad", "error": error}])

# gzip

write("good", "packed.npy.gz", gzip.compress(npy(batch), mtime=0), arrays=[array("", batch)])
write("good", "packed-twice-over.npz.gz",
      gzip.compress(zipped(members)[:200], mtime=0) + gzip.compress(zipped(members)[200:], mtime=0) + bytes(9),
      arrays=[array("x", a23), array("in/side", np.uint8([1, 2, 3])), array("\u6f22", batch),
              array("magic-only", np.int8([4]))])
write("bad", "cut.npy.gz", gzip.compress(npy(batch), mtime=0)[:-9], error="ends too early")
write("bad", "checksum.npy.gz", gzip.compress(npy(a23), mtime=0)[:-8] + b"\1\2\3\4" + struct.pack("<I", len(npy(a23))), error="incorrect data check")
write("bad", "damaged.npy.gz", gzip.compress(npy(a23), mtime=0)[:10] + b"\xff" * 50, error="damaged near its byte")
write("bad", "nested.npy.gz", gzip.compress(gzip.compress(npy(a23), mtime=0), mtime=0), error="more than once")
write("bad", "text.gz", gzip.compress(b"hello, hello", mtime=0), error="This is text")

# Zstandard, by its own program


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE, check=True).stdout


write("good", "packed.npy.zst", zstd(npy(batch)), arrays=[array("", batch)])
write("good", "packed-frames.npz.zst",
      b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"skip" + zstd(zipped(members)[:200]) + zstd(zipped(members)[200:], "-19"),
      arrays=[array("x", a23), array("in/side", np.uint8([1, 2, 3])), array("\u6f22", batch),
              array("magic-only", np.int8([4]))])
write("bad", "cut.npy.zst", zstd(npy(batch))[:-9], error="ends too early")
write("bad", "head.zst", zstd(npy(a23))[:5], error="ends too early")
write("bad", "checksum.npy.zst", zstd(npy(a23))[:-4] + b"\1\2\3\4", error="damaged near its byte")
write("bad", "damaged.npy.zst", zstd(npy(a23))[:6] + b"\xff" * 50, error="damaged near its byte")
write("bad", "window.npy.zst", b"\x28\xb5\x2f\xfd\0\xa0" + bytes(9), error="more than 128 MiB")
write("bad", "nested.npy.zst", zstd(gzip.compress(npy(a23), mtime=0)), error="more than once")
write("bad", "text.zst", zstd(b"hello, hello"), error="This is text")

# Nothing that opens

for name, text, error in (
        ("call", "dict(descr='<f4')", "names and calls"), ("number", "{'descr': '<f4', 'fortran_order': False, 'shape': 2}", "no tuple"),
        ("list", "{'descr': '<f4', 'fortran_order': False, 'shape': [2]}", "no tuple"),
        ("negative", header("'<f4'", "(-1, 3)"), "no tuple of sizes"),
        ("bool-size", header("'<f4'", "(True, 3)"), "no tuple of sizes"),
        ("underscore", header("'<f4'", "(1_0,)"), "whole number"),
        ("huge-size", header("'<f4'", "(99999999999999999999,)"), "too large"),
        ("float", header("'<f4'", "(2.0,)"), "whole number"), ("sum", header("'<f4'", "(1+1,)"), "comma"),
        ("order-1", header("'<f4'", "(2, 3)", 1), "neither True nor False"),
        ("missing", "{'descr': '<f4', 'shape': (2, 3)}", "fortran_order"),
        ("extra", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", "unknown key"),
        ("twice", "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}", "repeated key"),
        ("open", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)", "closing bracket"),
        ("after", header("'<f4'", "(2, 3)") + "{}", "Something follows"),
        ("type", header("'<x4'", "(2, 3)"), "no element type"), ("f3", header("'<f3'", "(2, 3)"), "no element type"),
        ("no-type", header("''", "(2, 3)"), "no element type"), ("type-number", header("4", "(2, 3)"), "neither a name"),
        ("field", header("[('a',)]", "(2, 3)"), "no (name, type) pair"),
        ("no-fields", header("[]", "(2, 3)"), "0 fields"),
        ("same-names", header("[('a', 'u1'), ('a', 'u1')]", "(2,)"), "Two fields"),
        ("wide", header("[('a', '<f4', (9999999, 9999999, 9999999))]", "(2,)"), "larger than any file"),
        ("wide-list", header("'%s'" % ",".join(["U%d" % (1 << 44)] * 20), "(2,)"), "larger than any file"),
        ("deep", header("[('a'," * 40 + "'u1'" + ")]" * 40, "(2,)"), "nested too deeply"),
        ("brackets", "(" * 100000, "nested too deeply"),
        ("big-shape", header("'<f4'", "(4294967296, 4294967296)"), "more elements"),
        ("wrapping-shape", header("'<f4'", "(4611686018427387910,)"), "more elements"),
        ("axes", header("'u1'", "(" + "1, " * 65 + ")"), "more than 64 axes"),
        ("object", header("'|O'", "(2,)"), "pickled Python objects"),
        ("object-field", header("[('a', 'u1'), ('b', 'O')]", "(2,)"), "pickled Python objects"),
        ("clongdouble", header("'<c32'", "(0,)"), "astype"), ("long-double-big", header("'>f16'", "(0,)"), "astype")):
    write("bad", "header-%s.npy" % name, raw_npy(text, a23.tobytes(), version=(1, 0) if len(text) < 65000 else (2, 0)),
          error=error)
write("bad", "nul.npy", raw_npy("{'descr': '<f4',\0 'fortran_order': False, 'shape': (2, 3)}", f4), error="No literal")
write("bad", "version-4.npy", raw_npy(header("'<f4'", "(2, 3)"), f4, version=(4, 0)), error="Version 4.0")
write("bad", "version-1-1.npy", raw_npy(header("'<f4'", "(2, 3)"), f4, version=(1, 1)), error="Version 1.1")
write("bad", "not-utf-8.npy", raw_npy(b"{'descr': [('\xff', '<f4')], 'fortran_order': False, 'shape': (6,)}", f4,
                                     version=(3, 0)), error="UTF-8")
write("bad", "header-too-long.npy", raw_npy("", version=(2, 0), length=0xfffffff0), error="the limit is")
write("bad", "header-cut.npy", npy(a23)[:50], error="50 of 128 bytes")
write("bad", "only-magic.npy", b"\x93NUMPY", error="ends inside the header")
write("bad", "no-data.npy", npy(a23)[:128], error="0 of 24 bytes")
write("bad", "scalar-cut.npy", npy(np.float64(1))[:-1], error="cut off")
write("bad", "no-end.npz", zipped(members)[:-40], error="still being written")
write("bad", "half.npz", zipped(members)[:300], error="still being written")
write("bad", "two-names.npz", zipped([("a.npy", npy(a23)), ("a.npy", npy(batch))]), error="two members named")
central = two.index(b"PK\x01\x02")
write("bad", "overlap.npz", patched(patched(two, central + 20, "<I", 170), central + 24, "<I", 170), error="overlap")
write("bad", "directory-beyond.npz", patched(stored, len(stored) - 6, "<I", 0x7fffffff), error="must end before")
write("bad", "directory-elsewhere.npz", patched(stored, len(stored) - 6, "<I", 5), error="damaged")
write("bad", "no-arrays.zip", zipped([("readme.txt", b"hello")]), error="holds no arrays")
nul_name = stored.replace(b"a.npy", b"a\0npy")
write("bad", "nul-in-name.npz", nul_name, error="NUL")
write("bad", "header-long.safetensors", safetensors(b'{"a":1}', length=100000001), error="100000000 at most")
write("bad", "header-cut.safetensors", safetensors(b'{"a":1}', length=5000), error="cut off")
write("bad", "brackets.safetensors", safetensors(b'{"a":' + b"[" * 100000), error="nested too deeply")
write("bad", "braces.safetensors", safetensors(b'{"a":' * 20000), error="nested too deeply")
for name, text, error in (
        ("comma", '{%s,}' % good_entry, "after the comma"), ("twice", "{%s,%s}" % (good_entry, good_entry), "one name"),
        ("single-quotes", "{%s,'a':1}" % good_entry, "expected"), ("surrogate", '{"\\ud800":1}', "escape"),
        ("nul", '{"a\\u0000b":1}', "escape"), ("octal", '{"a":010}', "A value expected"), ("hex", '{"a":0x10}', "A value expected"),
        ("comment", '{"a":1 /* no */}', "expected"), ("two", "{%s}{}" % good_entry, "Something follows"),
        ("open", "{%s" % good_entry, "expected"), ("metadata-list", '{"__metadata__":[]}', "__metadata__"),
        ("metadata-number", '{"__metadata__":{"a":1}}', "no text"), ("string", '{"a', "does not end"),
        ("bytes", b'{"\xff":1}', "UTF-8"), ("control", '{"a\nb":1}', "control character")):
    write("bad", "json-%s.safetensors" % name, safetensors(text if isinstance(text, bytes) else text.encode(), f4),
          error=error)
write("bad", "empty.npy", b"", error="empty")
write("bad", "zeros.pt", bytes(600), error="zero bytes")
write("bad", "random.npy", bytes(random.integers(128, 256, 600, dtype="u1")), error="no known format")
write("bad", "pointer.npz", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n",
      error="git lfs pull")
write("bad", "page.npy", b"<!DOCTYPE html><html><body>Not found</body></html>", error="web page")
write("bad", "data.json", b'[[1, 2], [3, 4]]', error="JSON")
write("bad", "seven.npz", b"7z\xbc\xaf\x27\x1c" + bytes(30), error="7-Zip")

def save(files, *path):
    with open(os.path.join(OUT, *path), "w", encoding="utf-8") as file:
        json.dump(files, file, indent=1, ensure_ascii=False, sort_keys=True)
        file.write("\n")
    print(os.path.join(*path), len(files))


def torch_arrays(path, value):
    import torch
    if isinstance(value, torch.Tensor):
        return [array(path, value.numpy())]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, (list, tuple)) and any(isinstance(v, torch.Tensor) for v in value) else []
    return [a for k, v in items for a in torch_arrays("%s/%s" % (path, k) if path else str(k), v)]


def samples(folder):
    files = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.endswith(".npy"):
            files[name] = {"arrays": [array("", np.load(path))]}
        elif name.endswith(".npz"):
            files[name] = {"arrays": [array(k, v) for k, v in np.load(path).items()]}
        elif name.endswith(".pt"):  # our own samples; PyTorch executes what stands in such files
            import torch
            files[name] = {"arrays": torch_arrays("", torch.load(path, map_location="cpu"))}
        elif name.endswith(".safetensors"):
            with open(path, "rb") as file:
                data = file.read()
            start = 8 + struct.unpack("<Q", data[:8])[0]
            head = json.loads(data[8:start])
            texts = {"__metadata__/" + k: v for k, v in head.pop("__metadata__", {}).items()}
            files[name] = {"texts": texts, "arrays": [
                array(k, np.frombuffer(data[start + v["data_offsets"][0]:start + v["data_offsets"][1]],
                                       {"F32": "<f4"}[v["dtype"]]).reshape(v["shape"]))
                for k, v in head.items()]}
    save(files, "samples.json")


for kind, files in expected.items():
    save(files, kind, "expected.json")
if len(sys.argv) > 2:
    samples(sys.argv[2])
