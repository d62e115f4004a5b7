/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-plan.h"

#include "base/ts-error.h"
#include "pixels/ts-minify-kernels.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Area average as two separable passes of weights: a row of output takes rows [from, to) of the
 * image, its first and last with the part of them that lies inside. Sums in double, row by row, so
 * memory is a few rows. */

/* Columns of whole elements that have a loop of their own. */
#define MAX_BOX 8

static gboolean
check_size (const TsBlock *image, guint width, guint height, GError **error)
{
  if (width >= 1 && height >= 1 && width <= image->dims[1] && height <= image->dims[0])
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
               _ ("An image of %" PRIu64 "×%" PRIu64
               " cannot be made smaller to %u×%u"),
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
  TsBlock *memory = ts_block_new_unset (dtype, 3, planes, data, error);

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

  return ts_block_new_unset (dtype, 3, dims, data, error);
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

/* How much element @i of an area counts. */
static double
get_weight (const Area *area, guint64 i)
{
  if (i == area->first)
    return area->first_weight;
  return i == area->last ? area->last_weight : 1;
}

/* The averages of one row of areas, NaN left out: element by element. */
static void
average_carefully (const TsBlock *image,
                   const Area *rows,
                   const Area *columns,
                   guint width,
                   guint64 channel,
                   double *row,
                   double *out)
{
  g_autofree double *weights = g_new0 (double, width);

  memset (out, 0, width * sizeof *out);
  for (guint64 y = rows->first; y <= rows->last; y++) {
    ts_dtype_get_info (image->dtype)
        ->load (get_element (image, y, 0, channel), get_stride (image, 1), (gsize) image->dims[1],
                row);
    for (guint x = 0; x < width; x++) {
      for (guint64 i = columns[x].first; i <= columns[x].last; i++) {
        double weight = get_weight (rows, y) * get_weight (&columns[x], i);

        if (!isnan (row[i])) {
          out[x] += row[i] * weight;
          weights[x] += weight;
        }
      }
    }
  }
  for (guint x = 0; x < width; x++)
    out[x] = weights[x] > 0 ? out[x] / weights[x] : NAN;
}

/* The same where there is no NaN, and all areas weigh the same: first whole rows are added up, then
 * the columns. FALSE when there was a NaN (or infinities of both signs). */
static gboolean
average_rows (const TsBlock *image,
              const Area *rows,
              const Area *columns,
              guint width,
              guint64 channel,
              double *row,
              double *sums,
              double *out)
{
  gsize n = (gsize) image->dims[1];
  double total = (double) n / width *
                 ((double) (rows->last - rows->first - 1) + rows->first_weight + rows->last_weight);
  gboolean is_packed = image->dtype == TS_DTYPE_FLOAT32 && get_stride (image, 1) == sizeof (float);

  if (rows->last == rows->first)
    total = (double) n / width * rows->first_weight;
  memset (sums, 0, n * sizeof *sums);
  for (guint64 y = rows->first; y <= rows->last; y++) {
    const guint8 *first = get_element (image, y, 0, channel);

    if (is_packed && (guintptr) first % sizeof (float) == 0) {
      ts_kernel_add_float ((const float *) (gconstpointer) first, get_weight (rows, y), n, sums);
    } else {
      ts_dtype_get_info (image->dtype)->load (first, get_stride (image, 1), n, row);
      ts_kernel_add_double (row, get_weight (rows, y), n, sums);
    }
  }
  if (n % width == 0 && n / width <= MAX_BOX) {
    ts_kernel_box (sums, (guint) (n / width), width, total, out);
  } else {
    for (guint x = 0; x < width; x++) {
      const Area *area = &columns[x];
      double sum = sums[area->first] * area->first_weight;

      for (guint64 i = area->first + 1; i < area->last; i++)
        sum += sums[i];
      if (area->last > area->first)
        sum += sums[area->last] * area->last_weight;
      out[x] = sum / total;
    }
  }
  return !ts_kernel_has_nan (out, width);
}

/* The commonest case, two rows of floats to one: straight to the result. FALSE when it is another
 * case or there was a NaN. */
static gboolean
halve_row (const TsBlock *image, guint64 y, guint64 channel, guint width, float *out)
{
  const guint8 *above = get_element (image, y, 0, channel);
  const guint8 *below = get_element (image, y + 1, 0, channel);

  if (image->dtype != TS_DTYPE_FLOAT32 || get_stride (image, 1) != sizeof (float) ||
      (guintptr) above % sizeof (float) != 0 || (guintptr) below % sizeof (float) != 0)
    return FALSE;
  return !ts_kernel_halve_floats ((const float *) (gconstpointer) above,
                                  (const float *) (gconstpointer) below, width, out);
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
  g_autoptr (TsBlock) result = NULL;
  gboolean is_half =
      image->dims[1] == 2 * (guint64) width && image->dims[0] == 2 * (guint64) height;
  g_autofree Area *columns = NULL;
  g_autofree double *row = NULL;
  g_autofree double *sums = NULL;
  double *averages;
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
  sums = g_new (double, image->dims[1] + width);
  averages = sums + image->dims[1];

  for (guint64 c = 0; c < image->dims[2]; c++) {
    for (guint y = 0; y < height; y++) {
      Area rows = get_area (image->dims[0], height, y);
      gsize at = ((gsize) c * height + y) * width;

      if (is_half && halve_row (image, 2 * (guint64) y, c, width, (float *) (gpointer) out + at))
        continue;
      if (!average_rows (image, &rows, columns, width, c, row, sums, averages))
        average_carefully (image, &rows, columns, width, c, row, averages);
      for (guint x = 0; x < width; x++)
        store (result->dtype, out, at + x, averages[x]);
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
