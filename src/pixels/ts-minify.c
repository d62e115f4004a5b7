/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-plan.h"

#include "base/ts-error.h"

#include <math.h>
#include <string.h>

/* Area average as two separable passes of weights: a row of output takes rows [from, to) of the
 * image, its first and last with the part of them that lies inside. Sums in double, row by row, so
 * memory is a few rows. */

static gboolean
check_size (const TsBlock *image, guint width, guint height, GError **error)
{
  if (width >= 1 && height >= 1 && width <= image->dims[1] && height <= image->dims[0])
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
               "An image of %" G_GUINT64_FORMAT "×%" G_GUINT64_FORMAT
               " cannot be made smaller to %u×%u",
               image->dims[1], image->dims[0], width, height);
  return FALSE;
}

static void
unref_block (gpointer block)
{
  ts_block_unref (block);
}

/* Channel planes one after the other, which is what the kernels like best. */
static TsBlock *
new_planes (const TsBlock *image, guint64 width, guint64 height, guint8 **data, GError **error)
{
  TsDtype dtype = ts_dtype_is_wide (image->dtype) ? TS_DTYPE_FLOAT64 : TS_DTYPE_FLOAT32;
  guint64 planes[3] = { image->dims[2], height, width };
  guint64 dims[3] = { height, width, image->dims[2] };
  gint64 strides[3] = { (gint64) width, 1, (gint64) (width * height) };
  TsBlock *memory = ts_block_new_packed (dtype, 3, planes, data, error);

  if (memory == NULL)
    return NULL;
  return ts_block_new (memory->data, dtype, 3, dims, strides, memory, unref_block);
}

static TsBlock *
new_result (const TsBlock *image,
            TsDtype dtype,
            guint width,
            guint height,
            guint8 **data,
            GError **error)
{
  guint64 dims[3] = { height, width, image->dims[2] };

  return ts_block_new_packed (dtype, 3, dims, data, error);
}

static const guint8 *
get_element (const TsBlock *image, guint64 y, guint64 x, guint64 c)
{
  return image->data +
         ((gint64) y * image->strides_elems[0] + (gint64) x * image->strides_elems[1] +
          (gint64) c * image->strides_elems[2]) *
             (gint64) ts_dtype_get_size (image->dtype);
}

static gssize
get_stride (const TsBlock *image, guint axis)
{
  return (gssize) image->strides_elems[axis] * (gssize) ts_dtype_get_size (image->dtype);
}

/* Elements [first, last] of an axis that output @index of @n_out covers, and the part of the first
 * and last that counts. */
typedef struct
{
  guint64 first, last;
  double first_weight, last_weight;
} Area;

static Area
get_area (guint64 n_in, guint n_out, guint index)
{
  double ratio = (double) n_in / n_out;
  double from = index * ratio, to = (index + 1) * ratio;
  Area area = { .first = (guint64) floor (from), .last = (guint64) ceil (to) - 1 };

  /* Rounding of the ratio must not reach an element that is not there. */
  area.last = MIN (area.last, n_in - 1);
  area.first = MIN (area.first, area.last);
  area.first_weight = MIN ((double) area.first + 1, to) - from;
  area.last_weight = area.last == area.first ? area.first_weight : to - (double) area.last;
  return area;
}

/* Adds one row of the image, weighted, to the sums and weights of one row of the result. */
static void
add_row (const double *row,
         const Area *columns,
         guint width,
         double weight,
         double *sums,
         double *weights)
{
  for (guint x = 0; x < width; x++) {
    const Area *area = &columns[x];

    for (guint64 i = area->first; i <= area->last; i++) {
      double part = weight * (i == area->first  ? area->first_weight
                              : i == area->last ? area->last_weight
                                                : 1);

      if (!isnan (row[i])) {
        sums[x] += row[i] * part;
        weights[x] += part;
      }
    }
  }
}

