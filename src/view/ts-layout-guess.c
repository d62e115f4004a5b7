/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-layout.h"

#include "view/ts-layout-private.h"
#include "view/ts-names-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The idea: every reading of the axes that the rank allows gets points for what speaks for it (a
 * channel count, picture-like sizes, the habits of the world that wrote the dump, the name, the
 * data); the best one wins, and its lead says how sure that is. */

#define POINTS_IMAGE 40 /* at least so many make an image */
#define LEAD_SURE    15
#define LEAD_LIKELY  6
#define SMOOTH_GAIN  20
#define SMOOTH_LOSS  15
#define MAX_SIDE     65535
#define NOT_POSSIBLE (-1000)

typedef struct
{
  const char *roles;
  double base;
  gboolean is_matlab_only;
} Template;

/* In the order that decides ties. A channel axis, where there is one, brings its own points. */
static const Template templates[][7] = {
  [2] = { { "HW", 10 }, { "ND" } },
  [3] = { { "CHW" }, { "HWC" }, { "NHW", 14 }, { "HWK", 8 }, { "NLD" } },
  [4] = { { "NCHW" },
          { "NHWC" },
          { "CTHW", -8 },
          { "HWCN", 10, TRUE },
          { "NKHW", 12 },
          { "NNLD" } },
  [5] = { { "NTCHW" }, { "NCTHW", -2 }, { "NTHWC" }, { "NTKHW", 12 } },
};

typedef struct
{
  const TsShape *shape; /* of the array */
  guint n_flattened;    /* leading axes beyond the template's first one */
  TsDtype dtype;
  const TsLayoutHints *hints;
  TsNameKind name;
  gboolean four_are_maps; /* found by a look at the data */
} Question;

static double
score_channels (guint64 n)
{
  return n == 3 ? 40 : n == 1 ? 30 : n == 4 ? 28 : n == 2 ? 8 : NOT_POSSIBLE;
}

static gboolean
is_channel_count (guint64 n)
{
  return n >= 1 && n <= 4;
}

static double
score_size (guint64 height, guint64 width)
{
  guint64 small = MIN (height, width), large = MAX (height, width);
  double points = small >= 16 ? 20 : small >= 8 ? 12 : small >= 4 ? 2 : -25;
  double ratio = (double) large / (double) small;

  if (large > MAX_SIDE)
    return NOT_POSSIBLE;
  points += height == width ? 10 : ratio <= 2 ? 6 : ratio <= 4 ? 2 : ratio <= 16 ? 0 : -30;
  if (height % 8 == 0 && width % 8 == 0)
    points += 4;
  return points;
}

static double
score_origin (const Question *question, gboolean is_channel_last)
{
  switch (question->hints->origin) {
  case TS_ORIGIN_TORCH:
    return is_channel_last ? 0 : 6;
  case TS_ORIGIN_KERAS:
    return is_channel_last ? 6 : 0;
  case TS_ORIGIN_NUMPY:
    if (question->dtype == TS_DTYPE_UINT8)
      return is_channel_last ? 4 : 0;
    if (ts_dtype_is_float (question->dtype))
      return is_channel_last ? 0 : 4;
    return 0;
  case TS_ORIGIN_MATLAB:
  default:
    return 0;
  }
}

static double
score_name (const Question *question, const char *roles, guint64 n_channels)
{
  gboolean is_image = strchr (roles, 'H') != NULL;

  switch (question->name) {
  case TS_NAME_IMAGE:
    return is_image ? 20 : 0;
  case TS_NAME_LATENT:
  case TS_NAME_FEATURE:
  case TS_NAME_PARAMETER:
    return is_image ? -20 : 20;
  case TS_NAME_MAP:
  case TS_NAME_LABEL:
    if (g_str_equal (roles, "HW") || g_str_equal (roles, "NHW"))
      return 15;
    return n_channels > 1 ? -12 : 0;
  case TS_NAME_NONE:
  case TS_NAME_SEED:
  case TS_NAME_SCORE:
  default:
    return 0;
  }
}

