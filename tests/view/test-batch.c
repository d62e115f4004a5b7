/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "view/ts-batch.h"

#include <string.h>
#include <unistd.h>

/* 0, 1, 2, ... as float64 in row-major order. */
static TsTensor *
counting_tensor (guint n_dims, const guint64 *dims)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  TsShape shape;
  guint64 n;
  double *data;
  TsTensor *tensor;

  ts_shape_init (&shape, n_dims, dims);
  g_assert_true (ts_shape_count (&shape, &n));
  data = g_new (double, n + 1);
  for (guint64 i = 0; i < n; i++)
    data[i] = (double) i;
  bytes = g_bytes_new_take (data, n * sizeof *data);
  tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT64, &shape, &error);
  g_assert_no_error (error);
  return tensor;
}

static TsBatch *
batch_of (TsTensor *tensor, const char *text)
{
  g_autoptr (GError) error = NULL;
  TsLayout layout;
  TsBatch *batch;

  g_assert_true (ts_layout_parse (&layout, text, ts_tensor_get_n_dims (tensor), &error));
  batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  return batch;
}

static void
check_image (TsBatch *batch, TsTensor *tensor, guint64 index, const TsRect *rect)
{
  g_autoptr (GError) error = NULL;
  const TsLayout *layout = ts_batch_get_layout (batch);
  const gint64 *strides = ts_tensor_get_strides (tensor);
  g_autoptr (TsBlock) block = ts_batch_read_image (batch, index, rect, NULL, &error);
  g_autofree double *values = NULL;
  TsImageSize size;
  guint64 start = 0, rest = index, k = 0;

  g_assert_no_error (error);
  ts_batch_get_image_size (batch, index, &size);
  for (guint i = layout->n_dims; i-- > 0;) {
    if (strchr ("NTK", layout->roles[i]) != NULL) {
      start += rest % ts_tensor_get_dim (tensor, i) * (guint64) strides[i];
      rest /= ts_tensor_get_dim (tensor, i);
    }
  }
  g_assert_cmpuint (block->n_dims, ==, 3);
  g_assert_cmpuint (block->dims[0], ==, rect != NULL ? rect->height : size.height);
  g_assert_cmpuint (block->dims[1], ==, rect != NULL ? rect->width : size.width);
  g_assert_cmpuint (block->dims[2], ==, size.n_channels);
  values = g_new (double, ts_block_get_n_elements (block));
  ts_block_load_doubles (block, values);
  for (guint64 y = 0; y < block->dims[0]; y++) {
    for (guint64 x = 0; x < block->dims[1]; x++) {
      for (guint64 c = 0; c < block->dims[2]; c++) {
        guint64 at = start;

        at += (y + (rect != NULL ? rect->y : 0)) * (guint64) strides[ts_layout_find (layout, 'H')];
        at += (x + (rect != NULL ? rect->x : 0)) * (guint64) strides[ts_layout_find (layout, 'W')];
        if (ts_layout_find (layout, 'C') >= 0)
          at += c * (guint64) strides[ts_layout_find (layout, 'C')];
        g_assert_cmpfloat (values[k++], ==, (double) at);
      }
    }
  }
}

