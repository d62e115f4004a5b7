/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-value-range.h"

G_BEGIN_DECLS

/* Most channels for which numbers of their own can be kept; beyond, the first number holds. */
#define TS_RECIPE_MAX_CHANNELS 16

typedef enum {
  TS_RANGE_FIXED,      /* lo and hi as given */
  TS_RANGE_MINMAX,     /* of the scope */
  TS_RANGE_PERCENTILE, /* percentile_lo and percentile_hi of the scope */
  TS_RANGE_SYMMETRIC,  /* -m .. m with m the largest magnitude of the scope */
  TS_RANGE_SIGMA,      /* mean - k std .. mean + k std of the scope, k being sigma */
} TsRangeMode;

typedef enum {
  TS_SCOPE_BATCH,
  TS_SCOPE_IMAGE,
  TS_SCOPE_CHANNEL,       /* each channel over the batch */
  TS_SCOPE_IMAGE_CHANNEL, /* each channel of each image */
  TS_SCOPE_SELECTION,     /* the chosen images, see ts_batch_stats_new_subset() */
  TS_SCOPE_VISIBLE,       /* parts of images, see ts_batch_stats_new_visible() */
  TS_SCOPE_FILE,          /* all arrays of the dump that look like images */
} TsRangeScope;

typedef enum {
  TS_ROUNDING_NEAREST,     /* trunc (clamp (t*255 + 0.5)) */
  TS_ROUNDING_HALF_EVEN,   /* rint (t*255) */
  TS_ROUNDING_TRUNCATE,    /* trunc (t*255) */
  TS_ROUNDING_TF,          /* trunc (t*255.5) */
  TS_ROUNDING_TORCH_DTYPE, /* trunc (t*255.999) */
} TsRounding;

typedef enum {
  TS_CHANNELS_AUTO,    /* 3: RGB; 1: gray through the colormap; else the first channel */
  TS_CHANNELS_SINGLE,  /* channels[0] through the colormap */
  TS_CHANNELS_RGB,     /* channels[0..2]; -1 is off (0) */
  TS_CHANNELS_RGBA,    /* channels[0..3] */
  TS_CHANNELS_MEAN,    /* the mean of all channels, through the colormap */
  TS_CHANNELS_MAX_ABS, /* the value of largest magnitude of all channels, with its sign */
  TS_CHANNELS_ARGMAX,  /* which channel is largest, as an integer label (logits to a label map) */
} TsChannelMode;

typedef enum {
  TS_CURVE_GAMMA, /* t^(1/gamma) */
  TS_CURVE_LOG,   /* log (1 + k t) / log (1 + k), k being curve_strength */
  TS_CURVE_ASINH, /* asinh (k t) / asinh (k) */
} TsCurve;

/* What of a complex number is shown. */
typedef enum {
  TS_COMPLEX_MAGNITUDE,
  TS_COMPLEX_PHASE, /* radians, -pi .. pi */
  TS_COMPLEX_REAL,
  TS_COMPLEX_IMAG,
} TsComplexPart;

typedef enum {
  TS_COLORMAP_GRAY, /* the identity */
  TS_COLORMAP_VIRIDIS,
  TS_COLORMAP_MAGMA,
  TS_COLORMAP_INFERNO,
  TS_COLORMAP_PLASMA,
  TS_COLORMAP_CIVIDIS,
  TS_COLORMAP_TURBO,
  TS_COLORMAP_JET,
  TS_COLORMAP_COOLWARM, /* diverging, as the next two */
  TS_COLORMAP_RDBU,
  TS_COLORMAP_SEISMIC,
  TS_COLORMAP_TWILIGHT, /* cyclic (phase), as the next */
  TS_COLORMAP_HSV,
  TS_COLORMAP_CATEGORICAL, /* by integer value, see ts_colormap_get_category() */
  TS_COLORMAP_TAB10,       /* by integer value, ten colours that repeat, as the next */
  TS_COLORMAP_TAB20,
  TS_COLORMAP_GLASBEY, /* by integer value, 256 colours, each as far as can be from all before it */
  TS_N_COLORMAPS
} TsColormap;

typedef enum {
  TS_ORDER_RGB,
  TS_ORDER_BGR,
} TsChannelOrder;