/* Torch's channels_last: still NCHW by its sizes, the channel axis innermost by its strides. */
static gboolean
is_channels_last_in_memory (const Question *question)
{
  const gint64 *strides = question->hints->strides;
  const guint64 *dims = question->shape->dims;

  return question->hints->origin == TS_ORIGIN_TORCH && strides != NULL && dims[1] > 1 &&
         strides[1] == 1 && strides[3] == (gint64) dims[1];
}

static double
score_vectors (const Question *question, const char *roles, const guint64 *dims)
{
  gboolean is_float = ts_dtype_is_float (question->dtype);
  guint last = (guint) strlen (roles) - 1;
  guint64 length = dims[last];
  double points;

  if (last == 1) {
    points = is_float ? 20 : 12;
    if (is_float && length >= 64 && length % 64 == 0)
      points += 10;
    if (is_float && length / 4 >= dims[0])
      points += 8;
    return points;
  }
  if (!is_float || length / 8 < dims[last - 1] || (last == 3 && length < 64))
    return NOT_POSSIBLE;
  points = last == 2 ? 30 : 24;
  if (length % 64 == 0 && length >= 64)
    points += 10;
  if (last == 2 && dims[1] <= 32)
    points += 8;
  return points;
}

/* @dims: the sizes that the template's letters stand for. */
static double
score_template (const Question *question, const Template *template, const guint64 *dims)
{
  const char *roles = template->roles;
  const char *h = strchr (roles, 'H'), *c = strchr (roles, 'C'), *k = strchr (roles, 'K');
  guint64 n_channels = c != NULL ? dims[c - roles] : 0;
  double points;

  if (template->is_matlab_only && question->hints->origin != TS_ORIGIN_MATLAB)
    return NOT_POSSIBLE;
  if (h == NULL)
    return score_vectors (question, roles, dims) + score_name (question, roles, 0);
  points = template->base + score_size (dims[h - roles], dims[h - roles + 1]) +
           score_name (question, roles, n_channels);
  if (c != NULL) {
    points += score_channels (n_channels);
    if (!template->is_matlab_only)
      points += score_origin (question, c > h);
    /* A few frames that could as well be channels are channels. */
    if (g_str_equal (roles, "CTHW") && is_channel_count (dims[1]))
      return NOT_POSSIBLE;
    if (g_str_equal (roles, "NCHW") && is_channels_last_in_memory (question))
      points += 30;
  }
  if (k != NULL && is_channel_count (dims[k - roles]))
    return NOT_POSSIBLE;
  if (g_str_equal (roles, "NTKHW") && is_channel_count (dims[1]))
    return NOT_POSSIBLE;
  if (g_str_equal (roles, "HW") && !ts_dtype_is_float (question->dtype))
    points += 20;
  return points;
}

static void
add_candidates (TsLayoutGuess *self, const Question *question)
{
  guint rank = question->shape->n_dims - question->n_flattened;
  guint64 dims[5];

  dims[0] = 1;
  for (guint i = 0; i <= question->n_flattened; i++)
    dims[0] *= question->shape->dims[i];
  for (guint i = 1; i < rank; i++)
    dims[i] = question->shape->dims[i + question->n_flattened];
  for (guint i = 0; templates[rank][i].roles != NULL; i++) {
    double score = score_template (question, &templates[rank][i], dims);
    TsLayoutCandidate *candidate = &self->candidates[self->n_candidates];

    if (score <= NOT_POSSIBLE / 2)
      continue;
    candidate->score = score;
    candidate->layout.n_dims = question->shape->n_dims;
    memset (candidate->layout.roles, 'N', question->n_flattened);
    memcpy (candidate->layout.roles + question->n_flattened, templates[rank][i].roles, rank);
    self->n_candidates++;
  }
}

/* Stable, so that the order of the templates decides ties. */
static void
sort_candidates (TsLayoutGuess *self)
{
  for (guint i = 1; i < self->n_candidates; i++) {
    TsLayoutCandidate moved = self->candidates[i];
    guint at = i;

    for (; at > 0 && self->candidates[at - 1].score < moved.score; at--)
      self->candidates[at] = self->candidates[at - 1];
    self->candidates[at] = moved;
  }
}