static void
test_layouts (void)
{
  const struct
  {
    const char *text;
    guint64 dims[6];
    guint64 n_images;
    TsImageSize size;
  } rows[] = {
    { "HW", { 5, 7 }, 1, { 7, 5, 1 } },
    { "CHW", { 3, 5, 7 }, 1, { 7, 5, 3 } },
    { "HWC", { 5, 7, 4 }, 1, { 7, 5, 4 } },
    { "NHW", { 6, 5, 7 }, 6, { 7, 5, 1 } },
    { "HWK", { 5, 7, 6 }, 6, { 7, 5, 1 } },
    { "NWH", { 6, 5, 7 }, 6, { 5, 7, 1 } },
    { "NCHW", { 4, 3, 5, 7 }, 4, { 7, 5, 3 } },
    { "NHWC", { 4, 5, 7, 3 }, 4, { 7, 5, 3 } },
    { "HWCN", { 5, 7, 3, 4 }, 4, { 7, 5, 3 } },
    { "CTHW", { 3, 4, 5, 7 }, 4, { 7, 5, 3 } },
    { "NKHW", { 2, 9, 5, 7 }, 18, { 7, 5, 1 } },
    { "NCTHW", { 2, 3, 4, 5, 7 }, 8, { 7, 5, 3 } },
    { "NNTCHW", { 2, 2, 2, 3, 5, 7 }, 8, { 7, 5, 3 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (TsTensor) tensor = counting_tensor ((guint) strlen (rows[i].text), rows[i].dims);
    g_autoptr (TsBatch) batch = batch_of (tensor, rows[i].text);
    TsRect rect = { 1, 2, 3, 2 };
    TsImageSize size;

    g_assert_cmpuint (ts_batch_get_n_images (batch), ==, rows[i].n_images);
    g_assert_true (ts_batch_is_uniform (batch));
    ts_batch_get_max_size (batch, &size);
    g_assert_cmpmem (&size, sizeof size, &rows[i].size, sizeof size);
    for (guint64 k = 0; k < rows[i].n_images; k++) {
      guint64 within;

      check_image (batch, tensor, k, NULL);
      check_image (batch, tensor, k, &rect);
      g_assert_true (ts_batch_get_image_tensor (batch, k, &within) == tensor);
      g_assert_cmpuint (within, ==, k);
    }
  }
}

static void
test_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tensors = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TsBatch) batch = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
  const guint64 sizes[][4] = { { 2, 3, 4, 5 }, { 1, 3, 8, 2 }, { 3, 1, 4, 9 } };
  const struct
  {
    guint tensor;
    guint64 within;
    TsImageSize size;
  } images[] = {
    { 0, 0, { 5, 4, 3 } }, { 0, 1, { 5, 4, 3 } }, { 1, 0, { 2, 8, 3 } },
    { 2, 0, { 9, 4, 1 } }, { 2, 1, { 9, 4, 1 } }, { 2, 2, { 9, 4, 1 } },
  };
  TsLayout layout;
  TsImageSize size;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_ptr_array_add (tensors, counting_tensor (4, sizes[i]));
  g_assert_true (ts_layout_parse (&layout, "NCHW", 4, NULL));
  batch = ts_batch_new_from_list (tensors, &layout, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_batch_get_n_images (batch), ==, G_N_ELEMENTS (images));
  g_assert_false (ts_batch_is_uniform (batch));
  ts_batch_get_max_size (batch, &size);
  g_assert_cmpuint (size.width, ==, 9);
  g_assert_cmpuint (size.height, ==, 8);
  g_assert_cmpuint (size.n_channels, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (images); i++) {
    guint64 within;
    TsTensor *tensor = ts_batch_get_image_tensor (batch, i, &within);
    g_autoptr (TsBlock) block = ts_batch_read_image (batch, i, NULL, NULL, &error);
    guint64 first = within * ts_tensor_get_n_elements (tensor) / ts_tensor_get_dim (tensor, 0);

    g_assert_no_error (error);
    g_assert_true (tensor == g_ptr_array_index (tensors, images[i].tensor));
    g_assert_cmpuint (within, ==, images[i].within);
    ts_batch_get_image_size (batch, i, &size);
    g_assert_cmpmem (&size, sizeof size, &images[i].size, sizeof size);
    g_assert_cmpfloat (*(const double *) (const void *) block->data, ==, (double) first);
  }
}

/* An image of a large file is read without its neighbours. */
static void
test_reads_only_the_image (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (TsBatch) batch = NULL;
  g_autoptr (TsBlock) block = NULL;
  const TsShape shape = { 4, { 1 << 20, 3, 64, 64 } };
  int fd = g_file_open_tmp ("ts-batch-XXXXXX", &path, &error);

  /* 12 GiB, all of it a hole: reading more than a little would be refused or take seconds. */
  g_assert_no_error (error);
  if (ftruncate (fd, (off_t) (1 << 20) * 3 * 64 * 64) != 0) {
    g_test_skip ("no large files here");
    close (fd);
    unlink (path);
    return;
  }
  close (fd);
  source = ts_file_source_new (path, &error);
  g_assert_no_error (error);
  unlink (path);
  tensor = ts_tensor_new (source, 0, TS_DTYPE_UINT8, G_BYTE_ORDER, &shape, NULL, &error);
  g_assert_no_error (error);
  batch = batch_of (tensor, "NCHW");
  block = ts_batch_read_image (batch, (1 << 20) - 1, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_block_get_n_elements (block), ==, 3 * 64 * 64);
}

static void
test_refusals (void)
{
  const struct
  {
    const char *text;
    guint64 dims[4];
    const char *message;
  } rows[] = {
    { "NCHW", { 1, 3, 0, 4 }, "is empty" },
    { "NHWC", { 0, 4, 4, 3 }, "is empty" },
    { "NLD", { 2, 3, 4 }, "no H and W" },
    { "HW", { 1, 65536 }, "more than 65535 pixels" },
    { "HWC", { 1, 1, 65536 }, "more than 65535 channels" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsTensor) tensor = counting_tensor ((guint) strlen (rows[i].text), rows[i].dims);
    TsLayout layout;

    g_assert_true (ts_layout_parse (&layout, rows[i].text, ts_tensor_get_n_dims (tensor), NULL));
    g_assert_null (ts_batch_new (tensor, &layout, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, rows[i].message));
  }
}

static gpointer
read_many (gpointer data)
{
  TsBatch *batch = data;

  for (guint i = 0; i < 200; i++)
    check_image (batch, ts_batch_get_image_tensor (batch, 0, NULL), i % 18, NULL);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TsTensor) tensor = counting_tensor (4, (guint64[]){ 2, 9, 5, 7 });
  g_autoptr (TsBatch) batch = batch_of (tensor, "NKHW");
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("read", read_many, batch);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch/layouts", test_layouts);
  g_test_add_func ("/batch/list", test_list);
  g_test_add_func ("/batch/reads-only-the-image", test_reads_only_the_image);
  g_test_add_func ("/batch/refusals", test_refusals);
  g_test_add_func ("/batch/threads", test_threads);
  return g_test_run ();
}