/**
 * TsRecipe:
 * @preset: (nullable) interned id of the un-normalisation ("tanh"); %NULL is custom
 * @mean, @std: y = x * std[c] + mean[c]; @n_norm numbers are valid, 1 stands for all channels
 * @value_scale: y's white: 1 or 255; t is over [lo, hi] * value_scale
 * @lo, @hi: of a fixed range, in y divided by value_scale ("display units"); @n_range as @n_norm
 * @percentile_lo, @percentile_hi: 0..100
 * @sigma: of %TS_RANGE_SIGMA, > 0
 * @centered: the range that the mode gave is widened to -m .. m, so that zero is in the middle
 * @complex_part: of complex elements; everything else sees that part alone
 * @curve, @curve_strength: which curve; the strength of log and asinh, 0.001..1e6
 * @gamma: t^(1/gamma), 0.1..10; of the curve "gamma" only
 * @channels: see TsChannelMode; storage channels, named in the order of @order (with BGR the first
 *   is blue)
 * @invert: t becomes 1 - t after the curve; a colormap other than gray is read from its end
 *   instead ("viridis_r")
 * @nan_color: 0xRRGGBB
 * @under_color, @over_color: 0xRRGGBB for t < 0 and t > 1, -1 for the clamped end; a pixel of
 *   several channels is marked when any of them is beyond
 * @posinf_color, @neginf_color: the same for infinities; -1 as any other value beyond the range
 * @ignore_label: integer value drawn transparent (RGBA) or black by categorical colormaps; -1
 * none
 * @zebra: stripes over what is beyond the range or no number, see ts_render_zebra(); files have
 *   them only when they are asked for
 * @overlay: (nullable): interned path of another array of the dump that is laid over the images,
 *   see TsOverlay
 * @overlay_alpha: 0..1
 * @overlay_color: 0xRRGGBB where it is above @overlay_threshold; -1: each label in its colour of
 *   @overlay_palette, a categorical colormap
 * @overlay_ignore: label that is not drawn; -1 none
 *
 * Everything that turns values into pixels. A plain value: set by ts_recipe_init(), copied by
 * assignment, compared by ts_recipe_equal(), valid when ts_recipe_validate() says so.
 */
typedef struct
{
  const char *preset;
  guint n_norm;
  double mean[TS_RECIPE_MAX_CHANNELS];
  double std[TS_RECIPE_MAX_CHANNELS];
  double value_scale;
  TsChannelOrder order;

  TsRangeMode range_mode;
  TsRangeScope scope;
  guint n_range;
  double lo[TS_RECIPE_MAX_CHANNELS];
  double hi[TS_RECIPE_MAX_CHANNELS];
  double percentile_lo, percentile_hi;

  double sigma;
  gboolean centered;
  TsComplexPart complex_part;

  TsCurve curve;
  double curve_strength;
  double gamma;
  TsChannelMode channel_mode;
  int channels[4];
  TsColormap colormap;
  gboolean invert;
  TsRounding rounding;
  guint32 nan_color;
  int under_color;
  int over_color;
  int posinf_color;
  int neginf_color;
  int ignore_label;
  gboolean zebra;

  const char *overlay;
  double overlay_alpha;
  int overlay_color;
  TsColormap overlay_palette;
  double overlay_threshold;
  int overlay_ignore;
} TsRecipe;

/* The neutral recipe: preset "unit", range 0..1, gamma 1, auto channels, gray, nearest. */
void ts_recipe_init (TsRecipe *self);

/* The recipe a newly opened batch is shown with, from its guessed value range: [-1,1] gives preset
 * tanh, labels the categorical map, others a fixed range in raw values. Never a hidden auto mode.
 */
void ts_recipe_init_for_range (TsRecipe *self, const TsValueRange *range, const TsImageSize *size);

gboolean ts_recipe_equal (const TsRecipe *a, const TsRecipe *b);

/* Checks numbers, and against an image size when given: channels exist (the message names the valid
 * range), std is finite and not 0, ... %TS_ERROR_INVALID. */
gboolean ts_recipe_validate (const TsRecipe *self, const TsImageSize *size, GError **error);

/* Shows that part of complex numbers, with a range and colours that suit it: -pi .. pi in a cyclic
 * map, a symmetric range in a diverging one, 0 .. hi in gray. @range (nullable): the guess for the
 * magnitudes. */
void ts_recipe_set_complex_part (TsRecipe *self, TsComplexPart part, const TsValueRange *range);

/* Lays the array @path over the images, or none (%NULL). */
void ts_recipe_set_overlay (TsRecipe *self, const char *path);

/* How many channels come out: 1 gray, 3, or 4. A colormap other than gray makes 3 of 1, and so does
 * anything in colour over the image. */
guint ts_recipe_get_output_channels (const TsRecipe *self, const TsImageSize *size);

/* Names as the command line and files spell them ("fixed", "image-channel", "half-even"), and back:
 * NULL / FALSE for unknown. Tables are %NULL-terminated arrays indexed by the enum. */
extern const char *const ts_range_mode_names[];
extern const char *const ts_range_scope_names[];
extern const char *const ts_rounding_names[];
extern const char *const ts_channel_mode_names[];
extern const char *const ts_curve_names[];
extern const char *const ts_complex_part_names[];
gboolean ts_name_lookup (const char *const *names, const char *name, int *value);

/* Presets. */

typedef struct
{
  const char *id;
  const char *title; /* translatable: "tanh [−1, 1]" */
  guint n;           /* 1 or 3 */
  double mean[3];
  double std[3];
  double value_scale; /* 1 or 255 */
  TsChannelOrder order;
} TsPreset;

/* Terminated by an entry with id %NULL. */
extern const TsPreset ts_presets[];
const TsPreset *ts_preset_find (const char *id);

/* Sets preset, mean, std, value scale and order, a fixed range of [0,1]; %TS_ERROR_INVALID for an
 * unknown id (the message lists the known ones). */
gboolean ts_recipe_set_preset (TsRecipe *self, const char *id, GError **error);

/* The mean and std of channel @channel. */
double ts_recipe_get_mean (const TsRecipe *self, guint channel);
double ts_recipe_get_std (const TsRecipe *self, guint channel);

G_END_DECLS