/* Whether a look at the data can change the choice, or how sure it is: not when every rival sees
 * the same pixels as neighbours, and gains and loses alike. */
static gboolean
data_matters (const TsLayoutGuess *self)
{
  const TsLayoutCandidate *best = &self->candidates[0];

  if (!ts_layout_is_image (&best->layout) || best->score - SMOOTH_LOSS < POINTS_IMAGE)
    return TRUE;
  for (guint i = 1; i < self->n_candidates; i++) {
    const TsLayout *other = &self->candidates[i].layout;

    if (ts_layout_find (other, 'H') != ts_layout_find (&best->layout, 'H') &&
        best->score - self->candidates[i].score < SMOOTH_GAIN + SMOOTH_LOSS + LEAD_SURE)
      return TRUE;
  }
  return FALSE;
}

/* Four channels of floats that are no colours are maps (a VAE's latents): less likely channels, and
 * hardly so where there is a reading as maps of their own. */
static void
weigh_colors (TsLayoutGuess *self, Question *question)
{
  gboolean looked = FALSE;

  for (guint i = 0; i < self->n_candidates; i++) {
    TsLayoutCandidate *candidate = &self->candidates[i];
    int c = ts_layout_find (&candidate->layout, 'C');

    if (c < 0 || question->shape->dims[c] != 4)
      continue;
    if (!looked) {
      gboolean known = FALSE;

      question->four_are_maps =
          !ts_layout_values_look_like_colors (question->hints->tensor, &known) && known;
      looked = TRUE;
    }
    if (question->four_are_maps)
      candidate->score -= g_str_equal (candidate->layout.roles, "CHW") ||
                                  g_str_equal (candidate->layout.roles, "CTHW")
                              ? 40
                              : 20;
  }
}

/* Noise in the shape of images is shown as what it is where no reading as vectors competes: the
 * best one stays an image, the others keep their distance. @best: before the data were weighed. */
static void
keep_noise (TsLayoutGuess *self, double best)
{
  double lift = POINTS_IMAGE - self->candidates[0].score;

  for (guint i = 0; i < self->n_candidates; i++) {
    if (!ts_layout_is_image (&self->candidates[i].layout))
      return;
  }
  for (guint i = 0; best >= POINTS_IMAGE && lift > 0 && i < self->n_candidates; i++)
    self->candidates[i].score += lift;
}

static void
weigh_data (TsLayoutGuess *self, Question *question)
{
  double seen[TS_MAX_DIMS]; /* by the axis of H */
  double best;

  if (question->hints->tensor == NULL || !ts_tensor_has_data (question->hints->tensor) ||
      self->n_candidates == 0)
    return;
  best = self->candidates[0].score;
  for (guint i = 0; i < question->shape->n_dims; i++)
    seen[i] = -2;
  if (data_matters (self)) {
    for (guint i = 0; i < self->n_candidates; i++) {
      TsLayoutCandidate *candidate = &self->candidates[i];
      int h = ts_layout_find (&candidate->layout, 'H');

      if (h < 0 || candidate->score + SMOOTH_GAIN < POINTS_IMAGE / 2)
        continue;
      if (seen[h] < -1)
        seen[h] = ts_layout_measure_smoothness (question->hints->tensor, (guint) h,
                                                (guint) ts_layout_find (&candidate->layout, 'W'));
      if (seen[h] >= 0.5)
        candidate->score += SMOOTH_GAIN;
      else if (seen[h] >= 0.3) /* small maps */
        candidate->score += SMOOTH_GAIN / 2;
      else if (seen[h] < 0.1)
        candidate->score -= SMOOTH_LOSS;
    }
  }
  weigh_colors (self, question);
  sort_candidates (self);
  keep_noise (self, best);
  if (ts_layout_is_image (&self->candidates[0].layout)) {
    double smoothness = seen[ts_layout_find (&self->candidates[0].layout, 'H')];

    self->smoothness = smoothness < -1 ? NAN : smoothness;
  }
}

