/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deflate (RFC 1951) in two passes over each block: one counts bytes and finds runs, one writes
 * their Huffman codes. Codes have at most 12 bits, so that four bytes of input fit a word of output
 * that is stored at once. */

#include "config.h"

#include "export/ts-deflate.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BLOCK_BYTES (96 << 10)
#define MAX_CODE_BITS   12
#define MAX_RUN         258
#define MIN_RUN         8 /* that is looked for */

enum {
  END_OF_BLOCK = 256,
  N_LITERALS = 286,
  N_LENGTH_CODES = 19, /* of the code that code lengths are written in */
  MAX_LENGTH_BITS = 7,
};

typedef struct
{
  guint32 at; /* within the block */
  guint32 length;
} Run;

typedef struct
{
  guint64 bits;
  guint n_bits;
  guint8 *out;
} BitWriter;

typedef struct
{
  guint16 codes[N_LITERALS]; /* the first bit is the lowest */
  guint8 lengths[N_LITERALS];
} Code;

typedef struct
{
  guint32 count;
  guint16 symbol;
} Counted;

typedef struct
{
  guint8 symbol;
  guint8 extra;
  guint8 n_extra;
} LengthToken;

static inline guint64
load64 (const guint8 *at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return value;
}

static inline void
put_bits (BitWriter *self, guint64 bits, guint n_bits)
{
  self->bits |= bits << self->n_bits;
  self->n_bits += n_bits;
}

/* At most 7 bits stay behind; 8 bytes are written over, which must be there. */
static inline void
flush_bits (BitWriter *self)
{
  guint64 bits = GUINT64_TO_LE (self->bits);

  memcpy (self->out, &bits, sizeof bits);
  self->out += self->n_bits >> 3;
  self->bits >>= self->n_bits & ~7u;
  self->n_bits &= 7;
}

/* ---- codes ---- */

static int
compare_counted (const void *a, const void *b)
{
  const Counted *x = a, *y = b;

  if (x->count != y->count)
    return x->count < y->count ? -1 : 1;
  return (int) x->symbol - (int) y->symbol;
}

/* Depths of the leaves of a Huffman tree over @sorted, least first: two queues, of leaves and of
 * joined nodes, both in order. */
static void
measure_depths (const Counted *sorted, guint n, guint8 *depths)
{
  guint64 weights[2 * N_LITERALS];
  guint16 parents[2 * N_LITERALS];
  guint leaf = 0, node = n, n_nodes = n;
  guint8 node_depths[2 * N_LITERALS];

  for (guint i = 0; i < n; i++)
    weights[i] = sorted[i].count;
  while (n_nodes < 2 * n - 1) {
    weights[n_nodes] = 0;
    for (int side = 0; side < 2; side++) {
      guint least =
          leaf < n && (node >= n_nodes || weights[leaf] <= weights[node]) ? leaf++ : node++;

      weights[n_nodes] += weights[least];
      parents[least] = (guint16) n_nodes;
    }
    n_nodes++;
  }
  node_depths[2 * n - 2] = 0;
  for (int i = (int) (2 * n) - 3; i >= 0; i--)
    node_depths[i] = (guint8) MIN (node_depths[parents[i]] + 1, 255);
  memcpy (depths, node_depths, n);
}

/* Makes a code of at most @max_bits for the symbols that occur. */
static void
make_code (const guint32 *counts, guint n_symbols, guint max_bits, Code *code)
{
  Counted sorted[N_LITERALS];
  guint8 depths[N_LITERALS];
  guint n_of_length[256] = { 0 };
  guint16 next[MAX_CODE_BITS + 2] = { 0 };
  guint n = 0;
  guint32 total = 0;

  memset (code, 0, sizeof *code);
  for (guint i = 0; i < n_symbols; i++)
    if (counts[i] > 0)
      sorted[n++] = (Counted){ counts[i], (guint16) i };
  /* A code needs two words to be complete. */
  for (guint i = 0; n < 2; i++)
    if (counts[i] == 0)
      sorted[n++] = (Counted){ 0, (guint16) i };
  qsort (sorted, n, sizeof *sorted, compare_counted);
  measure_depths (sorted, n, depths);
  for (guint i = 0; i < n; i++)
    n_of_length[MIN (depths[i], max_bits)]++;

  /* Words cut short took too much room: others give it back, longest first. */
  for (guint length = 1; length <= max_bits; length++)
    total += n_of_length[length] << (max_bits - length);
  for (; total > 1u << max_bits; total--) {
    guint length = max_bits - 1;

    while (n_of_length[length] == 0)
      length--;
    n_of_length[max_bits]--;
    n_of_length[length]--;
    n_of_length[length + 1] += 2;
  }

  for (guint length = max_bits, i = 0; length > 0; length--)
    for (guint k = 0; k < n_of_length[length]; k++)
      code->lengths[sorted[i++].symbol] = (guint8) length;
  for (guint length = 1; length <= max_bits; length++)
    next[length + 1] = (guint16) ((next[length] + n_of_length[length]) << 1);
  for (guint i = 0; i < n_symbols; i++) {
    guint word, reversed = 0;

    if (code->lengths[i] == 0)
      continue;
    word = next[code->lengths[i]]++;
    for (guint bit = 0; bit < code->lengths[i]; bit++)
      reversed |= (word >> bit & 1) << (code->lengths[i] - 1 - bit);
    code->codes[i] = (guint16) reversed;
  }
}

