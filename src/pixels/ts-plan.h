/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-render.h"

G_BEGIN_DECLS

/* What the recipe, the resolved range and the output format come to for one image: everything that
 * is decided once, so that no loop over pixels decides anything. Private to this folder.
 *
 * Arithmetic: elements of 16 bits and less and float32 are computed in float32, all others in
 * float64 ("wide"), each operation rounded on its own and in the order in which the field writes
 * it, y = x * std + mean and t = (y - lo) / (hi - lo). With the range [0, 1] that is NumPy's
 * idiom, with mean 0 and std 1 torchvision's; folding both into one multiplication and addition
 * would change some bytes. */

/* The most entries that a map has. */
#define TS_PLAN_MAX_MAP 510

typedef struct
{
  float std, mean, lo, width;
} TsTransformFloat;

typedef struct
{
  double std, mean, lo, width;
} TsTransformDouble;

typedef struct
{
  TsTransformFloat f;
  TsTransformDouble d;
  gboolean divides;  /* std is 1/n: holds n, and y = x / n + mean */
  gboolean is_plain; /* lo 0 and width 1: t = y */
  gboolean is_step;  /* width 0: t is 0 up to lo, 1 above */
} TsTransform;

/* v = t * mul + add, clamped to 0 .. max, rounded to even or truncated. */
typedef struct
{
  float mul, add, max;
  gboolean half_even;
} TsQuantiser;

typedef enum {
  TS_PLAN_GRAY,
  TS_PLAN_MAP,    /* one input through 256 colours */
  TS_PLAN_LABELS, /* one input, coloured by its integer value */
  TS_PLAN_COLOR,  /* three inputs, or four with alpha */
} TsPlanKind;

typedef struct
{
  TsPlanKind kind;
  TsChannelMode combine; /* MEAN, MAX_ABS, ARGMAX: the input is made of all channels */
  gboolean is_wide;
  guint n_inputs;        /* 1, 3 or 4 */
  guint n_colors;        /* inputs without alpha */
  int source[4];         /* storage channel of each input, -1 off */
  TsTransform inputs[4]; /* how each becomes t */
  guint n_all;           /* of combine: storage channels; x to y, the first one's beyond */
  TsTransform all[TS_RECIPE_MAX_CHANNELS];

  gboolean has_curve;
  TsCurve curve;
  double curve_number; /* 1 / gamma, or the strength */
  double curve_norm;   /* what log or asinh give for t = 1 */
  gboolean invert;     /* 1 - t; a map is reversed instead */
  TsQuantiser quantiser;
  TsQuantiser map_quantiser; /* t to an entry of the map */
  const guint8 (*map)[3];
  guint n_map;                       /* entries of the map */
  guint32 map_rgba[TS_PLAN_MAX_MAP]; /* the same with alpha, as bytes lie in memory */
  TsColormap colormap;
  int ignore_label;
  guint8 nan_rgb[3], under_rgb[3], over_rgb[3], posinf_rgb[3], neginf_rgb[3];
  gboolean has_under, has_over, has_posinf, has_neginf;
  gboolean has_patches; /* any of these */

  TsPixelFormat format;
  TsValues values;
  guint n_out;      /* channels of the format */
  guint bits;       /* 8, 16 or 32 */
  gsize pixel_size; /* bytes */
} TsPlan;

/* @dtype: of the elements; @n_channels: how many the image has */
void ts_plan_init (TsPlan *self,
                   TsDtype dtype,
                   guint n_channels,
                   const TsRecipe *recipe,
                   const TsResolved *resolved,
                   TsPixelFormat format,
                   TsValues values);

/* Whether elements of that type are computed in double. */
gboolean ts_dtype_is_wide (TsDtype dtype);

void ts_transform_init (TsTransform *self, double mean, double std, double lo, double hi);

/* y of one element, in the arithmetic of pixels (in double when @is_wide, else in float). */
double ts_transform_unnormalise (const TsTransform *self, gboolean is_wide, double x);

/* The curve for t >= 0, in double. */
double ts_plan_apply_curve (const TsPlan *self, double t);

/* The level of @t after curve and inversion, in the arithmetic of pixels. */
guint ts_plan_quantise_curve (const TsPlan *self, const TsQuantiser *quantiser, float t);

/* The bytes of one pixel of that colour. */
void ts_plan_pack_color (const TsPlan *self, const guint8 rgb[3], guint8 alpha, guint8 *out);

/* The colour of a label (transparent when it is the ignored one: FALSE). */
gboolean ts_plan_get_label (const TsPlan *self, double x, guint8 rgb[3]);

/* Pixels [x, x + n) of row @y the slow and plain way: one pixel at a time, one operation after the
 * other. What the kernels are held against. */
void ts_reference_render (const TsPlan *plan,
                          const TsBlock *image,
                          guint64 y,
                          guint64 x,
                          gsize n,
                          guint8 *out,
                          TsMarks *marks);

G_END_DECLS
