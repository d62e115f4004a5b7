/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two batches, image by image on all cores, and the range of their values. */

#include "config.h"

#include "view/ts-compare.h"

#include "view/ts-value-range.h"

#include <glib/gi18n-lib.h>

/* All threads together hold at most about this much of large images. */
#define MAX_WORK_BYTES ((guint64) 2 << 30)

typedef struct
{
  const TsCompareSide *a, *b;
  const TsCompareOptions *options;
  TsComparedImage *images;
  gsize n;
  gsize next; /* atomic */
  gint *n_done;
  GCancellable *cancellable;
} Run;

static void
compare (const Run *run, TsComparedImage *image)
{
  g_autoptr (TsBlock) a = NULL;
  g_autoptr (TsBlock) b = NULL;

  a = run->a->read (run->a->data, image->index_a, run->cancellable, &image->error);
  if (a == NULL) {
    g_prefix_error (&image->error, _ ("the first: "));
    return;
  }
  b = run->b->read (run->b->data, image->index_b, run->cancellable, &image->error);
  if (b == NULL) {
    g_prefix_error (&image->error, _ ("the second: "));
    return;
  }
  ts_compare_blocks (a, b, run->options, &image->comparison, &image->error);
}

static void
worker_cb (gpointer data, gpointer user_data)
{
  Run *run = data;

  while (!g_cancellable_is_cancelled (run->cancellable)) {
    gsize i = (gsize) g_atomic_pointer_add (&run->next, 1);

    if (i >= run->n)
      return;
    compare (run, &run->images[i]);
    if (run->n_done != NULL)
      g_atomic_int_inc (run->n_done);
  }
}

static guint
choose_n_threads (const Run *run, guint n_threads)
{
  guint64 n_bytes = run->a->image_bytes + run->b->image_bytes;

  if (n_threads == 0)
    n_threads = g_get_num_processors ();
  n_threads = (guint) MIN (n_threads, MIN (run->n, MAX_WORK_BYTES / MAX (n_bytes, 1)));
  return MAX (n_threads, 1);
}

static TsBlock *
read_batch (gpointer data, guint64 index, GCancellable *cancellable, GError **error)
{
  return ts_batch_read_image (data, index, NULL, cancellable, error);
}

TsCompareSide
ts_compare_side_for_batch (TsBatch *batch)
{
  TsImageSize size;

  ts_batch_get_max_size (batch, &size);
  return (TsCompareSide){ .read = read_batch,
                          .data = batch,
                          .image_bytes = (guint64) size.width * size.height * size.n_channels *
                                         ts_dtype_get_size (ts_batch_get_dtype (batch)) };
}

gboolean
ts_compare_images (const TsCompareSide *a,
                   const TsCompareSide *b,
                   const TsCompareOptions *options,
                   TsComparedImage *images,
                   gsize n,
                   guint n_threads,
                   gint *n_done,
                   GCancellable *cancellable,
                   GError **error)
{
  Run run = { .a = a,
              .b = b,
              .options = options,
              .images = images,
              .n = n,
              .n_done = n_done,
              .cancellable = cancellable };
  GThreadPool *pool;

  n_threads = choose_n_threads (&run, n_threads);
  pool = g_thread_pool_new (worker_cb, NULL, (int) n_threads, TRUE, error);
  if (pool == NULL)
    return FALSE;
  for (guint i = 0; i < n_threads; i++)
    g_thread_pool_push (pool, &run, NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* By type or by how the values are meant; 0 where they have to be looked at. */
static double
get_known_range (TsBatch *batch, const char **reason)
{
  const TsDtypeInfo *info = ts_dtype_get_info (ts_batch_get_dtype (batch));
  TsValueRange range;

  if (info->dtype_class <= TS_DTYPE_CLASS_INTEGER && info->size_bytes <= 2) {
    *reason = "the range of the type";
    return info->dtype_class == TS_DTYPE_CLASS_BOOL ? 1 : info->max - info->min;
  }
  if (info->dtype_class != TS_DTYPE_CLASS_FLOAT ||
      !ts_value_range_guess (batch, &range, NULL, NULL))
    return 0;
  switch (range.kind) {
  case TS_VALUE_RANGE_UNIT:
    *reason = "values in [0, 1]";
    return 1;
  case TS_VALUE_RANGE_TANH:
    *reason = "values in [-1, 1]";
    return 2;
  case TS_VALUE_RANGE_BYTE:
    *reason = "values in [0, 255]";
    return 255;
  case TS_VALUE_RANGE_EMPTY:
  case TS_VALUE_RANGE_CONSTANT:
  case TS_VALUE_RANGE_INTEGER:
  case TS_VALUE_RANGE_IMAGENET:
  case TS_VALUE_RANGE_CLIP:
  case TS_VALUE_RANGE_DIVERGING:
  case TS_VALUE_RANGE_PERCENTILES:
  case TS_VALUE_RANGE_LABELS:
  default:
    return 0;
  }
}

gboolean
ts_compare_get_data_range (TsBatch *batch,
                           double *range,
                           const char **reason,
                           GCancellable *cancellable,
                           GError **error)
{
  TsStats stats;

  g_return_val_if_fail (TS_IS_BATCH (batch), FALSE);

  *range = get_known_range (batch, reason);
  if (*range > 0)
    return TRUE;
  ts_stats_init (&stats);
  for (guint64 i = 0; i < ts_batch_get_n_images (batch); i++) {
    g_autoptr (TsBlock) image = ts_batch_read_image (batch, i, NULL, cancellable, error);

    if (image == NULL)
      return FALSE;
    ts_stats_add_block (&stats, image);
  }
  *range = stats.max - stats.min;
  *reason = "largest minus smallest value";
  if (!(*range > 0)) {
    *range = 1;
    *reason = "all values are one";
  }
  return TRUE;
}