/* ---- lengths of runs ---- */

static inline guint
get_length_symbol (guint length, guint *extra, guint *n_extra)
{
  guint log, v = length - 3;

  *extra = *n_extra = 0;
  if (length == MAX_RUN)
    return 285;
  if (v < 8)
    return 257 + v;
  log = 31 - (guint) __builtin_clz (v);
  *n_extra = log - 2;
  *extra = v & ((1u << *n_extra) - 1);
  return 257 + 4 * (log - 1) + (v >> *n_extra & 3);
}

/* The next piece of a run that has @left bytes: no rest is too short for a match. */
static inline guint
get_piece (guint left)
{
  return left <= MAX_RUN ? left : left - MAX_RUN >= 3 ? MAX_RUN : MAX_RUN - 3;
}

/* ---- blocks ---- */

/* Counts the symbols of a block and notes its runs; how many. Bytes before the block are there
 * unless it is the first. */
static guint
count_symbols (const guint8 *in, gsize n_bytes, gboolean is_first, guint32 *counts, Run *runs)
{
  guint32 tables[4][256];
  guint n_runs = 0;
  gsize i = 0;

  memset (tables, 0, sizeof tables);
  memset (counts, 0, N_LITERALS * sizeof *counts);
  if (is_first && n_bytes > 0)
    tables[0][in[i++]]++;
  while (i + MIN_RUN <= n_bytes) {
    guint64 word = load64 (in + i);

    if (word != load64 (in + i - 1)) {
      for (guint k = 0; k < 8; k++)
        tables[k & 3][word >> (8 * k) & 0xff]++;
      i += 8;
      continue;
    }

    guint8 byte = in[i];
    gsize end = i + MIN_RUN;

    while (end + 8 <= n_bytes && load64 (in + end) == word)
      end += 8;
    while (end < n_bytes && in[end] == byte)
      end++;
    runs[n_runs++] = (Run){ (guint32) i, (guint32) (end - i) };
    for (guint left = (guint) (end - i); left > 0;) {
      guint piece = get_piece (left), extra, n_extra;

      counts[get_length_symbol (piece, &extra, &n_extra)]++;
      left -= piece;
    }
    i = end;
  }
  for (; i < n_bytes; i++)
    tables[0][in[i]]++;
  for (guint k = 0; k < 256; k++)
    counts[k] = tables[0][k] + tables[1][k] + tables[2][k] + tables[3][k];
  counts[END_OF_BLOCK] = 1;
  return n_runs;
}

/* Code lengths, repeated ones shortened, as deflate spells them. */
static guint
make_length_tokens (const guint8 *lengths, guint n, LengthToken *tokens, guint32 *counts)
{
  guint n_tokens = 0;

  for (guint i = 0; i < n;) {
    guint8 length = lengths[i];
    guint run = 1;
    LengthToken token = { length, 0, 0 };

    while (i + run < n && lengths[i + run] == length)
      run++;
    if (length == 0 && run >= 11) {
      run = MIN (run, 138);
      token = (LengthToken){ 18, (guint8) (run - 11), 7 };
    } else if (length == 0 && run >= 3) {
      token = (LengthToken){ 17, (guint8) (run - 3), 3 };
    } else if (i > 0 && lengths[i - 1] == length && run >= 3) {
      run = MIN (run, 6);
      token = (LengthToken){ 16, (guint8) (run - 3), 2 };
    } else {
      run = 1;
    }
    counts[token.symbol]++;
    tokens[n_tokens++] = token;
    i += run;
  }
  return n_tokens;
}