/* Rows of k*k or 3*k*k pixels: flattened images, as CIFAR and MNIST come. */
static void
find_flattened (TsLayoutGuess *self, const Question *question)
{
  gboolean known = FALSE;
  guint64 length, side;

  if (question->shape->n_dims != 2 || self->confidence != TS_CONFIDENCE_NONE ||
      question->name == TS_NAME_LATENT || question->name == TS_NAME_FEATURE ||
      question->name == TS_NAME_PARAMETER)
    return;
  if (question->dtype != TS_DTYPE_UINT8 &&
      (!ts_dtype_is_float (question->dtype) || question->hints->tensor == NULL ||
       !ts_layout_values_look_like_colors (question->hints->tensor, &known)))
    return;
  length = question->shape->dims[1];
  side = (guint64) llround (sqrt ((double) length));
  if (side >= 8 && side <= MAX_SIDE && side * side == length) {
    self->reshape = g_strdup_printf ("NHW:%" PRIu64 "x%" PRIu64, side, side);
    return;
  }
  side = (guint64) llround (sqrt ((double) length / 3));
  if (side >= 8 && side <= MAX_SIDE && side * side * 3 == length)
    self->reshape = g_strdup_printf ("NCHW:3x%" PRIu64 "x%" PRIu64, side, side);
}

static void
decide (TsLayoutGuess *self, const Question *question)
{
  const TsLayoutCandidate *best = &self->candidates[0];
  double lead = self->n_candidates > 1 ? best->score - self->candidates[1].score : LEAD_SURE;
  int c;

  self->confidence = TS_CONFIDENCE_NONE;
  if (self->n_candidates == 0 || !ts_layout_is_image (&best->layout))
    return;
  c = ts_layout_find (&best->layout, 'C');
  if (c >= 0) {
    guint64 n = question->shape->dims[c];

    self->color = n == 1                               ? TS_COLOR_GRAY
                  : n == 3                             ? TS_COLOR_RGB
                  : n == 4 && !question->four_are_maps ? TS_COLOR_RGBA
                                                       : TS_COLOR_MAPS;
  }
  if (best->score >= POINTS_IMAGE)
    self->confidence = lead >= LEAD_SURE     ? TS_CONFIDENCE_SURE
                       : lead >= LEAD_LIKELY ? TS_CONFIDENCE_LIKELY
                                             : TS_CONFIDENCE_ASK;
}

static void
describe_size (GString *text, const TsLayout *layout, const Question *question)
{
  guint64 height = question->shape->dims[ts_layout_find (layout, 'H')];
  guint64 width = question->shape->dims[ts_layout_find (layout, 'W')];

  g_string_append_printf (text, _ (", %" PRIu64 "×%" PRIu64 " is %s"), height, width,
                                   height == width ? _ ("square")
                                                   : MAX (height, width) / 4 <= MIN (height, width)
                                   ? _ ("the shape of a picture")
                                   : _ ("long for a picture"));
}

