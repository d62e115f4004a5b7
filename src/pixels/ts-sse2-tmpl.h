/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three float inputs to RGBA8 for processors without AVX2: the same operations as those of
 * render_rgba_form(), sixteen pixels at a time. What is below the range, and what is no number,
 * becomes a negative integer and is cut off when integers are made narrower, without a comparison
 * of its own. Part of ts-kernels-tmpl.h. */

#include <emmintrin.h>

typedef struct
{
  __m128 std, mean, lo, width;
} Sse2Transform;

typedef struct
{
  __m128 one, mul, add, high;
} Sse2Levels;

static inline Sse2Transform
get_sse2_transform (const TsTransform *transform)
{
  return (Sse2Transform){ _mm_set1_ps (transform->f.std), _mm_set1_ps (transform->f.mean),
                          _mm_set1_ps (transform->f.lo), _mm_set1_ps (transform->f.width) };
}

/* Sixteen bytes of one channel; @nan collects a mask of what was no number. */
static inline __attribute__ ((always_inline)) __m128i
quantise_sse2 (const float *x,
               const Sse2Transform *transform,
               const Sse2Levels *levels,
               gboolean divides,
               gboolean is_ranged,
               gboolean invert,
               __m128 *nan)
{
  __m128i values[4];
  __m128 t[4];

  for (guint i = 0; i < 4; i++) {
    t[i] = _mm_loadu_ps (x + 4 * i);
    t[i] = divides ? _mm_div_ps (t[i], transform->std) : _mm_mul_ps (t[i], transform->std);
    t[i] = _mm_add_ps (t[i], transform->mean);
    if (is_ranged)
      t[i] = _mm_div_ps (_mm_sub_ps (t[i], transform->lo), transform->width);
    if (invert)
      t[i] = _mm_sub_ps (levels->one, t[i]);
  }
  *nan = _mm_or_ps (*nan, _mm_or_ps (_mm_cmpunord_ps (t[0], t[1]), _mm_cmpunord_ps (t[2], t[3])));
  for (guint i = 0; i < 4; i++) {
    t[i] = _mm_add_ps (_mm_mul_ps (t[i], levels->mul), levels->add);
    values[i] = _mm_cvttps_epi32 (_mm_min_ps (t[i], levels->high));
  }
  return _mm_packus_epi16 (_mm_packs_epi32 (values[0], values[1]),
                           _mm_packs_epi32 (values[2], values[3]));
}

static inline __attribute__ ((always_inline)) gboolean
render_rgba_sse2_form (const TsPlan *plan,
                       const float *const x[3],
                       gsize n,
                       guint32 *out,
                       gboolean divides,
                       gboolean is_ranged,
                       gboolean invert)
{
  Sse2Transform transforms[3];
  Sse2Levels levels = { _mm_set1_ps (1), _mm_set1_ps (plan->quantiser.mul),
                        _mm_set1_ps (plan->quantiser.add), _mm_set1_ps (plan->quantiser.max) };
  __m128i opaque = _mm_set1_epi8 (-1);
  __m128 nan = _mm_setzero_ps ();

  for (guint k = 0; k < 3; k++)
    transforms[k] = get_sse2_transform (&plan->inputs[k]);
  for (gsize i = 0; i < n; i += 16) {
    __m128i r, g, b, rg, ba;
    __m128i *pixels = (__m128i *) (gpointer) (out + i);

    r = quantise_sse2 (x[0] + i, &transforms[0], &levels, divides, is_ranged, invert, &nan);
    g = quantise_sse2 (x[1] + i, &transforms[1], &levels, divides, is_ranged, invert, &nan);
    b = quantise_sse2 (x[2] + i, &transforms[2], &levels, divides, is_ranged, invert, &nan);
    rg = _mm_unpacklo_epi8 (r, g);
    ba = _mm_unpacklo_epi8 (b, opaque);
    _mm_storeu_si128 (pixels, _mm_unpacklo_epi16 (rg, ba));
    _mm_storeu_si128 (pixels + 1, _mm_unpackhi_epi16 (rg, ba));
    rg = _mm_unpackhi_epi8 (r, g);
    ba = _mm_unpackhi_epi8 (b, opaque);
    _mm_storeu_si128 (pixels + 2, _mm_unpacklo_epi16 (rg, ba));
    _mm_storeu_si128 (pixels + 3, _mm_unpackhi_epi16 (rg, ba));
  }
  return _mm_movemask_ps (nan) != 0;
}

/* @n is a multiple of 16; TRUE when there was a NaN. */
static gboolean
render_rgba_sse2 (const TsPlan *plan, const float *const x[3], gsize n, guint32 *out)
{
  gboolean is_ranged =
      !(plan->inputs[0].is_plain && plan->inputs[1].is_plain && plan->inputs[2].is_plain);

  if (plan->inputs[0].divides || plan->invert)
    return render_rgba_sse2_form (plan, x, n, out, plan->inputs[0].divides, is_ranged,
                                  plan->invert);
  return is_ranged ? render_rgba_sse2_form (plan, x, n, out, FALSE, TRUE, FALSE)
                   : render_rgba_sse2_form (plan, x, n, out, FALSE, FALSE, FALSE);
}
