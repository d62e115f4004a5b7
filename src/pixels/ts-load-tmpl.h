/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements of one type to packed REALs: TYPE is what lies in memory (native byte order, any
 * alignment), CONVERT (v) its value, LOAD the name of the function. */

static void
LOAD (const guint8 *src, gssize stride_bytes, gsize n, REAL *restrict out)
{
  typedef TYPE Unaligned __attribute__ ((aligned (1), may_alias));

  if (stride_bytes == (gssize) sizeof (TYPE)) {
    const Unaligned *packed = (const Unaligned *) src;

    for (gsize i = 0; i < n; i++) {
      TYPE v = packed[i];

      out[i] = (REAL) (CONVERT (v));
    }
    return;
  }
  for (gsize i = 0; i < n; i++, src += stride_bytes) {
    TYPE v = *(const Unaligned *) src;

    out[i] = (REAL) (CONVERT (v));
  }
}
