/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that one level of the processor compiles for itself; LEVEL is its name. The file that
 * includes it has config.h and the system headers before. */

#ifdef __SSSE3__
#include <immintrin.h>
#endif

#ifdef __F16C__
static inline float
half_to_float (guint16 h)
{
  return _cvtsh_ss (h);
}

/* Eight at once by the instruction that there is for it; the compiler does not find it. */
static void
load_packed_halves (const guint8 *src, gsize n, float *restrict out)
{
  gsize i = 0;

  for (; i + 8 <= n; i += 8) {
    __m128i halves = _mm_loadu_si128 ((const __m128i *) (gconstpointer) (src + 2 * i));

    _mm256_storeu_ps (out + i, _mm256_cvtph_ps (halves));
  }
  for (; i < n; i++) {
    guint16 h;

    memcpy (&h, src + 2 * i, sizeof h);
    out[i] = half_to_float (h);
  }
}
#else
/* In masks rather than choices: so the compiler vectorises it. */
static inline float
half_to_float (guint16 h)
{
  gint32 magnitude = h & 0x7fff;
  gint32 bits = (magnitude << 13) + (112 << 23);
  gint32 is_special = -(magnitude >= 0x7c00), is_small = -(magnitude < 0x400);
  float small = (float) magnitude * 0x1p-24f;
  gint32 small_bits;

  bits += is_special & (112 << 23);
  memcpy (&small_bits, &small, sizeof small);
  bits = (small_bits & is_small) | (bits & ~is_small);
  bits |= (gint32) ((guint32) (h & 0x8000) << 16);
  memcpy (&small, &bits, sizeof small);
  return small;
}

#endif

#define SAME(v)  (v)
#define TRUTH(v) ((v) != 0)

#define REAL      float
#define FIELD     f
#define NAME(x)   x##_f
#define OWN_DTYPE TS_DTYPE_FLOAT32
#define LARGEST   FLT_MAX
#define COUNT     gint32
#define MAGIC     8388608.0f
#define CHUNK     1024
/* A row of a buffer is no power of two: those would all want the same lines of the cache. */
#define ROOM (CHUNK + 80)

#define TYPE    guint8
#define CONVERT TRUTH
#define LOAD    load_bool
#include "pixels/ts-load-tmpl.h"
#undef CONVERT
#undef LOAD
#define CONVERT SAME
#define LOAD    load_uint8
#include "pixels/ts-load-tmpl.h"
#undef TYPE
#undef LOAD
#define TYPE gint8
#define LOAD load_int8
#include "pixels/ts-load-tmpl.h"
#undef TYPE
#undef LOAD
#define TYPE guint16
#define LOAD load_uint16
#include "pixels/ts-load-tmpl.h"
#undef CONVERT
#undef LOAD
#define CONVERT half_to_float
#define LOAD    load_float16
#include "pixels/ts-load-tmpl.h"
#undef CONVERT
#undef LOAD
#define CONVERT ts_bfloat16_to_float
#define LOAD    load_bfloat16
#include "pixels/ts-load-tmpl.h"
#undef TYPE
#undef CONVERT
#undef LOAD
#define CONVERT SAME
#define TYPE    gint16
#define LOAD    load_int16
#include "pixels/ts-load-tmpl.h"
#undef TYPE
#undef LOAD
#define TYPE float
#define LOAD load_float32
#include "pixels/ts-load-tmpl.h"
#undef TYPE
#undef LOAD

