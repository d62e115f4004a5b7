/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-difference.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "pixels/ts-plan.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_BYTES ((guint64) 1 << 30)

typedef struct
{
  TsBatch *batch;
  guint64 index;
  TsRecipe recipe;
} Side;

typedef struct
{
  Side sides[2];
  TsDtype dtype; /* of the difference */
} Difference;

static void
difference_free (Difference *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sides); i++)
    g_object_unref (self->sides[i].batch);
  g_free (self);
}

/* The elements of one side in display units, row-major; %NULL on error. */
static double *
load_side (const Side *side, guint64 n_elements, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsBlock) block =
                 ts_batch_read_image (side->batch, side->index, NULL, cancellable, error);

  if (block == NULL)
    return NULL;
  g_assert (ts_block_get_n_elements (block) == n_elements);
  g_autofree double *values = g_try_new (double, n_elements);
  if (values == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, _ ("Not enough memory for a difference"));
    return NULL;
  }
  ts_block_load_doubles (block, values);
  guint64 n_channels = block->dims[2];
  for (guint64 c = 0; c < n_channels; c++) {
    double std = ts_recipe_get_std (&side->recipe, (guint) c);
    double mean = ts_recipe_get_mean (&side->recipe, (guint) c);
    for (guint64 i = c; i < n_elements; i += n_channels)
      values[i] = (values[i] * std + mean) / side->recipe.value_scale;
  }
  return g_steal_pointer (&values);
}

static double
subtract (double a, double b)
{
  /* infinities of one sign, and two that are no number, do not differ */
  if (a == b || (isnan (a) && isnan (b)))
    return 0;
  return b - a;
}

static GBytes *
compute (gpointer data, GCancellable *cancellable, GError **error)
{
  const Difference *self = data;
  TsImageSize size;

  ts_batch_get_image_size (self->sides[0].batch, self->sides[0].index, &size);
  guint64 n = (guint64) size.width * size.height * size.n_channels;
  g_autofree double *a = load_side (&self->sides[0], n, cancellable, error);
  g_autofree double *b = a != NULL ? load_side (&self->sides[1], n, cancellable, error) : NULL;
  if (b == NULL)
    return NULL;

  for (guint64 i = 0; i < n; i++)
    b[i] = subtract (a[i], b[i]);
  if (self->dtype == TS_DTYPE_FLOAT64)
    return g_bytes_new_take (g_steal_pointer (&b), n * sizeof (double));
  float *narrow = g_try_new (float, n);
  if (narrow == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, _ ("Not enough memory for a difference"));
    return NULL;
  }
  for (guint64 i = 0; i < n; i++)
    narrow[i] = (float) b[i];
  return g_bytes_new_take (narrow, n * sizeof (float));
}

static char *
describe_size (const TsImageSize *size)
{
  return g_strdup_printf ("%u×%u×%u", size->width, size->height, size->n_channels);
}

TsBatch *
ts_difference_new (const TsDifferenceSide *a, const TsDifferenceSide *b, GError **error)
{
  const TsDifferenceSide *given[2] = { a, b };
  TsImageSize sizes[2];
  TsShape shape;
  TsLayout layout;
  guint64 n_bytes;

  for (guint i = 0; i < 2; i++) {
    g_return_val_if_fail (given[i]->index < ts_batch_get_n_images (given[i]->batch), NULL);
    ts_batch_get_image_size (given[i]->batch, given[i]->index, &sizes[i]);
  }
  if (sizes[0].width != sizes[1].width || sizes[0].height != sizes[1].height ||
      sizes[0].n_channels != sizes[1].n_channels) {
    g_autofree char *first = describe_size (&sizes[0]);
    g_autofree char *second = describe_size (&sizes[1]);
    g_set_error (
        error, TS_ERROR, TS_ERROR_INVALID,
        _ ("Images of %s and %s have no difference: only images of one size can be subtracted"),
           first, second);
    return NULL;
  }

  gboolean is_wide = ts_dtype_is_wide (ts_batch_get_dtype (a->batch)) ||
                     ts_dtype_is_wide (ts_batch_get_dtype (b->batch));
  TsDtype dtype = is_wide ? TS_DTYPE_FLOAT64 : TS_DTYPE_FLOAT32;
  const guint64 dims[3] = { sizes[0].height, sizes[0].width, sizes[0].n_channels };
  if (!ts_checked_mul (dims[0] * dims[1], dims[2], &n_bytes) ||
      !ts_checked_mul (n_bytes, ts_dtype_get_size (dtype), &n_bytes) || n_bytes > MAX_BYTES) {
    g_autofree char *size = describe_size (&sizes[0]);
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("Images of %s are too large to be subtracted"), size);
    return NULL;
  }
  ts_shape_init (&shape, 3, dims);
  if (!ts_layout_parse (&layout, "HWC", 3, error))
    return NULL;

  Difference *self = g_new0 (Difference, 1);
  self->dtype = dtype;
  for (guint i = 0; i < 2; i++) {
    self->sides[i].batch = g_object_ref (given[i]->batch);
    self->sides[i].index = given[i]->index;
    self->sides[i].recipe = *given[i]->recipe;
  }
  g_autoptr (TsSource) source =
                 ts_computed_source_new (n_bytes, compute, self, (GDestroyNotify) difference_free);
  g_autoptr (TsTensor) tensor = ts_tensor_new (source, 0, dtype, G_BYTE_ORDER, &shape, NULL, error);
  return tensor != NULL ? ts_batch_new (tensor, &layout, error) : NULL;
}

void
ts_difference_init_recipe (TsRecipe *recipe)
{
  ts_recipe_init (recipe);
  recipe->channel_mode = TS_CHANNELS_MAX_ABS;
  recipe->range_mode = TS_RANGE_SYMMETRIC;
  recipe->scope = TS_SCOPE_IMAGE;
  recipe->colormap = TS_COLORMAP_COOLWARM;
}
