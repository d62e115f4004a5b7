/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-mapped-source.h"
#include "bytes/ts-source.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static TsSource *
new_memory (const void *data, gsize n_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n_bytes);

  return ts_memory_source_new (bytes);
}

static void
assert_content (TsSource *source, guint64 offset, const void *want, gsize n_bytes)
{
  g_autofree guint8 *got = g_malloc (n_bytes + 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (ts_source_read (source, offset, got, n_bytes, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (got, n_bytes, want, n_bytes);
}

static void
assert_no_read (TsSource *source, guint64 offset, gsize n_bytes, int code)
{
  guint8 got[64];
  g_autoptr (GError) error = NULL;

  g_assert_false (ts_source_read (source, offset, got, n_bytes, NULL, &error));
  g_assert_error (error, TS_ERROR, code);
}

static void
test_memory (void)
{
  g_autoptr (TsSource) source = new_memory ("0123456789", 10);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) part = ts_source_read_bytes (source, 2, 3, 3, NULL, &error);

  g_assert_cmpuint (ts_source_get_size (source), ==, 10);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), "234", 3);
  g_assert_cmpmem (ts_source_peek (source), 10, "0123456789", 10);
  assert_content (source, 10, "", 0);
  assert_no_read (source, 8, 3, TS_ERROR_TRUNCATED);
  assert_no_read (source, G_MAXUINT64, 3, TS_ERROR_TRUNCATED);
  g_assert_null (ts_source_read_bytes (source, 0, 5, 4, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_REFUSED);
  g_clear_error (&error);
  /* What a small file claims is not allocated. */
  g_assert_null (ts_source_read_bytes (source, 0, G_MAXINT64, G_MAXUINT64, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_TRUNCATED);
}

static void
test_window (void)
{
  g_autoptr (TsSource) parent = new_memory ("0123456789", 10);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) window = ts_window_source_new (parent, 2, 6, &error);
  g_autoptr (TsSource) inner = ts_window_source_new (window, 1, 3, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (inner), ==, 3);
  assert_content (window, 0, "234567", 6);
  assert_content (inner, 0, "345", 3);
  g_assert_cmpmem (ts_source_peek (inner), 3, "345", 3);
  assert_no_read (inner, 2, 2, TS_ERROR_TRUNCATED);
  g_assert_null (ts_window_source_new (window, 5, 2, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_TRUNCATED);
}

static char *
write_temporary (const char *content)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("test-source-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_file (void)
{
  g_autofree char *path = write_temporary ("0123456789");
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = ts_file_source_new (path, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint8 got[4];

  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (source), ==, 10);
  g_assert_null (ts_source_peek (source));
  assert_content (source, 3, "3456", 4);
  assert_no_read (source, 9, 2, TS_ERROR_TRUNCATED);
  g_cancellable_cancel (cancellable);
  g_assert_false (ts_source_read (source, 0, got, 4, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_unlink (path);
  assert_content (source, 0, "0123", 4);
}

/* A training script writes the file again while it is open. */
static void
test_file_changed (void)
{
  g_autofree char *path = write_temporary ("0123456789");
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) truncated = ts_file_source_new (path, &error);
  g_autoptr (TsSource) rewritten = NULL;
  const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };

  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, 5), ==, 0);
  assert_no_read (truncated, 0, 10, TS_ERROR_CHANGED);
  assert_no_read (truncated, 0, 2, TS_ERROR_CHANGED);
  rewritten = ts_file_source_new (path, &error);
  g_assert_no_error (error);
  assert_content (rewritten, 0, "01234", 5);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  assert_no_read (rewritten, 0, 5, TS_ERROR_CHANGED);
  g_unlink (path);
}

static void
test_no_file (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ts_file_source_new (fifo, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (ts_file_source_new (folder, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  /* Nobody writes to it: opening must not wait. */
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (ts_file_source_new (fifo, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED);
  g_unlink (fifo);
  g_rmdir (folder);
}

static void
test_stream (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], "hello", 5), ==, 5);
  close (ends[1]);
  source = ts_stream_source_new (ends[0], NULL, &error);
  close (ends[0]);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (source), ==, 5);
  assert_content (source, 1, "ello", 4);
}

static void
test_spool (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSpool) spool = ts_spool_new (&error);
  g_autoptr (TsSource) source = NULL;

  g_assert_no_error (error);
  g_assert_true (ts_spool_write (spool, (const guint8 *) "abc", 3, &error));
  g_assert_true (ts_spool_write (spool, (const guint8 *) "def", 3, &error));
  source = ts_spool_finish (spool, &error);
  g_assert_no_error (error);
  assert_content (source, 0, "abcdef", 6);
}

typedef struct
{
  guint n_calls;
  gsize n_bytes;
} Computation;

static GBytes *
compute (gpointer data, GCancellable *cancellable, GError **error)
{
  Computation *computation = data;
  guint8 *made = g_malloc (100);

  if (computation->n_calls++ == 0) {
    g_free (made);
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, "the first time fails");
    return NULL;
  }
  memset (made, 'x', 100);
  return g_bytes_new_take (made, computation->n_bytes);
}

