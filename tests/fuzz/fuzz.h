/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-reader.h"

#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What a fuzzing engine calls; each target defines it. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

/* Opens @data with @reader (or, if NULL, as any file is opened) and reads a little of every array.
 * Neither may crash, whatever the bytes are. */
void fuzz_open (const TsReader *reader, const uint8_t *data, size_t n_bytes);

G_END_DECLS
