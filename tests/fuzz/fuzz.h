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

/* Reads the first elements, and of the outer axes the last ones. */
void fuzz_read_a_little (TsTensor *tensor);

/* One change of bytes that know nothing of a format; the engine's, or that of the ordinary program.
 */
size_t LLVMFuzzerMutate (uint8_t *data, size_t n_bytes, size_t room);

/* One change of @data that knows the formats: inside a member, a header or an opcode, with lengths
 * and checksums made right again; now and then one that knows nothing. */
void fuzz_mutate (GByteArray *data, GRand *rand);

G_END_DECLS
