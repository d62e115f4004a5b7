#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the folder torch: files of PyTorch and pickles, good, broken and hostile.

    make-pickles.py [FOLDER]

Run it in Debian 12 (NumPy 1.24, PyTorch 1.13). expected.json is as make-dumps.py describes it, with
"opaque" ({path: type name}) besides. Nothing that is written here is ever loaded here: what is to
come out is taken from the objects that went in. The hostile files name functions that would run
commands; every one of them would leave a file "tenscope-was-here" behind.
"""
import argparse
import collections
import hashlib
import io
import json
import os
import pathlib
import pickle
import struct
import sys
import tarfile
import types
import warnings
import zipfile

import numpy as np
import torch
import torch._utils
from torch.serialization import _get_layout

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(sys.argv[1] if len(sys.argv) > 1 else HERE, "torch")
DATE = (1980, 1, 1, 0, 0, 0)
expected = {}
random = np.random.default_rng(7)
os.makedirs(OUT, exist_ok=True)


def write(name, data, **want):
    assert name not in expected, name
    with open(os.path.join(OUT, name), "wb") as file:
        file.write(data)
    expected[name] = want


def array(path, values, **more):
    if isinstance(values, torch.Tensor):
        values = values.detach()
        if values.is_quantized:
            values = values.dequantize()
        if values.dtype == torch.bfloat16:
            found = array(path, values.contiguous().view(torch.int16).numpy())
            return {**found, "dtype": "bfloat16", **more}
        values = values.numpy()
    values = np.asarray(values)
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
    return {"path": path, "dtype": values.dtype.newbyteorder("=").name,
            "shape": list(values.shape),
            "sha256": hashlib.sha256(little.tobytes()).hexdigest(), **more}


def broken(path, error):
    return {"path": path, "error": error}


def zipped(members, method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = method
            archive.writestr(info, data)
    return file.getvalue()


def saved(value, legacy=False, protocol=2):
    file = io.BytesIO()
    torch.save(value, file, pickle_protocol=protocol,
               _use_new_zipfile_serialization=not legacy)
    return file.getvalue()


# --- an assembler for pickles

def u32(value):
    return struct.pack("<I", value)


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return b"X" + u32(len(value)) + value


def name(module, attribute):
    return b"c%s\n%s\n" % (module.encode(), attribute.encode())


def integer(value):
    if value < 0 or value >= 2 ** 31:
        data = value.to_bytes(9, "little", signed=True)
        return b"\x8a" + bytes([len(data)]) + data
    return b"J" + struct.pack("<i", value)


def code(value):
    """The opcodes that push a plain value; bytes are opcodes already."""
    if isinstance(value, bytes):
        return value
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, tuple):
        return b"(" + b"".join(map(code, value)) + b"t"
    if isinstance(value, list):
        return b"](" + b"".join(map(code, value)) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(code(k) + code(v) for k, v in value.items()) + b"u"
    raise TypeError(value)


def call(function, *arguments):
    return function + code(tuple(arguments)) + b"R"


def program(value, protocol=2):
    return (b"\x80" + bytes([protocol]) if protocol >= 2 else b"") + code(value) + b"."


ORDERED = call(name("collections", "OrderedDict"))
FLOAT = name("torch", "FloatStorage")
UNTYPED = name("torch.storage", "UntypedStorage")


def storage(kind=FLOAT, key="0", count=24, location="cpu", more=()):
    return code(("storage", kind, key, location, count, *more)) + b"Q"


def tensor(where=None, offset=0, size=(2, 3, 4), stride=(12, 4, 1), more=(),
           function="_rebuild_tensor_v2"):
    return call(name("torch._utils", function), storage() if where is None else where, offset, size,
                stride, False, ORDERED, *more)


t24 = np.arange(24, dtype="<f4")
T24 = t24.tobytes()


def torch_zip(value, storages=None, extra=(), root="bare", version=True, method=zipfile.ZIP_STORED):
    members = [(root + "/data.pkl", value if value[:1] == b"\x80" else program(value))]
    for key, data in (storages if storages is not None else {"0": T24}).items():
        members.append(("%s/data/%s" % (root, key), data))
    if version:
        members.append((root + "/version", b"3\n"))
    return zipped(members + list(extra), method)


MAGIC = program(0)[:2] + b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."


def legacy(value, keys=("93",), counts=(24,), payload=T24, magic=MAGIC, protocol=1001, info=None):
    data = magic + program(protocol) + program(info if info is not None else {"little_endian": True})
    data += program(value) + program(list(keys))
    for count in counts:
        data += struct.pack("<q", count)
    return data + payload


whole = array("", t24.reshape(2, 3, 4))

# --- what torch writes

torch.manual_seed(0)
x = torch.randn(3, 4, 5)


class Sub(torch.Tensor):
    pass


for kind in ("zip", "legacy"):
    old = kind == "legacy"
    suffix = "-legacy.pt" if old else ".pt"
    q = torch.quantize_per_tensor(torch.randn(2, 3, 4, 4), 0.1, 10, torch.quint8)
    scales = torch.tensor([.1, .2, .05], dtype=torch.float64)
    channels = torch.quantize_per_channel(torch.randn(2, 3, 4), scales, torch.tensor([0, 10, 2]), 1,
                                          torch.qint8)
    wide = torch.quantize_per_tensor(torch.randn(5), 0.001, 0, torch.qint32)
    turned = q.permute(0, 2, 3, 1)
    write("quantised" + suffix, saved({"q": q, "channels": channels, "wide": wide,
                                       "turned": turned}, old),
          arrays=[array("q", q, note="dequantised"), array("channels", channels, note="per channel"),
                  array("wide", wide), array("turned", turned)])
    write("subclass" + suffix,
          saved({"sub": x.as_subclass(Sub), "p": torch.nn.Parameter(x), "view": x[1, :, ::2],
                 "turned": x.permute(2, 1, 0), "wide": x[:, :1].expand(3, 7, 5),
                 "bf": x.bfloat16(), "bool": x > 0, "scalar": x[0, 0, 0], "none": x[:0]}, old),
          arrays=[array("sub", x, note="Sub"), array("p", x, note="parameter"),
                  array("view", x[1, :, ::2]), array("turned", x.permute(2, 1, 0)),
                  array("wide", x[:, :1].expand(3, 7, 5)), array("bf", x.bfloat16()),
                  array("bool", x > 0), array("scalar", x[0, 0, 0]), array("none", x[:0])])
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = saved(net, old)
    write("module" + suffix, data, opaque={
        "": "torch.nn.modules.container.Sequential",
        "_modules/0": "torch.nn.modules.linear.Linear"}, arrays=[
        array("_modules/0/_parameters/weight", net[0].weight, note="parameter"),
        array("_modules/0/_parameters/bias", net[0].bias)] + [
        array("_modules/1/_%s/%s" % (group, key), getattr(net[1], key)) for group, key in (
            ("parameters", "weight"), ("parameters", "bias"), ("buffers", "running_mean"),
            ("buffers", "running_var"), ("buffers", "num_batches_tracked"))])
    write("state-dict" + suffix, saved(net.state_dict(), old),
          arrays=[array(key, value) for key, value in net.state_dict().items()])
    dense = torch.zeros(5, 6)
    dense[1, 2], dense[4, 5], dense[0, 0] = 3, 7, 1
    rows = torch.arange(24.).reshape(4, 3, 2)
    twice = torch.sparse_coo_tensor(torch.tensor([[0, 0, 1], [1, 1, 0]]), torch.tensor([1., 2., 3.]),
                                    (2, 2))
    parts = {"coo": dense.to_sparse(), "rows": rows.to_sparse(1), "twice": twice}
    arrays = []
    for key, value in parts.items():
        arrays += [array(key + "/indices", value._indices()), array(key + "/values", value._values()),
                   array(key + "/dense", value.to_dense())]
    csr = dense.to_sparse_csr()
    arrays += [array("csr/crow_indices", csr.crow_indices()),
               array("csr/col_indices", csr.col_indices()), array("csr/values", csr.values()),
               array("csr/dense", dense)]
    write("sparse" + suffix, saved({**parts, "csr": csr}, old), arrays=arrays)

default = collections.defaultdict(list)
default["k"].append(x)
write("python.pt", saved({
    "args": argparse.Namespace(t=x, lr=.5), "default": default,
    "count": collections.Counter("abca"), "device": torch.device("cuda:1"),
    "size": torch.Size([1, 2]), "dtype": torch.float16, "path": pathlib.PosixPath("/a/b"),
    "set": {"one"}, "complex": 1 - 2j, "big": 2 ** 70, "bytes": b"\xff\x00x",
    "list": [[1, 2], [3, [4, x]]], "names": types.SimpleNamespace(z=x), 7: "seven", (1, 2): "pair",
    b"key": "bytes", 2.5: "float", True: "true", None: "none"}),
    arrays=[array("args/t", x), array("default/k/0", x), array("list/1/1/1", x),
            array("names/z", x)],
    texts={"device": "cuda:1", "dtype": "torch.float16", "path": "/a/b", "set/0": "one",
           "complex": "1.0-2.0j", "big": str(2 ** 70), "7": "seven", "(1, 2)": "pair",
           "key": "bytes", "2.5": "float", "True": "true", "None": "none"},
    opaque={"bytes": "bytes"})
for protocol in range(1, 6):
    write("protocol-%d.pt" % protocol, saved({"x": x, "y": [x[0], x[1]]}, True, protocol),
          arrays=[array("x", x), array("y/0", x[0]), array("y/1", x[1])])

large = random.integers(0, 255, 70000).astype("u1")


class Images(list):
    pass


class Named(dict):
    pass


class Sample:
    def __init__(self, image):
        self.image = image


record = np.zeros(4, dtype=[("r", "u1"), ("pos", "<f4", (2,)), ("n", ">i4")])
record["r"], record["n"] = np.arange(4), np.arange(4) * 1000
record["pos"] = random.random((4, 2))
arrays = {"f4": random.random((3, 4)).astype("f4"), "fortran": np.asfortranarray(random.random((3, 4))),
          "big": np.arange(6, dtype=">i2").reshape(2, 3), "u1": np.arange(256, dtype="u1"),
          "c8": (random.random(3) + 1j).astype("c8"), "b1": np.array([True, False]),
          "f2": np.arange(5, dtype="f2"), "part": random.random((6, 6))[::2, 1:3],
          "large": large, "none": np.zeros((0, 3)), "matrix": np.matrix([[1, 2], [3, 4]]),
          "scalar": np.float32(2.5)}
for protocol in (0, 1, 2, 3, 4, 5):
    chosen = {k: v for k, v in arrays.items() if k != "large" or protocol in (2, 5)}
    more = {"record": record, "objects": np.array([np.arange(3), "s"], dtype=object),
            "texts": np.array(["äb", "c"]), "bytes": np.array([b"ab", b"c"]),
            "date": np.array(["2020-01-01"], dtype="M8[D]"),
            "masked": np.ma.array(np.asfortranarray(np.arange(6.).reshape(2, 3)), mask=np.arange(6).reshape(2, 3) % 2),
            "classic": np.rec.array([(1, 2.5)], dtype=[("i", "<i4"), ("d", ">f8")]),
            "type": np.dtype(">f4"), "types": record.dtype,
            "sample": Sample(Images([np.arange(4), Named(k=np.arange(5))]))}
    write("numpy-%d.pkl" % protocol, pickle.dumps({**chosen, **more}, protocol),
          arrays=[array(k, v) for k, v in chosen.items()] + [
              array("record/" + k, record[k]) for k in record.dtype.names] + [
              array("objects/0", np.arange(3)),
              array("date", more["date"].view("i8"), note="dates"),
              array("masked/data", more["masked"].data), array("masked/mask", more["masked"].mask),
              array("classic/i", more["classic"].i), array("classic/d", more["classic"].d),
              array("sample/image/0", np.arange(4)), array("sample/image/1/k", np.arange(5))],
          texts={"type": "float32, big-endian", "types": "records of 3 fields", "texts/0": "äb", "texts/1": "c", "bytes/0": "ab", "objects/1": "s"})
    write("tensor-%d.pkl" % protocol,
          pickle.dumps({"t": x, "more": [x.half(), torch.nn.Parameter(x)]}, protocol),
          arrays=[array("t", x), array("more/0", x.half()), array("more/1", x, note="parameter")])

# --- what newer releases write, by hand

f8 = bytes(range(16))
for dtype in ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz",
              "float8_e8m0fnu", "uint16", "uint32", "uint64", "complex32"):
    width = {"uint16": 2, "uint32": 4, "uint64": 8, "complex32": 4}.get(dtype, 1)
    count = 16 // width
    write("v3-%s.pt" % dtype,
          torch_zip(tensor(storage(UNTYPED, count=16), 0, (count,), (1,),
                           (name("torch", dtype),), "_rebuild_tensor_v3"), {"0": f8}),
          arrays=[{"path": "", "dtype": dtype, "shape": [count],
                   "sha256": hashlib.sha256(f8).hexdigest()}])
write("v3-bits8.pt", torch_zip(tensor(storage(UNTYPED, count=16), 0, (16,), (1,),
                                      (name("torch", "bits8"),), "_rebuild_tensor_v3"), {"0": f8}),
      arrays=[array("", np.frombuffer(f8, "u1"), note="torch.bits8")])
write("packed.pt", torch_zip(tensor(storage(name("torch", "QUInt4x2Storage"), count=16), 0, (16,),
                                    (1,)), {"0": f8}), arrays=[broken("", "several to a byte")])
c6 = (random.random(6) + 1j * random.random(6)).astype("<c8")
f4 = random.random(4).astype("<f4")
i4 = np.arange(4, dtype="<i2")
COMPLEX, SHORT = name("torch", "ComplexFloatStorage"), name("torch", "ShortStorage")
c_view = dict(size=(3, 2), stride=(2, 1))
for order, tail in (("little", ""), ("big", "-big")):
    swap = (lambda a: a.astype(a.dtype.newbyteorder(">")).tobytes()) if tail else np.ndarray.tobytes
    write("bits%s.pt" % tail, torch_zip(code({
        "plain": tensor(storage(COMPLEX, "0", 6), **c_view),
        "conj": tensor(storage(COMPLEX, "0", 6), more=({"conj": True},), **c_view),
        "both": tensor(storage(COMPLEX, "0", 6), more=({"conj": True, "neg": True},), **c_view),
        "neg": tensor(storage(FLOAT, "1", 4), 0, (4,), (1,), ({"neg": True},)),
        "negi": tensor(storage(SHORT, "2", 4), 0, (4,), (1,), ({"neg": True},))}),
        {"0": swap(c6), "1": swap(f4), "2": swap(i4)}, [("bare/byteorder", order.encode())]),
        arrays=[array("plain", c6.reshape(3, 2)), array("conj", c6.reshape(3, 2).conj()),
                array("both", -c6.reshape(3, 2).conj()), array("neg", -f4), array("negi", -i4)])
meta = call(name("torch._utils", "_rebuild_meta_tensor_no_storage"), name("torch", "float32"),
            (3, 4), (4, 1), False)
write("meta.pt", torch_zip(code({"m": meta, "t": tensor()})),
      arrays=[{"path": "m", "dtype": "float32", "shape": [3, 4], "note": "meta",
               "error": "no data"}, array("t", t24.reshape(2, 3, 4))])
state = call(name("torch._utils", "_rebuild_parameter_with_state"), tensor(), True, ORDERED,
             {"tag": "a"})
device = call(name("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"), tensor(),
              name("torch", "float32"), "xla:0", False)
typed = call(name("torch._tensor", "_rebuild_from_type_v2"),
             name("torch._utils", "_rebuild_tensor_v2"), name("my.pkg", "Typed"),
             (storage(), 0, (2, 3, 4), (12, 4, 1), False, ORDERED), {"tag": "typed"})
older = name("torch", "FloatTensor") + b")\x81" + code((storage(), 0, (2, 3, 4), (12, 4, 1))) + b"b"
wrapper = call(name("torch._utils", "_rebuild_wrapper_subclass"), name("a", "B"),
               name("torch", "float32"), (2,), (1,), 0, None, "cpu", False)
t = t24.reshape(2, 3, 4)
write("kinds.pt", torch_zip(code({"state": state, "device": device, "typed": typed, "older": older,
                                  "storage": storage(), "wrapper": wrapper})),
      arrays=[array("state", t, note="parameter"), array("device", t, note="xla:0"),
              array("typed", t, note="my.pkg.Typed"), array("older", t),
              array("storage", t24, note="storage")],
      texts={"typed/tag": "typed"}, opaque={"wrapper": "torch._utils._rebuild_wrapper_subclass"})


def part(values, key):
    values = np.ascontiguousarray(values)
    kind = {"int64": "LongStorage", "float32": "FloatStorage"}[values.dtype.name]
    stride = tuple(s // values.itemsize for s in values.strides)
    storages[key] = values.tobytes()
    return tensor(storage(name("torch", kind), key, values.size), 0, values.shape, stride)


storages, entries, arrays = {}, {}, []
blocks = torch.arange(24.).reshape(4, 6)
blocks[0, 0], blocks[2:4, 0:3] = 9, 0
for layout, made, value in (("csc", dense.to_sparse_csc(), dense),
                            ("bsr", blocks.to_sparse_bsr((2, 3)), blocks),
                            ("bsc", blocks.to_sparse_bsc((2, 3)), blocks)):
    names = ("ccol_indices", "row_indices") if layout[-1] == "c" else ("crow_indices", "col_indices")
    values = [getattr(made, names[0])().numpy(), getattr(made, names[1])().numpy(),
              made.values().numpy()]
    entries[layout] = call(name("torch._utils", "_rebuild_sparse_tensor"),
                           call(name("torch.serialization", "_get_layout"), "torch.sparse_" + layout),
                           (*(part(v, layout + str(i)) for i, v in enumerate(values)),
                            tuple(value.shape)))
    arrays += [array("%s/%s" % (layout, n), v) for n, v in zip((*names, "values"), values)]
    arrays.append(array(layout + "/dense", value))
one, two = np.arange(2), np.array([1, 2], "f4")
for key, pointers, indices, error in (("descend", [0, 2, 1], one, "ascend"),
                                      ("beyond", [0, 1, 9], one, "ascend"),
                                      ("outside", [0, 1, 2], one + 4, "outside"),
                                      ("few", [0, 1], one, "do not fit")):
    pointers = np.array(pointers)
    entries[key] = call(name("torch._utils", "_rebuild_sparse_csr_tensor"),
                        call(name("torch.serialization", "_get_layout"), "torch.sparse_csr"),
                        (part(pointers, key + "0"), part(indices, key + "1"), part(two, key + "2"),
                         (2, 2)))
    arrays += [array(key + "/crow_indices", pointers), array(key + "/col_indices", indices),
               array(key + "/values", two)]
    if key == "few":
        arrays.append(broken(key + "/dense", error))
    else:
        arrays.append({"path": key + "/dense", "dtype": "float32", "shape": [2, 2], "error": error})
write("sparse-kinds.pt", torch_zip(code(entries), storages), arrays=arrays)

# --- archives, by hand

bare = program(tensor())
write("bare.pt", torch_zip(bare), arrays=[whole])
write("deflated.pt", torch_zip(bare, method=zipfile.ZIP_DEFLATED), arrays=[whole])
write("bzip2.pt", torch_zip(bare, method=zipfile.ZIP_BZIP2), error="")
write("lzma.pt", torch_zip(bare, method=zipfile.ZIP_LZMA), error="")
write("no-version.pt", torch_zip(bare, version=False), arrays=[whole])
write("extra-member.pt", torch_zip(bare, extra=[("other/file", b"x")]), arrays=[whole])
write("constants.pt", torch_zip(program({"p": tensor()}), extra=[
    ("bare/constants.pkl", program((tensor(storage(count=6), size=(2, 3), stride=(3, 1)),))),
    ("bare/constants/0", T24[24:48])]),
      arrays=[{**whole, "path": "p"}, array("constants/0", np.frombuffer(T24, "<f4")[6:12].reshape(2, 3))])
write("deep-root.pt", torch_zip(bare, root="a/b/c"), arrays=[whole])
write("no-folder.pt", zipped([("data.pkl", bare), ("data/0", T24), ("version", b"3\n")]),
      error="outside of any folder")
write("storage-short.pt", torch_zip(bare, {"0": T24[:50]}),
      arrays=[broken("", "has 50 bytes, 96 are needed")])
write("storage-long.pt", torch_zip(bare, {"0": T24 + bytes(400)}), arrays=[whole])
write("storage-missing.pt", torch_zip(bare, {}), arrays=[broken("", "no storage")])
write("storage-traversal.pt", torch_zip(tensor(storage(key="../../etc/passwd"))),
      arrays=[broken("", "no storage")])
write("order-unknown.pt", torch_zip(bare, extra=[("bare/byteorder", b"middle")]), arrays=[whole],
      warning="byte order")
write("junk-before.pt", bytes(64) + torch_zip(bare), error="")
write("junk-behind.pt", torch_zip(bare) + b"junk", arrays=[whole])
write("no-pickle.pt", zipped([("bare/version", b"3\n")]), error="broken off")
write("script.pt", torch_zip(name("__torch__", "Net") + b")\x81" + code({
    "weight": tensor(), "training": True,
    "ints": call(name("torch.jit._pickle", "build_intlist"), [1, 2, 3]),
    "tag": call(name("torch.jit._pickle", "restore_type_tag"), {"a": tensor()}, "Dict[str, Tensor]"),
}) + b"b", extra=[("bare/constants.pkl", program(())), ("bare/code/__torch__.py", b"class Net:")]),
    arrays=[array("weight", t), array("tag/a", t)], opaque={"": "__torch__.Net"})
for key, options, error in (
        ("size-past", dict(size=(2, 3, 40)), "cut off"),
        ("offset-past", dict(offset=20), "cut off"), ("offset-negative", dict(offset=-1), "offset"),
        ("stride-negative", dict(stride=(12, -4, 1)), "stride"),
        ("stride-few", dict(stride=(12, 4)), "stride"),
        ("size-negative", dict(size=(2, -3, 4)), "size"), ("size-text", dict(size=("a",)), "size"),
        ("size-integer", dict(size=5), "shape"), ("axes-65", dict(size=(1,) * 65, stride=(1,) * 65),
                                                   "64 axes"),
        ("stride-wrap", dict(stride=(2 ** 62, 2 ** 62, 2 ** 62)), ""),
        ("size-wrap", dict(size=(2 ** 31, 2 ** 31, 2 ** 31)), ""),
        ("numel-past", dict(where=storage(count=200)), "are needed"),
        ("numel-negative", dict(where=storage(count=-1)), "number of elements"),
        ("key-integer", dict(where=storage(key=0)), "key"),
        ("class-other", dict(where=storage(name("posix", "system"))), "no kind of storage"),
        ("class-integer", dict(where=storage(7)), "no kind of storage"),
        ("id-short", dict(where=code(("storage",)) + b"Q"), "named properly"),
        ("no-id", dict(where=code("storage")), "named properly")):
    want = broken("w", error)
    write("tensor-%s.pt" % key, torch_zip(code({"w": tensor(**options), "good": tensor()})),
          arrays=[want, array("good", t)])
write("tensor-constant.pt", torch_zip(tensor(offset=3, stride=(0, 0, 0))),
      arrays=[array("", np.full((2, 3, 4), 3, "f4"))])
write("tensor-empty-huge.pt", torch_zip(tensor(size=(2 ** 40, 0, 2 ** 40), stride=(0, 1, 1))),
      arrays=[array("", np.zeros((0,), "f4"))])
expected["tensor-empty-huge.pt"]["arrays"][0]["shape"] = [2 ** 40, 0, 2 ** 40]

# --- legacy, tar, pickles inside pickles, by hand

old = tensor(storage(key="93", more=(None,)))
write("legacy.pt", legacy(old), arrays=[whole])
write("legacy-view.pt", legacy(tensor(storage(key="93", more=(("v", 4, 12),)), 0, (12,), (1,))),
      arrays=[array("", t24[4:16])])
write("legacy-view-past.pt", legacy(tensor(storage(key="93", more=(("v", 20, 12),)), 0, (12,), (1,))),
      arrays=[broken("", "outside the storage")])
write("legacy-cut.pt", legacy(old)[:-1], arrays=[broken("", "has 95 bytes, 96 are needed")])
write("legacy-protocol.pt", legacy(old, protocol=7), error="protocol")
write("legacy-keys.pt", legacy(old, keys=[93]), arrays=[broken("", "no storage")], warning="key")
write("legacy-other-key.pt", legacy(old, keys=["7"]), arrays=[broken("", "no storage")],
      warning="belongs to nothing")
write("legacy-count-negative.pt", legacy(old, counts=(-1,)), arrays=[broken("", "no storage")],
      warning="size of a storage")
write("legacy-empty.pt", legacy({}, keys=(), counts=(), payload=b""), arrays=[])
write("legacy-module.pt", legacy(code({"m": code(("module", name("net", "Net"), "net.py", "import os"))
                                       + b"Q)\x81" + code({"w": old}) + b"b"})),
      arrays=[array("m/w", t)], opaque={"m": "net.Net"})


def tarred(members, link=None):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for key, data in members:
            info = tarfile.TarInfo(key)
            info.size = len(data)
            if key == link:
                info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def tar_members(count=1, elements=24, offset=0, pickled=None):
    stored = program(count) + program((1, "cpu", FLOAT)) + struct.pack("<q", elements) + T24
    tensors = program(1) + program((2, 1, name("torch", "FloatTensor"))) + struct.pack(
        "<ii8q", 3, 0, 2, 3, 4, 12, 4, 1, offset, 0)[:-8]
    return [("sys_info", program({})), ("pickle", pickled or program({"w": integer(2) + b"Q"})),
            ("tensors", tensors), ("storages", stored + program([]))]


write("tar.pt", tarred(tar_members()), arrays=[array("w", t)])
write("tar-count.pt", tarred(tar_members(count=10 ** 9)), error="")
write("tar-negative.pt", tarred(tar_members(elements=-1)), error="size of a storage")
write("tar-past.pt", tarred(tar_members(offset=1)), arrays=[broken("w", "")])
write("tar-link.pt", tarred(tar_members(), "storages"), error="link")
LOAD = name("torch.storage", "_load_from_bytes")


def packed(data):
    return b"B" + u32(len(data)) + data


inner = legacy(storage(key="93", more=(None,)))
write("inside.pkl", program(tensor(call(LOAD, packed(inner))), 3), arrays=[whole])
write("inside-object.pkl", program({"a": call(LOAD, packed(legacy({"t": old}, keys=("93",))))}, 3),
      arrays=[array("a/t", t)])
write("inside-zip.pkl", program(tensor(call(LOAD, packed(torch_zip(storage())))), 3), arrays=[whole])
write("inside-junk.pkl", program(tensor(call(LOAD, packed(b"junk"))), 3),
      arrays=[broken("", "no file of torch")])
deep = inner
for _ in range(3):
    deep = legacy(call(LOAD, packed(deep)), keys=(), counts=(), payload=b"")
write("inside-deep.pkl", program({"a": call(LOAD, packed(deep))}, 3),
      arrays=[broken("a", "deep, not deeper")])

# --- several in one file


def series(*parts, protocol=None):
    file = io.BytesIO()
    for part in parts:
        if isinstance(part, bytes):
            file.write(part)
        elif isinstance(part, np.ndarray):
            np.save(file, part)
        else:
            pickle.dump(part, file, protocol)
    return file.getvalue()


first, second = {"image": t24.reshape(2, 3, 4), "label": 3}, {"image": t24.reshape(2, 3, 4) + 1, "label": 5}
images = [array("0/image", first["image"]), array("1/image", second["image"])]
for protocol in range(6):
    write("series-%d.pkl" % protocol, series(first, second, "end", protocol=protocol), arrays=images,
          texts={"2": "end"})
write("series-torch.pkl", series([x, x > 0], x.half()),
      arrays=[array("0/0", x), array("0/1", x > 0), array("1", x.half())])
write("series-cut.pkl", series(first, second, first)[:-5],
      arrays=[*images, broken("2", "are left")])
write("series-damaged.pkl", series(first, b"\x80\4\x95\x02\0\0\0\0\0\0\0\xff.", second),
      arrays=[images[0], broken("1", "is no opcode")])
write("series-junk.pkl", series(first, b"\x80\4\xff, junk"), arrays=[array("image", first["image"])],
      warning="after the pickle")
write("series-zeros.pkl", series(first, second, bytes(4000)), arrays=images, warning="after the pickle")
write("series-old-cut.pkl", series(first, second, protocol=0)[:-5],
      arrays=[array("image", first["image"])], warning="after the pickle")
write("series-mixed.pkl", series(first, t24, second), arrays=[
    images[0], array("1", t24), {**images[1], "path": "2/image"}])
write("series-mixed.npy", series(t24, second, t24 + 1), arrays=[
    array("0", t24), images[1], array("2", t24 + 1)])
mixed = np.array([t24, "s"], dtype=object)
write("series-objects.npy", series(mixed, t24, mixed), arrays=[
    array("0/0", t24), array("1", t24), array("2/0", t24)])

# --- structure

write("cycle.pkl", program(b"]q\x00h\x00a"), arrays=[], opaque={"0": "list"})
write("cycle-dict.pkl", program(b"}q\x00" + text("me") + b"h\x00s"), arrays=[],
      opaque={"me": "dict"})
write("cycle-call.pkl", program(name("a", "B") + b")R}q\x00" + text("me") + b"h\x00sb"), arrays=[],
      opaque={"": "a.B"})
sharing = b")q\x00"
for i in range(100):
    sharing = sharing + b"0(h%ch%ctq%c" % (i, i, i + 1)
write("sharing.pkl", program(sharing), arrays=[])
write("shared.pt", torch_zip(b"}(" + text("a") + code({"t": tensor()}) + b"q\x00" + text("b")
                             + b"h\x00u"), arrays=[array("a/t", t), array("b/t", t)])
write("keys.pt", torch_zip(b"}(" + code([1]) + code("unhashable") + code("twice") + tensor()
                           + code("twice") + code("last") + b"u"), arrays=[],
      texts={"<list>": "unhashable", "twice": "last"})
write("tensor-of-itself.pkl",
      program(name("torch", "Tensor") + b"]q\x00\x85Rq\x01" + b"0h\x00h\x01a0h\x01"), arrays=[],
      opaque={"": "torch.Tensor"})
write("parameter-of-parameters.pt", torch_zip(
    name("torch._utils", "_rebuild_parameter") * 40 + tensor() + b"\x88N\x87R" * 40),
    arrays=[broken("", "wrapped too often")])
write("scales-of-scales.pt", torch_zip(
    b"(" + b"".join(name("torch._utils", "_rebuild_qtensor") + b"(" + storage() + code(0)
                    + code((24,)) + code((1,)) + b"(" + name("torch", "per_tensor_affine")
                    for _ in range(12)) + code(1.0) + code(0) + b"t\x89NtR" +
    (code(0) + b"t\x89NtR") * 11 + b"t"), arrays=[broken("0", "")])

# --- hostile: names that would run something if anybody looked them up

COMMAND = "touch tenscope-was-here"
system = name("posix", "system")
calls = {
    "reduce": call(system, COMMAND),
    "reduce-p0": b"cposix\nsystem\n(S'%s'\ntR" % COMMAND.encode(),
    "stack-global": code("posix") + code("system") + b"\x93" + code((COMMAND,)) + b"R",
    "inst": b"(" + code(COMMAND) + b"iposix\nsystem\n",
    "obj": b"(" + system + code(COMMAND) + b"o",
    "newobj": name("subprocess", "Popen") + code((COMMAND,)) + b"\x81",
    "newobj-ex": name("subprocess", "Popen") + code((COMMAND,)) + code({"shell": True}) + b"\x92",
    "eval": call(name("builtins", "eval"), "open('tenscope-was-here', 'w')"),
    "eval-py2": call(name("__builtin__", "eval"), "open('tenscope-was-here', 'w')"),
    "open": call(name("io", "open"), "tenscope-was-here", "w"),
    "hub": call(name("torch.hub", "load"), "a/b", "c"),
    "torch-load": call(name("torch", "load"), "x.pt"),
    "dotted": code("torch._utils") + code("os.system") + b"\x93" + code((COMMAND,)) + b"R",
    "attribute": call(call(name("operator", "attrgetter"), "system"), name("os", "")),
    "runpy": call(name("runpy", "_run_code"), COMMAND),
    "ctypes": call(name("ctypes", "CDLL"), "./x.so"),
    "socket": call(name("socket", "create_connection"), ("127.0.0.1", 9)),
    "extension": b"\x82\x07" + code((COMMAND,)) + b"R",
    "setstate": ORDERED + code({"__setstate__": system}) + b"b",
    "persistent": system + b"Q",
    "map": call(name("builtins", "list"), call(name("builtins", "map"), system, [COMMAND])),
    "fromfile": call(name("numpy", "fromfile"), "/etc/passwd"),
    "loads": call(name("pickle", "loads"), packed(program(call(system, COMMAND)))),
    "space": call(name("posix", " system"), COMMAND),
    "name-nul": call(name("posix", "system\0"), COMMAND),
    "popped": call(system, COMMAND) + b"0N",
}
types_of = {"reduce": "posix.system", "reduce-p0": "posix.system", "stack-global": "posix.system",
            "inst": "posix.system", "obj": "posix.system", "newobj": "subprocess.Popen",
            "newobj-ex": "subprocess.Popen", "eval": "builtins.eval", "hub": "torch.hub.load",
            "eval-py2": "__builtin__.eval", "dotted": "torch._utils.os.system",
            "socket": "socket.create_connection", "fromfile": "numpy.fromfile",
            "loads": "pickle.loads", "space": "posix. system", "extension": "extension 7"}
for key, value in calls.items():
    want = {"opaque": {"evil": types_of[key]}} if key in types_of else {}
    write("hostile-%s.pkl" % key, program({"evil": value, "good": "text"}, 4), arrays=[],
          texts={"good": "text"}, **want)
    write("hostile-%s.pt" % key, torch_zip(code({"evil": value, "good": tensor()})),
          arrays=[array("good", t)], **want)
evil = call(system, COMMAND)
write("hostile-whole.pkl", program(evil), arrays=[], opaque={"": "posix.system"},
      texts={"args/0": COMMAND})
write("hostile-p0.pkl", b"cposix\nsystem\n(S'%s'\ntR." % COMMAND.encode(), arrays=[],
      opaque={"": "posix.system"})
write("hostile-legacy.pt", legacy(code({"evil": evil, "good": old})), arrays=[array("good", t)],
      opaque={"evil": "posix.system"})
write("hostile-legacy-info.pt", legacy(old, info=evil), arrays=[whole])
write("hostile-legacy-magic.pt", legacy(old, magic=program(evil)),
      arrays=[broken("3", "is not in the file")], opaque={"0": "posix.system"},
      warning="after the pickle")
write("hostile-tar.pt", tarred(tar_members(pickled=program({"w": integer(2) + b"Q", "evil": evil}))),
      arrays=[array("w", t)], opaque={"evil": "posix.system"})
write("hostile-inside.pkl", program({"a": call(LOAD, packed(legacy(evil, (), (), b"")))}, 3),
      arrays=[], opaque={"a": "posix.system"})
write("hostile-constants.pt", torch_zip(bare, extra=[("bare/constants.pkl", program(evil))]),
      arrays=[whole])
write("hostile-polyglot.pt", program(evil) + torch_zip(bare), arrays=[],
      opaque={"": "posix.system"}, warning="after the pickle")

with open(os.path.join(OUT, "expected.json"), "w", encoding="utf-8") as file:
    json.dump(expected, file, indent=1, sort_keys=True, ensure_ascii=False)
    file.write("\n")
print(OUT, len(expected))
