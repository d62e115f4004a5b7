/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three inputs to RGBA8 in one go, as fast as memory: of ELEMENTs as they lie there, VALUE (v)
 * being the REAL that one is. RGBA (x) makes names. Part of ts-run-tmpl.h. */

/* TRUE when there may have been a NaN. */
static inline __attribute__ ((always_inline)) gboolean
RGBA (one_form) (enum NAME (Form) form,
                 gboolean invert,
                 gboolean half_even,
                 const TsPlan *plan,
                 const ELEMENT *restrict r,
                 const ELEMENT *restrict g,
                 const ELEMENT *restrict b,
                 gsize n,
                 guint32 *restrict out)
{
  TsTransform for_r = plan->inputs[0], for_g = plan->inputs[1], for_b = plan->inputs[2];
  REAL mul = plan->quantiser.mul, add = plan->quantiser.add, low = 0, high = plan->quantiser.max;
  gint32 n_nan = 0;

  for (gsize i = 0; i < n; i++) {
    REAL tr = NAME (apply) (form, &for_r, VALUE (r[i]));
    REAL tg = NAME (apply) (form, &for_g, VALUE (g[i]));
    REAL tb = NAME (apply) (form, &for_b, VALUE (b[i]));

    n_nan |= __builtin_isunordered (tr, tg) | (tb != tb);
    if (invert) {
      tr = 1 - tr;
      tg = 1 - tg;
      tb = 1 - tb;
    }
    tr = tr * mul + add;
    tg = tg * mul + add;
    tb = tb * mul + add;
    tr = tr > low ? tr : low;
    tg = tg > low ? tg : low;
    tb = tb > low ? tb : low;
    tr = tr < high ? tr : high;
    tg = tg < high ? tg : high;
    tb = tb < high ? tb : high;
    if (half_even) {
      tr = (tr + MAGIC) - MAGIC;
      tg = (tg + MAGIC) - MAGIC;
      tb = (tb + MAGIC) - MAGIC;
    }
    out[i] = GUINT32_TO_LE ((guint32) (gint32) tr | (guint32) (gint32) tg << 8 |
                            (guint32) (gint32) tb << 16 | 0xff000000u);
  }
  return n_nan != 0;
}

#define RENDER(kind)                                                                               \
  (plan->invert ? half_even ? RGBA (one_form) (kind, TRUE, TRUE, plan, r, g, b, n, out)            \
                            : RGBA (one_form) (kind, TRUE, FALSE, plan, r, g, b, n, out)           \
   : half_even ? RGBA (one_form) (kind, FALSE, TRUE, plan, r, g, b, n, out)                        \
                : RGBA (one_form) (kind, FALSE, FALSE, plan, r, g, b, n, out))

/* Where the plan is as is_rgba_plan() says. */
static gboolean
RGBA (render) (const TsPlan *plan, const ELEMENT *const x[3], gsize n, guint32 *out)
{
  const ELEMENT *r = x[0], *g = x[1], *b = x[2];
  gboolean half_even = plan->quantiser.half_even;

  /* A plain channel among others is a range of 0 .. 1, which changes no number. */
  if (plan->inputs[0].divides)
    return plan->inputs[0].is_plain && plan->inputs[1].is_plain && plan->inputs[2].is_plain
               ? RENDER (NAME (FORM_QUOTIENT))
               : RENDER (NAME (FORM_QUOTIENT_RANGE));
  return plan->inputs[0].is_plain && plan->inputs[1].is_plain && plan->inputs[2].is_plain
             ? RENDER (NAME (FORM_PLAIN))
             : RENDER (NAME (FORM_RANGE));
}

#undef RENDER
