/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-deflate.h"
#include "export/ts-png-filter.h"

#include <libdeflate.h>
#include <string.h>

#define CANARY 16

/* Another program reads back what was written, and nothing is written behind the room for it. */
static gsize
check (const guint8 *in, gsize n_bytes)
{
  gsize bound = ts_deflate_runs_bound (n_bytes), n_deflated, n_back;
  g_autofree guint8 *out = g_malloc (bound + CANARY);
  g_autofree guint8 *back = g_malloc (n_bytes + 1);
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor ();

  memset (out, 0xa5, bound + CANARY);
  n_deflated = ts_deflate_runs (in, n_bytes, out);
  g_assert_cmpuint (n_deflated, <=, bound);
  for (gsize i = 0; i < CANARY; i++)
    g_assert_cmphex (out[bound + i], ==, 0xa5);
  g_assert_cmpint (libdeflate_zlib_decompress (decompressor, out, n_deflated, back, n_bytes + 1,
                                               &n_back),
                   ==, LIBDEFLATE_SUCCESS);
  g_assert_cmpuint (n_back, ==, n_bytes);
  g_assert_cmpmem (back, n_back, in, n_bytes);
  libdeflate_free_decompressor (decompressor);
  return n_deflated;
}

static void
test_short (void)
{
  guint8 bytes[600];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i * 7);
  for (gsize n = 0; n < sizeof bytes; n += n < 20 ? 1 : 37)
    check (bytes, n);
}

/* Runs of every length about those of a match, at every place about a word. */
static void
test_runs (void)
{
  g_autofree guint8 *bytes = g_malloc (4000);

  for (gsize before = 0; before < 12; before++) {
    for (gsize length = 1; length<800; length += length> 20 && length < 250 ? 23 : 1) {
      for (gsize i = 0; i < 4000; i++)
        bytes[i] = (guint8) (i * 31);
      memset (bytes + before, 9, length);
      check (bytes, before + length);
      check (bytes, before + length + 13);
    }
  }
}

/* From one symbol to all of them, even and uneven: codes as short and as long as they get. */
static void
test_symbols (void)
{
  gsize n = 300001; /* several blocks */
  g_autofree guint8 *bytes = g_malloc (n);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  gsize n_deflated;

  memset (bytes, 0, n);
  g_assert_cmpuint (check (bytes, n), <, 1500);
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) g_rand_int (rand);
  g_assert_cmpuint (check (bytes, n), <, n + n / 100);
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) __builtin_ctz (g_rand_int (rand) | 1u << 31);
  n_deflated = check (bytes, n);
  g_assert_cmpuint (n_deflated, <, n * 27 / 100); /* two bits each, and what blocks cost */
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (g_rand_double (rand) * g_rand_double (rand) * g_rand_double (rand) * 256);
  check (bytes, n);
  /* as uneven as may be: each symbol twice as often as the last */
  for (gsize i = 0, symbol = 0, left = 1; i < n; i++) {
    bytes[i] = (guint8) symbol;
    if (--left == 0) {
      symbol++;
      left = (gsize) 1 << MIN (symbol, 17);
    }
  }
  for (gsize i = n - 1; i > 0; i--) {
    gsize other = (gsize) g_rand_int_range (rand, 0, (gint32) i + 1);
    guint8 byte = bytes[i];

    bytes[i] = bytes[other];
    bytes[other] = byte;
  }
  check (bytes, n);
}

/* The filters as the format defines them, byte by byte. */
static void
test_filters (void)
{
  guint8 rows[2][301], out[301];

  for (gsize bpp = 1; bpp <= 8; bpp++) {
    for (gsize n = 1; n <= 301; n += 13) {
      for (gsize i = 0; i < n; i++) {
        rows[0][i] = (guint8) g_test_rand_int ();
        rows[1][i] = (guint8) g_test_rand_int ();
      }
      for (int filter = 0; filter < TS_PNG_N_FILTERS; filter++) {
        guint64 sum = 0;

        ts_png_filter_row ((TsPngFilter) filter, rows[1], rows[0], n, bpp, out);
        for (gsize i = 0; i < n; i++) {
          int a = i >= bpp ? rows[1][i - bpp] : 0, b = rows[0][i];
          int c = i >= bpp ? rows[0][i - bpp] : 0;
          int pa = ABS (b - c), pb = ABS (a - c), pc = ABS (a + b - 2 * c);
          int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
          const int guesses[] = { 0, a, b, (a + b) / 2, paeth };

          g_assert_cmpuint (out[i], ==, (guint8) (rows[1][i] - guesses[filter]));
          sum += (guint64) ABS ((gint8) out[i]);
        }
        g_assert_cmpuint (ts_png_sum_magnitudes (out, n), ==, sum);
      }
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deflate/short", test_short);
  g_test_add_func ("/deflate/runs", test_runs);
  g_test_add_func ("/deflate/symbols", test_symbols);
  g_test_add_func ("/deflate/filters", test_filters);
  return g_test_run ();
}
