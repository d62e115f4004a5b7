/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"
#include "reader/ts-reader-private.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  fuzz_open (&ts_reader_npz, data, n_bytes);
  return 0;
}
