#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what the readers make of a folder of dumps against what reference libraries read in them.

    corpus-score.py CORPUS PROGRAM [--only FOLDER,FOLDER] [--verbose]

CORPUS (or the environment's TS_CORPUS) holds folders of dumps and two files: expected.json, which
maps "folder/file" to {"status": "ok" | "partial" | "error" | ..., "arrays": [{"name", "dtype",
"shape", "sha256"}, ...]}, and INDEX.tsv, whose columns "path" and "expect" say how a reader should
behave ("error", "refuse", "any", ...). PROGRAM is tenscope-cli, or dump-info of the tests.

Every array of a file that the reference reads must come out with the same type, shape and digest of
its row-major little-endian bytes. Of a file that the reference does not read nothing may be shown
but what is marked as cut off. No file may crash, take 2 s of processor time or 512 MiB.
"""
import argparse
import csv
import json
import os
import re
import resource
import signal
import sys
import tempfile

LIMIT_SECONDS = 2.0
LIMIT_MEMORY_KIB = 512 * 1024

# Where we differ on purpose, and why. Each is still held against the limits.
DIFFERENT = {
    "bad_npy/gzipped.npy": "unpacked",
    "bad_npy/shape_dims33.npy": "33 axes are allowed since NumPy 2",
    "bad_npy/shape_neg1.npy": "a negative size is refused, not guessed",
    "bad_npz/bomb_overlap_400x256MB.npz": "only the members that do not overlap are read",
    "bad_safetensors/dup_keys.safetensors": "a name that stands twice is refused",
    "odd_h5/vds.h5": "a virtual dataset would read other files",
    "odd_npz/dup_names.npz": "a name that stands twice is refused",
    "odd_npz/lzma.npz": "only stored and deflated members are read",
    "pickle/joblib__data_joblib_0.10.0_pickle_py35_np19.pkl": "a dump of joblib, which is read; pickle alone cannot",
    "odd_npz/prefix_junk.npz": "bytes before the archive are refused",
    "odd_npz/one_bad_member.npz": "the cut member is shown as far as it goes",
}

# Arrays that we do not show as the reference does, by a pattern of their names, and why. All others of
# the file still have to come out right.
UNLIKE = {
    "bad_h5/fuzz_meta_09.h5": ("/contig$", "a shape of 15 EiB in a file of 118 kB is called damaged"),
    "bad_mat/dims_none.mat": ("x$", "an array without axes, which MATLAB does not write: its value is called damaged"),
    "mat/MAT.jl__v7_corrupted_mcos_object_metadata.mat": (r".*\.arr$", "the number of an object in MATLAB's own store, no data"),
    "mat/MAT.jl__v7_old_class_array.mat": (r"class_arr\[", "libmatio does not read the fields of classes"),
    "mat/MAT.jl__v7_struct_table_datetime.mat": (r".*\.arr$", "the number of an object in MATLAB's own store, no data"),
    "mat/scipy__data_miuint32_for_miint32.mat": ("an_array$", "axes and name of a wrong type: called damaged"),
    "mat/scipy__data_parabola.mat": (r".*\.workspace\.arr$", "the workspace of a function, no data"),
    "mat/scipy__data_sqr.mat": (r".*\.workspace\.arr$", "the workspace of a function, no data"),
    "mat/scipy__data_testmatlabstring_7_WIN64.mat": (r".*\.arr$", "the number of an object in MATLAB's own store, no data"),
    "mat/scipy__data_testobject_7.4_GLNX86.mat": (r"testobject\.", "libmatio does not read the fields of classes"),
    "mat/scipy__data_teststruct_6.1_SOL2.mat": (r".*\.complexfield$", "complex in the file; the reference kept the real half"),
    "mat/scipy__data_teststruct_7.1_GLNX86.mat": (r".*\.complexfield$", "complex in the file; the reference kept the real half"),
    "mat/scipy__data_teststruct_7.4_GLNX86.mat": (r".*\.complexfield$", "complex in the file; the reference kept the real half"),
}

# Types that are no numbers; texts and containers of fields are not arrays here.
NO_NUMBERS = ("unicode", "bytes", "void", "object", "char", "str")


class Result:
    def __init__(self, line, status, seconds, memory_kib):
        self.status, self.seconds, self.memory_kib = status, seconds, memory_kib
        self.error, self.arrays = None, []
        try:
            found = json.loads(line)
        except ValueError:
            self.error = "no JSON printed"
            if os.WIFSIGNALED(status):
                return
            self.status = -1
            return
        self.error = found.get("error")
        self.arrays = found.get("arrays", [])

    def problem(self):
        if os.WIFSIGNALED(self.status):
            return "killed by signal %d" % os.WTERMSIG(self.status)
        if self.status == -1:
            return "no JSON printed"
        if self.seconds > LIMIT_SECONDS:
            return "took %.1f s" % self.seconds
        if self.memory_kib > LIMIT_MEMORY_KIB:
            return "took %d MiB" % (self.memory_kib // 1024)
        return None


def run(program, path, with_digest):
    arguments = [program]
    if "cli" in os.path.basename(program):
        arguments += ["info", "--json"] + (["--digest"] if with_digest else [])
    with tempfile.TemporaryFile() as out:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            signal.alarm(20)
            os.environ["LC_ALL"] = "C.UTF-8"
            os.execv(program, arguments + [path])
        _, status, usage = os.wait4(pid, 0)
        seconds = usage.ru_utime + usage.ru_stime
        out.seek(0)
        text = out.read().decode("utf-8", "replace").strip()
        return Result(text.splitlines()[-1] if text else "", status, seconds, usage.ru_maxrss)


def is_same(want, got):
    if got.get("shape") != want["shape"]:
        return False
    if want.get("sha256") is not None:
        return got.get("sha256") == want["sha256"] and got.get("dtype") == want["dtype"]
    if want.get("sha256_as_f8") is not None:
        return got.get("sha256") == want["sha256_as_f8"] and got.get("dtype") == "float64"
    return got.get("dtype") == want["dtype"]


def compare(expected, result, unlike=None):
    """What is missing or different, as a list of sentences; but for names that match @unlike."""
    missing = []
    left = list(result.arrays)
    for want in expected["arrays"]:
        if want.get("kind") in NO_NUMBERS or want.get("dtype") in NO_NUMBERS:
            continue
        if want.get("dtype") is None or want["shape"] is None or want["dtype"][0] in "|[{dc":
            if want.get("dtype", "|")[:7] != "complex":
                continue  # strings, records, times
        name = want["name"]
        got = next((a for a in left if a["path"] == name and is_same(want, a)), None)
        if got is None:
            got = next((a for a in left if is_same(want, a)), None)
        if got is None and unlike is not None and re.match(unlike, name):
            continue
        if got is None:
            named = next((a for a in result.arrays if a["path"] == name), None)
            missing.append("%s: %s %s wanted, %s" % (
                name or "(the array)", want["dtype"], want["shape"],
                json.dumps(named, ensure_ascii=False) if named else result.error or "not there"))
        else:
            left.remove(got)
    return missing


def judge(path, expected, expect, result):
    problem = result.problem()
    if problem is not None:
        return [problem]
    if path in DIFFERENT:
        return []
    if expected["status"] in ("ok", "partial"):
        return compare(expected, result, UNLIKE.get(path, (None,))[0])
    if "inert_arrays" in expected:  # nothing that executes; the arrays beside it may be shown
        if not any("sha256" in a for a in result.arrays):
            return []
        return compare({"arrays": expected["inert_arrays"]}, result)
    if "Object arrays" in json.dumps(expected) and expected["status"] != "error":
        return []  # pickled arrays may be shown where the reference would have to execute them
    if expected["status"] in ("error", "refuse") and expect != "any" and "lenient" not in expected:
        return ["%s shown where the reference fails: %s" % (a["path"], expected.get("error"))
                for a in result.arrays
                if "sha256" in a and not a.get("note", "").startswith("cut off")]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="?", default=os.environ.get("TS_CORPUS"))
    parser.add_argument("program")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if options.corpus is None:
        parser.error("no corpus given")
    with open(os.path.join(options.corpus, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    with open(os.path.join(options.corpus, "INDEX.tsv"), encoding="utf-8") as file:
        expect = {row["path"]: row["expect"] for row in csv.DictReader(file, delimiter="\t")}
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    only = [folder for folder in options.only.split(",") if folder]
    folders = {}
    worst_seconds, worst_memory = 0.0, 0
    for path in sorted(expected):
        folder = path.split("/")[0]
        if only and folder not in only:
            continue
        # What the reference found too large to read is not read here to the end either.
        arrays = expected[path].get("arrays", [])
        with_digest = not arrays or not all("not read" in a.get("note", "") for a in arrays)
        result = run(options.program, os.path.join(options.corpus, path), with_digest)
        wrong = judge(path, expected[path], expect.get(path, "any"), result)
        reason = DIFFERENT.get(path) or UNLIKE.get(path, (None, None))[1]
        good, excused, total = folders.get(folder, (0, 0, 0))
        folders[folder] = (good + (not wrong and not reason), excused + (not wrong and bool(reason)), total + 1)
        worst_seconds, worst_memory = max(worst_seconds, result.seconds), max(worst_memory, result.memory_kib)
        if wrong:
            more = "" if options.verbose or len(wrong) <= 3 else " (and %d more)" % (len(wrong) - 3)
            shown = wrong if options.verbose else wrong[:3]
            print("%s: %s%s" % (path, "; ".join(shown), more))
        elif reason:
            print("%s: differs: %s" % (path, reason))
        elif options.verbose:
            print("%s: as expected, %.0f ms, %d MiB%s" % (
                path, result.seconds * 1000, result.memory_kib // 1024,
                "; " + result.error if result.error else ""))
    for folder, (good, excused, total) in folders.items():
        print("%-18s %3d of %3d%s" % (folder, good, total, ", %d differ for a reason" % excused if excused else ""))
    good, excused, total = (sum(score[i] for score in folders.values()) for i in range(3))
    print("%-18s %3d of %3d  (%.1f %%), %d differ for a reason" % (
        "all", good, total, 100.0 * good / max(total, 1), excused))
    print("at most %.2f s of the processor and %d MiB a file" % (worst_seconds, worst_memory // 1024))
    return 0 if good + excused == total else 1


if __name__ == "__main__":
    sys.exit(main())