static void
write_header (BitWriter *writer, const Code *code, gboolean is_last)
{
  static const guint8 order[N_LENGTH_CODES] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15 };
  guint8 lengths[N_LITERALS + 1];
  LengthToken tokens[N_LITERALS + 1];
  guint32 counts[N_LENGTH_CODES] = { 0 };
  Code length_code;
  guint n_literals = N_LITERALS, n_tokens, n_sent = N_LENGTH_CODES;

  while (n_literals > 257 && code->lengths[n_literals - 1] == 0)
    n_literals--;
  memcpy (lengths, code->lengths, n_literals);
  lengths[n_literals] = 1; /* the one distance: the byte before */
  n_tokens = make_length_tokens (lengths, n_literals + 1, tokens, counts);
  make_code (counts, N_LENGTH_CODES, MAX_LENGTH_BITS, &length_code);
  while (n_sent > 4 && length_code.lengths[order[n_sent - 1]] == 0)
    n_sent--;

  put_bits (writer, is_last, 1);
  put_bits (writer, 2, 2);
  put_bits (writer, n_literals - 257, 5);
  put_bits (writer, 0, 5);
  put_bits (writer, n_sent - 4, 4);
  for (guint i = 0; i < n_sent; i++) {
    put_bits (writer, length_code.lengths[order[i]], 3);
    flush_bits (writer);
  }
  for (guint i = 0; i < n_tokens; i++) {
    guint symbol = tokens[i].symbol;

    put_bits (writer, length_code.codes[symbol], length_code.lengths[symbol]);
    put_bits (writer, tokens[i].extra, tokens[i].n_extra);
    flush_bits (writer);
  }
}

static void
write_literals (BitWriter *writer, const guint32 *words, const guint8 *in, gsize n_bytes)
{
  BitWriter self = *writer;
  gsize i = 0;

  for (; i + 4 <= n_bytes; i += 4) {
    for (guint k = 0; k < 4; k++) {
      guint32 word = words[in[i + k]];

      put_bits (&self, word >> 8, word & 0xff);
    }
    flush_bits (&self);
  }
  for (; i < n_bytes; i++) {
    put_bits (&self, words[in[i]] >> 8, words[in[i]] & 0xff);
    flush_bits (&self);
  }
  *writer = self;
}

static void
write_run (BitWriter *writer, const Code *code, guint length)
{
  while (length > 0) {
    guint piece = get_piece (length), extra, n_extra;
    guint symbol = get_length_symbol (piece, &extra, &n_extra);

    put_bits (writer, code->codes[symbol], code->lengths[symbol]);
    put_bits (writer, extra, n_extra);
    put_bits (writer, 0, 1); /* the distance */
    flush_bits (writer);
    length -= piece;
  }
}

static void
write_block (BitWriter *writer,
             const guint8 *in,
             gsize n_bytes,
             gboolean is_first,
             gboolean is_last,
             Run *runs)
{
  guint32 counts[N_LITERALS], words[256];
  guint n_runs = count_symbols (in, n_bytes, is_first, counts, runs);
  gsize at = 0;
  Code code;

  make_code (counts, N_LITERALS, MAX_CODE_BITS, &code);
  write_header (writer, &code, is_last);
  for (guint i = 0; i < 256; i++)
    words[i] = (guint32) code.codes[i] << 8 | code.lengths[i];
  for (guint i = 0; i < n_runs; i++) {
    write_literals (writer, words, in + at, runs[i].at - at);
    write_run (writer, &code, runs[i].length);
    at = runs[i].at + runs[i].length;
  }
  write_literals (writer, words, in + at, n_bytes - at);
  put_bits (writer, code.codes[END_OF_BLOCK], code.lengths[END_OF_BLOCK]);
  flush_bits (writer);
}

gsize
ts_deflate_runs_bound (gsize n_bytes)
{
  gsize n_blocks = n_bytes / MAX_BLOCK_BYTES + 1;

  return n_bytes + n_bytes / 2 + n_blocks * 600 + 64;
}

gsize
ts_deflate_runs (const guint8 *in, gsize n_bytes, guint8 *out)
{
  gsize n_blocks = MAX (1, (n_bytes + MAX_BLOCK_BYTES - 1) / MAX_BLOCK_BYTES);
  gsize share = (n_bytes + n_blocks - 1) / n_blocks;
  BitWriter writer = { .out = out };
  g_autofree Run *runs = g_new (Run, share / MIN_RUN + 1);
  guint32 adler = GUINT32_TO_BE (libdeflate_adler32 (1, in, n_bytes));

  put_bits (&writer, 0x0178, 16); /* a window of 32 KiB, fastest */
  flush_bits (&writer);
  for (gsize k = 0; k < n_blocks; k++) {
    gsize begin = MIN (share * k, n_bytes), end = MIN (begin + share, n_bytes);

    write_block (&writer, in + begin, end - begin, k == 0, k + 1 == n_blocks, runs);
  }
  put_bits (&writer, 0, (8 - writer.n_bits) & 7);
  flush_bits (&writer);
  memcpy (writer.out, &adler, 4);
  return (gsize) (writer.out + 4 - out);
}
