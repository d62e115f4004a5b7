/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All that a byte is predicted from is there before any is written, so these loops are of the kind
 * that compilers turn into vectors; 16-bit numbers keep eight or sixteen in a register. */

#include "config.h"

#include "export/ts-png-filter.h"

#include "base/ts-clones.h"

#include <string.h>

TS_CLONES static void
filter_sub (const guint8 *restrict row, gsize n_bytes, gsize bpp, guint8 *restrict out)
{
  for (gsize i = bpp; i < n_bytes; i++)
    out[i] = (guint8) (row[i] - row[i - bpp]);
}

TS_CLONES static void
filter_up (const guint8 *restrict row,
           const guint8 *restrict above,
           gsize n_bytes,
           guint8 *restrict out)
{
  for (gsize i = 0; i < n_bytes; i++)
    out[i] = (guint8) (row[i] - above[i]);
}

TS_CLONES static void
filter_average (const guint8 *restrict row,
                const guint8 *restrict above,
                gsize n_bytes,
                gsize bpp,
                guint8 *restrict out)
{
  for (gsize i = bpp; i < n_bytes; i++)
    out[i] = (guint8) (row[i] - (guint8) ((guint16) (row[i - bpp] + above[i]) >> 1));
}

TS_CLONES static void
filter_paeth (const guint8 *restrict row,
              const guint8 *restrict above,
              gsize n_bytes,
              gsize bpp,
              guint8 *restrict out)
{
  for (gsize i = bpp; i < n_bytes; i++) {
    gint16 a = row[i - bpp], b = above[i], c = above[i - bpp];
    gint16 da = (gint16) (b - c), db = (gint16) (a - c), dc = (gint16) (da + db);
    gint16 pa = (gint16) (da < 0 ? -da : da), pb = (gint16) (db < 0 ? -db : db);
    gint16 pc = (gint16) (dc < 0 ? -dc : dc);
    gint16 least = pb < pa ? pb : pa;
    gint16 guess = pb < pa ? b : a;

    guess = pc < least ? c : guess;
    out[i] = (guint8) (row[i] - guess);
  }
}

void
ts_png_filter_row (TsPngFilter filter,
                   const guint8 *row,
                   const guint8 *above,
                   gsize n_bytes,
                   gsize bpp,
                   guint8 *out)
{
  for (gsize i = 0; i < MIN (bpp, n_bytes); i++)
    out[i] = (guint8) (filter == TS_PNG_FILTER_NONE || filter == TS_PNG_FILTER_SUB ? row[i]
                       : filter == TS_PNG_FILTER_AVERAGE ? row[i] - above[i] / 2
                                                         : row[i] - above[i]);
  switch (filter) {
  case TS_PNG_FILTER_SUB:
    filter_sub (row, n_bytes, bpp, out);
    break;
  case TS_PNG_FILTER_UP:
    filter_up (row, above, n_bytes, out);
    break;
  case TS_PNG_FILTER_AVERAGE:
    filter_average (row, above, n_bytes, bpp, out);
    break;
  case TS_PNG_FILTER_PAETH:
    filter_paeth (row, above, n_bytes, bpp, out);
    break;
  case TS_PNG_FILTER_NONE:
  case TS_PNG_N_FILTERS:
  default:
    memcpy (out, row, n_bytes);
    break;
  }
}

TS_CLONES guint64
ts_png_sum_magnitudes (const guint8 *filtered, gsize n_bytes)
{
  guint64 sum = 0;

  /* in parts that fit smaller sums, which more of fit a register */
  for (gsize at = 0; at < n_bytes; at += 1 << 16) {
    gsize end = MIN (n_bytes, at + (1 << 16));
    guint32 part = 0;

    for (gsize i = at; i < end; i++) {
      gint16 value = (gint8) filtered[i];

      part += (guint16) (value < 0 ? -value : value);
    }
    sum += part;
  }
  return sum;
}