/* All types that a float32 holds; the rest (8-bit floats) by the table of their type. */
static void
load_elements_f (TsDtype dtype, const guint8 *src, gssize stride_bytes, gsize n, float *out)
{
  double values[4 * CHUNK];

  switch ((int) dtype) {
  case TS_DTYPE_BOOL:
    load_bool (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_UINT8:
    load_uint8 (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_INT8:
    load_int8 (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_UINT16:
    load_uint16 (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_INT16:
    load_int16 (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_FLOAT16:
#ifdef __F16C__
    if (stride_bytes == sizeof (guint16)) {
      load_packed_halves (src, n, out);
      break;
    }
#endif
    load_float16 (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_BFLOAT16:
    load_bfloat16 (src, stride_bytes, n, out);
    break;
  case TS_DTYPE_FLOAT32:
    load_float32 (src, stride_bytes, n, out);
    break;
  default:
    ts_dtype_get_info (dtype)->load (src, stride_bytes, n, values);
    for (gsize i = 0; i < n; i++)
      out[i] = (float) values[i];
    break;
  }
}

/* The level of each t (see TsCurveTable); 0 for NaN, and TRUE when there was one. @next is what
 * will be loaded after it. */
static gboolean
look_up_curve (const TsCurveTable *curve,
               const float *restrict t,
               gsize n,
               const void *next,
               guint8 *restrict out)
{
  float low = curve->least, high = 1;
  guint32 shift = curve->shift, mask = (1u << shift) - 1, flip = curve->falls ? 255 : 0;
  guint32 first, found[CHUNK], rest[CHUNK];
  const guint32 *entries = curve->entries;
  gint32 n_nan = 0;

  memcpy (&first, &low, sizeof first);
  first >>= shift;
  for (gsize i = 0; i < n; i++) {
    float v = t[i] > low ? t[i] : low;
    guint32 bits;

    v = v < high ? v : high;
    memcpy (&bits, &v, sizeof bits);
    n_nan |= t[i] != t[i];
    found[i] = (bits >> shift) - first;
    rest[i] = bits & mask;
  }
  if (n % 2 != 0)
    found[n] = 0; /* looked up along with the last one */
  for (gsize at = 0; at < n; at += 16) {
    gsize end = MIN (at + 16, n);

    __builtin_prefetch ((const float *) next + at);
    /* Two at a time; what the compiler makes of it with vectors is slower. */
    for (gsize i = at; i < end; i += 2) {
      guint64 two;

      memcpy (&two, found + i, sizeof two);
      two = entries[(guint32) two] | (guint64) entries[two >> 32] << 32;
      memcpy (found + i, &two, sizeof two);
    }
  }
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (((found[i] >> 24) + (rest[i] >= (found[i] & 0xffffff))) ^ flip);
  return n_nan != 0;
}

/* Pixels of four bytes to three of their bytes. */
static void
pack_rgb (const guint32 *restrict pixels, gsize n, guint8 *restrict out)
{
  gsize i = 0;

#ifdef __SSSE3__
  const __m128i order = _mm_setr_epi8 (0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

  /* Sixteen bytes at a time, of which the next write over the last four. */
  for (; i + 6 <= n; i += 4) {
    __m128i four = _mm_loadu_si128 ((const __m128i *) (gconstpointer) (pixels + i));

    _mm_storeu_si128 ((__m128i *) (gpointer) (out + i * 3), _mm_shuffle_epi8 (four, order));
  }
#else
  for (; i + 4 <= n; i += 4) {
    guint32 a = GUINT32_FROM_LE (pixels[i]) & 0xffffff;
    guint32 b = GUINT32_FROM_LE (pixels[i + 1]) & 0xffffff;
    guint32 c = GUINT32_FROM_LE (pixels[i + 2]) & 0xffffff;
    guint32 d = GUINT32_FROM_LE (pixels[i + 3]);
    guint32 packed[3] = { GUINT32_TO_LE (a | b << 24), GUINT32_TO_LE (b >> 8 | c << 16),
                          GUINT32_TO_LE (c >> 16 | d << 8) };

    memcpy (out + i * 3, packed, sizeof packed);
  }
#endif
  for (; i < n; i++)
    memcpy (out + i * 3, &pixels[i], 3);
}

static void
expand_map (const TsPlan *plan, const guint8 *restrict entries, gsize n, guint8 *restrict out)
{
  for (gsize i = 0; i < n; i++)
    memcpy (out + i * 4, &plan->map_rgba[entries[i]], 4);
}

/* The same for a map of more entries than a byte counts. */
static void
expand_long_map (const TsPlan *plan, const guint16 *restrict entries, gsize n, guint8 *restrict out)
{
  for (gsize i = 0; i < n; i++)
    memcpy (out + i * 4, &plan->map_rgba[entries[i]], 4);
}

static void
expand_rgba (const guint8 *restrict r,
             const guint8 *restrict g,
             const guint8 *restrict b,
             const guint8 *restrict a,
             gsize n,
             guint8 *restrict out)
{
  for (gsize i = 0; i < n; i++) {
    guint32 pixel =
        GUINT32_TO_LE (r[i] | (guint32) g[i] << 8 | (guint32) b[i] << 16 | (guint32) a[i] << 24);

    memcpy (out + i * 4, &pixel, sizeof pixel);
  }
}

static void
expand_rgbx (const guint8 *restrict r,
             const guint8 *restrict g,
             const guint8 *restrict b,
             gsize n,
             guint8 *restrict out)
{
  for (gsize i = 0; i < n; i++) {
    guint32 pixel = GUINT32_TO_LE (r[i] | (guint32) g[i] << 8 | (guint32) b[i] << 16 | 0xff000000u);

    memcpy (out + i * 4, &pixel, sizeof pixel);
  }
}

/* Whether three inputs become RGBA8 (or RGB8) in one go. */
static gboolean
is_rgba_plan (const TsPlan *plan)
{
  if (plan->kind != TS_PLAN_COLOR || plan->n_inputs != 3 || plan->n_out < 3 || plan->has_curve)
    return FALSE;
  for (guint k = 0; k < 3; k++) {
    if (plan->source[k] < 0 || plan->inputs[k].is_step ||
        plan->inputs[k].divides != plan->inputs[0].divides)
      return FALSE;
  }
  return TRUE;
}

/* Where there is no more than SSE2 the order of the compiler's own loop costs a quarter more. */
#if defined __SSE2__ && !defined __AVX2__
#define TS_HAS_SSE2_RGBA 1
#include "pixels/ts-sse2-tmpl.h"
#else
#define TS_HAS_SSE2_RGBA 0
#endif

#include "pixels/ts-pipeline-tmpl.h"
#include "pixels/ts-run-tmpl.h"

#define ELEMENT  guint16
#define VALUE(v) ts_bfloat16_to_float (v)
#define RGBA(x)  bfloat16_##x
#include "pixels/ts-rgba-tmpl.h"
#undef ELEMENT
#undef VALUE
#undef RGBA

/* Planes of bfloat16 to RGBA8 without a stop as floats: it takes only a shift to make them such. */
static gboolean
is_bfloat16_rgba (const TsPlan *plan, const TsRun *run, const guint8 *out, const TsMarks *marks)
{
  return run->dtype == TS_DTYPE_BFLOAT16 && run->pixel_stride_bytes == sizeof (guint16) &&
         run->channel_stride_bytes % sizeof (guint16) == 0 &&
         (guintptr) run->first % sizeof (guint16) == 0 && is_rgba_plan (plan) && plan->n_out == 4 &&
         plan->bits == 8 && !plan->has_patches && marks == NULL && out != NULL &&
         (guintptr) out % sizeof (guint32) == 0;
}

static void
render_bfloat16_rgba (const TsPlan *plan, const TsRun *run, guint8 *out)
{
  for (gsize at = 0; at < run->n_pixels; at += CHUNK, out += CHUNK * 4) {
    TsRun piece = *run;
    const guint16 *x[3];

    piece.first += at * sizeof (guint16);
    piece.n_pixels = MIN (run->n_pixels - at, CHUNK);
    for (guint k = 0; k < 3; k++)
      x[k] = (const guint16 *) (gconstpointer) (piece.first +
                                                plan->source[k] * run->channel_stride_bytes);
    /* NaN has a colour of its own. */
    if (bfloat16_render (plan, x, piece.n_pixels, (guint32 *) (gpointer) out))
      render_run_f (plan, NULL, &piece, out, NULL);
  }
}

#undef REAL
#undef FIELD
#undef NAME
#undef OWN_DTYPE
#undef LARGEST
#undef COUNT
#undef MAGIC
#undef CHUNK
#undef ROOM

#define REAL      double
#define FIELD     d
#define NAME(x)   x##_d
#define OWN_DTYPE TS_DTYPE_FLOAT64
#define LARGEST   DBL_MAX
#define COUNT     gint64
#define MAGIC     4503599627370496.0
#define CHUNK     512
#define ROOM      (CHUNK + 80)

static void
load_elements_d (TsDtype dtype, const guint8 *src, gssize stride_bytes, gsize n, double *out)
{
  ts_dtype_get_info (dtype)->load (src, stride_bytes, n, out);
}

#include "pixels/ts-pipeline-tmpl.h"
#include "pixels/ts-run-tmpl.h"

static void
render (const TsPlan *plan,
        const TsCurveTable *curve,
        const TsRun *run,
        guint8 *out,
        TsMarks *marks)
{
  if (plan->is_wide)
    render_run_d (plan, curve, run, out, marks);
  else if (is_bfloat16_rgba (plan, run, out, marks))
    render_bfloat16_rgba (plan, run, out);
  else
    render_run_f (plan, curve, run, out, marks);
}