static void
store (TsDtype dtype, guint8 *out, gsize at, double value)
{
  float narrow = (float) value;

  if (dtype == TS_DTYPE_FLOAT64)
    memcpy (out + at * sizeof value, &value, sizeof value);
  else
    memcpy (out + at * sizeof narrow, &narrow, sizeof narrow);
}

TsBlock *
ts_block_minify (const TsBlock *image, guint width, guint height, GError **error)
{
  const TsDtypeInfo *info = ts_dtype_get_info (image->dtype);
  g_autoptr (TsBlock) result = NULL;
  g_autofree Area *columns = NULL;
  g_autofree double *row = NULL;
  g_autofree double *sums = NULL;
  guint8 *out;

  g_return_val_if_fail (image->n_dims == 3, NULL);

  if (!check_size (image, width, height, error))
    return NULL;
  if (width == image->dims[1] && height == image->dims[0])
    return ts_block_to_float (image, error);
  result = new_planes (image, width, height, &out, error);
  if (result == NULL)
    return NULL;
  columns = g_new (Area, width);
  for (guint x = 0; x < width; x++)
    columns[x] = get_area (image->dims[1], width, x);
  row = g_new (double, image->dims[1]);
  sums = g_new (double, 2 * (gsize) width);

  for (guint y = 0; y < height; y++) {
    Area rows = get_area (image->dims[0], height, y);

    for (guint64 c = 0; c < image->dims[2]; c++) {
      memset (sums, 0, 2 * (gsize) width * sizeof *sums);
      for (guint64 i = rows.first; i <= rows.last; i++) {
        double weight = i == rows.first ? rows.first_weight : i == rows.last ? rows.last_weight : 1;

        info->load (get_element (image, i, 0, c), get_stride (image, 1), (gsize) image->dims[1],
                    row);
        add_row (row, columns, width, weight, sums, sums + width);
      }
      for (guint x = 0; x < width; x++)
        store (result->dtype, out, ((gsize) c * height + y) * width + x,
               sums[width + x] > 0 ? sums[x] / sums[width + x] : NAN);
    }
  }
  return g_steal_pointer (&result);
}

TsBlock *
ts_block_to_float (const TsBlock *image, GError **error)
{
  const TsDtypeInfo *info = ts_dtype_get_info (image->dtype);
  g_autofree double *row = NULL;
  TsBlock *result;
  guint8 *out;

  g_return_val_if_fail (image->n_dims == 3, NULL);

  result = new_planes (image, image->dims[1], image->dims[0], &out, error);
  if (result == NULL)
    return NULL;
  row = g_new (double, MAX (image->dims[1], 1));
  for (guint64 y = 0; y < image->dims[0]; y++) {
    for (guint64 c = 0; c < image->dims[2]; c++) {
      info->load (get_element (image, y, 0, c), get_stride (image, 1), (gsize) image->dims[1], row);
      for (guint64 x = 0; x < image->dims[1]; x++)
        store (result->dtype, out, (c * image->dims[0] + y) * image->dims[1] + x, row[x]);
    }
  }
  return result;
}

TsBlock *
ts_block_decimate (const TsBlock *image, guint width, guint height, GError **error)
{
  gsize size = ts_dtype_get_size (image->dtype);
  TsBlock *result;
  guint8 *out;

  g_return_val_if_fail (image->n_dims == 3, NULL);

  if (!check_size (image, width, height, error))
    return NULL;
  result = new_result (image, image->dtype, width, height, &out, error);
  if (result == NULL)
    return NULL;
  for (guint y = 0; y < height; y++) {
    guint64 from_y = (image->dims[0] * (2 * (guint64) y + 1)) / (2 * (guint64) height);

    for (guint x = 0; x < width; x++) {
      guint64 from_x = (image->dims[1] * (2 * (guint64) x + 1)) / (2 * (guint64) width);

      for (guint64 c = 0; c < image->dims[2]; c++, out += size)
        memcpy (out, get_element (image, from_y, from_x, c), size);
    }
  }
  return result;
}