static void
describe_image (GString *text, const TsLayoutGuess *self, const Question *question)
{
  const TsLayout *layout = &self->candidates[0].layout;
  int c = ts_layout_find (layout, 'C'), k = ts_layout_find (layout, 'K');

  if (c >= 0 && self->color == TS_COLOR_MAPS)
    g_string_append_printf (text, _ ("%" PRIu64 " channels%s"), question->shape->dims[c],
                                     question->four_are_maps ? _ (" whose values are no colours")
                                                             : "");
  else if (c >= 0)
    g_string_append_printf (text, _ ("%" PRIu64 " is a channel count"), question->shape->dims[c]);
  else if (k >= 0)
    g_string_append_printf (text, _ ("%" PRIu64 " maps, too many for colours"),
                                     question->shape->dims[k]);
  else
    g_string_append (text, _ ("no axis is a channel count"));
  describe_size (text, layout, question);
  if (!isnan (self->smoothness) && self->smoothness >= 0.3)
    g_string_append_printf (text, _ (", neighbouring pixels are alike (%.2f)"), self->smoothness);
  else if (!isnan (self->smoothness) && self->smoothness < 0.1)
    g_string_append_printf (text, _ (", though neighbouring pixels are not alike (%.2f)"),
                                     self->smoothness);
  if (question->name == TS_NAME_IMAGE)
    g_string_append (text, _ (", named like images"));
  else if ((question->name == TS_NAME_MAP || question->name == TS_NAME_LABEL) && c < 0)
    g_string_append (text, _ (", named like masks"));
  else if (question->name == TS_NAME_LATENT || question->name == TS_NAME_FEATURE)
    g_string_append (text, _ (", though named like vectors"));
  if (self->confidence == TS_CONFIDENCE_SURE)
    return;
  g_string_append_printf (text, _ ("; %s is %s"), self->candidates[1].layout.roles,
                                   self->confidence == TS_CONFIDENCE_ASK ? _ ("as likely")
                                                                         : _ ("possible"));
}

static void
describe_numbers (GString *text, const TsLayoutGuess *self, const Question *question)
{
  const TsShape *shape = question->shape;
  g_autofree char *sizes = ts_shape_to_string (shape);

  if (self->n_candidates > 0 && !ts_layout_is_image (&self->candidates[0].layout))
    g_string_append_printf (text,
                            _ ("%s: vectors of %" PRIu64 " numbers%s"),
                               self->candidates[0].layout.roles, shape->dims[shape->n_dims - 1],
                               question->name == TS_NAME_LATENT ? _ (", named like latents")
                                                                : question->name == TS_NAME_FEATURE
                               ? _ (", named like features")
                               : question->name == TS_NAME_PARAMETER
                               ? _ (", named like weights")
                               : "");
  else if (shape->n_dims < 2)
    g_string_append (text, shape->n_dims == 0 ? _ ("a single number") : _ ("a row of numbers"));
  else
    g_string_append_printf (text, _ ("no reading of %s looks like images"), sizes);
  if (self->reshape != NULL)
    g_string_append_printf (text, _ ("; may be flattened images, layout %s"), self->reshape);
}

TsLayoutGuess *
ts_layout_guess (const TsShape *shape, TsDtype dtype, const TsLayoutHints *hints)
{
  static const TsLayoutHints no_hints = { 0 };
  TsLayoutGuess *self = g_new0 (TsLayoutGuess, 1);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_empty = FALSE;
  Question question = { .shape = shape, .dtype = dtype, .hints = hints };

  g_return_val_if_fail (shape != NULL && shape->n_dims <= TS_MAX_DIMS, self);

  if (hints == NULL)
    question.hints = &no_hints;
  question.name = ts_name_classify (question.hints->path);
  question.n_flattened = shape->n_dims > 5 ? shape->n_dims - 5 : 0;
  self->smoothness = NAN;
  for (guint i = 0; i < shape->n_dims; i++)
    is_empty |= shape->dims[i] == 0;
  if (is_empty) {
    self->confidence = TS_CONFIDENCE_NONE;
    self->reason = g_strdup (_ ("empty: an axis has length 0"));
    return self;
  }
  if (shape->n_dims >= 2) {
    add_candidates (self, &question);
    sort_candidates (self);
    weigh_data (self, &question);
  }
  decide (self, &question);
  find_flattened (self, &question);
  if (self->confidence != TS_CONFIDENCE_NONE) {
    g_string_append_printf (text, "%s: ", self->candidates[0].layout.roles);
    describe_image (text, self, &question);
  } else {
    describe_numbers (text, self, &question);
  }
  self->reason = g_string_free (g_steal_pointer (&text), FALSE);
  return self;
}

void
ts_layout_guess_free (TsLayoutGuess *self)
{
  if (self == NULL)
    return;
  g_free (self->reshape);
  g_free (self->reason);
  g_free (self);
}