static void
test_computed (void)
{
  Computation computation = { 0, 100 }, wrong = { 1, 99 };
  g_autoptr (TsSource) source = ts_computed_source_new (100, compute, &computation, NULL);
  g_autoptr (TsSource) short_one = ts_computed_source_new (100, compute, &wrong, NULL);

  g_assert_cmpuint (computation.n_calls, ==, 0);
  g_assert_null (ts_source_peek (source));
  assert_no_read (source, 0, 3, TS_ERROR_FAILED);
  assert_content (source, 97, "xxx", 3);
  assert_content (source, 0, "xxx", 3);
  g_assert_cmpuint (computation.n_calls, ==, 2);
  g_assert_nonnull (ts_source_peek (source));
  assert_no_read (short_one, 0, 3, TS_ERROR_CORRUPT);
}

/* Nothing is kept of what is made again for each read. */
static void
test_recomputed (void)
{
  Computation computation = { 0, 100 }, wrong = { 1, 99 };
  g_autoptr (TsSource) source = ts_recomputed_source_new (100, compute, &computation, NULL);
  g_autoptr (TsSource) short_one = ts_recomputed_source_new (100, compute, &wrong, NULL);

  assert_no_read (source, 0, 3, TS_ERROR_FAILED);
  assert_content (source, 97, "xxx", 3);
  assert_content (source, 0, "xxx", 3);
  g_assert_cmpuint (computation.n_calls, ==, 3);
  g_assert_null (ts_source_peek (source));
  assert_no_read (short_one, 0, 3, TS_ERROR_CORRUPT);
}

/* Three bytes become the two first, swapped. */
static void
map_swap (const guint8 *in, guint8 *out, gsize n_units)
{
  for (gsize i = 0; i < n_units; i++) {
    out[2 * i] = in[3 * i + 1];
    out[2 * i + 1] = in[3 * i];
  }
}

static void
test_mapped (void)
{
  g_autoptr (TsSource) parent = new_memory ("..ab-cd-ef-gh-", 14);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = ts_mapped_source_new (parent, 2, 4, 3, 2, map_swap, &error);
  const char want[] = "badcfehg";

  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (source), ==, 8);
  for (gsize from = 0; from <= 8; from++) {
    for (gsize n = 0; from + n <= 8; n++)
      assert_content (source, from, want + from, n);
  }
  assert_no_read (source, 8, 1, TS_ERROR_TRUNCATED);
  g_assert_null (ts_mapped_source_new (parent, 3, 4, 3, 2, map_swap, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_TRUNCATED);
  g_clear_error (&error);
  g_assert_null (ts_mapped_source_new (parent, 0, G_MAXUINT64 / 2, 3, 2, map_swap, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_CORRUPT);
}

/* More than one piece at a time. */
static void
test_mapped_long (void)
{
  const gsize n_units = 1000000;
  g_autofree guint8 *data = g_malloc (3 * n_units);
  g_autofree guint8 *want = g_malloc (2 * n_units);
  g_autoptr (TsSource) parent = NULL;
  g_autoptr (TsSource) source = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 3 * n_units; i++)
    data[i] = (guint8) (i * 31);
  map_swap (data, want, n_units);
  parent = new_memory (data, 3 * n_units);
  source = ts_mapped_source_new (parent, 0, n_units, 3, 2, map_swap, &error);
  g_assert_no_error (error);
  assert_content (source, 0, want, 2 * n_units);
  assert_content (source, 1, want + 1, 2 * n_units - 2);
}

static void
test_gather (void)
{
  const guint64 dims[] = { 2, 3 };
  const guint64 strides[] = { 10, 3 };
  const guint64 repeat[] = { 0, 1 };
  g_autoptr (TsSource) parent = new_memory (".ab.cd.ef..AB.CD.EF", 19);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = ts_gather_source_new (parent, 1, 2, 2, dims, strides, &error);
  g_autoptr (TsSource) repeated = NULL;
  g_autoptr (TsSource) one = NULL;
  g_autoptr (TsSource) none = NULL;
  const char want[] = "abcdefABCDEF";

  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (source), ==, 12);
  for (gsize from = 0; from <= 12; from++) {
    for (gsize n = 0; from + n <= 12; n++)
      assert_content (source, from, want + from, n);
  }
  repeated = ts_gather_source_new (parent, 1, 1, 2, dims, repeat, &error);
  assert_content (repeated, 0, "ab.ab.", 6);
  one = ts_gather_source_new (parent, 1, 2, 0, NULL, NULL, &error);
  assert_content (one, 0, "ab", 2);
  none = ts_gather_source_new (parent, 500, 2, 2, (guint64[]){ 0, G_MAXUINT64 }, strides, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (none), ==, 0);

  g_assert_null (ts_gather_source_new (parent, 2, 2, 2, dims, strides, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_TRUNCATED);
  g_clear_error (&error);
  g_assert_null (
      ts_gather_source_new (parent, 0, 2, 2, (guint64[]){ G_MAXUINT64, 3 }, strides, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_CORRUPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory", test_memory);
  g_test_add_func ("/window", test_window);
  g_test_add_func ("/file/reads", test_file);
  g_test_add_func ("/file/changed", test_file_changed);
  g_test_add_func ("/file/none", test_no_file);
  g_test_add_func ("/stream", test_stream);
  g_test_add_func ("/spool", test_spool);
  g_test_add_func ("/computed", test_computed);
  g_test_add_func ("/recomputed", test_recomputed);
  g_test_add_func ("/mapped/short", test_mapped);
  g_test_add_func ("/mapped/long", test_mapped_long);
  g_test_add_func ("/gather", test_gather);
  return g_test_run ();
}
