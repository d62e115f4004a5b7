/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-gunzip.h"
#include "bytes/ts-inflate-source.h"
#include "bytes/ts-progress.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Unpacking tells how far it is, and stops when it is told to. */

#define N_BYTES (8u << 20)

static GBytes *
make_content (void)
{
  guint8 *bytes = g_malloc (N_BYTES);
  guint32 state = 1;

  for (guint i = 0; i < N_BYTES; i++) {
    state = state * 1664525u + 1013904223u;
    bytes[i] = (guint8) (state >> 26);
  }
  return g_bytes_new_take (bytes, N_BYTES);
}

/* gzip, or bare deflate. */
static TsSource *
pack (GBytes *content, gboolean gzip)
{
  z_stream stream = { 0 };
  gsize n = compressBound (N_BYTES) + 64;
  guint8 *packed = g_malloc (n);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_cmpint (deflateInit2 (&stream, 1, Z_DEFLATED, gzip ? 16 + MAX_WBITS : -MAX_WBITS, 8,
                                 Z_DEFAULT_STRATEGY),
                   ==, Z_OK);
  stream.next_in = (guint8 *) g_bytes_get_data (content, NULL);
  stream.avail_in = N_BYTES;
  stream.next_out = packed;
  stream.avail_out = (guint) n;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  bytes = g_bytes_new_take (packed, stream.total_out);
  deflateEnd (&stream);
  return ts_memory_source_new (bytes);
}

typedef struct
{
  TsProgress *progress; /* cancelled when told, if @cancel */
  gboolean cancel;
  guint n_called;
  guint64 n_done, n_total;
} Told;

static void
told_cb (const TsProgressState *state, gpointer data)
{
  Told *told = data;

  g_assert_cmpuint (state->n_done, >=, told->n_done);
  told->n_done = state->n_done;
  told->n_total = state->n_total;
  told->n_called++;
  if (told->cancel)
    g_cancellable_cancel (G_CANCELLABLE (told->progress));
}

static void
test_gzip (void)
{
  g_autoptr (GBytes) content = make_content ();
  g_autoptr (TsSource) packed = pack (content, TRUE);
  g_autoptr (TsSource) unpacked = NULL;
  g_autoptr (GError) error = NULL;
  Told told = { 0 };
  g_autoptr (TsProgress) progress = ts_progress_new (told_cb, &told);
  TsProgressState state;

  ts_progress_get_state (progress, &state);
  g_assert_cmpuint (state.count, ==, 0);
  unpacked = ts_gunzip (packed, N_BYTES, G_CANCELLABLE (progress), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (unpacked), ==, N_BYTES);
  ts_progress_get_state (progress, &state);
  g_assert_cmpuint (state.count, >, 1);
  g_assert_cmpuint (state.n_done, ==, ts_source_get_size (packed));
  g_assert_cmpuint (state.n_total, ==, ts_source_get_size (packed));
  /* the end is told whenever it comes */
  g_assert_cmpuint (told.n_done, ==, told.n_total);
}

static void
test_cancel (void)
{
  g_autoptr (GBytes) content = make_content ();
  g_autoptr (TsSource) packed = pack (content, TRUE);
  g_autoptr (TsSource) unpacked = NULL;
  g_autoptr (GError) error = NULL;
  Told told = { .cancel = TRUE };
  g_autoptr (TsProgress) progress = ts_progress_new (told_cb, &told);

  told.progress = progress;
  unpacked = ts_gunzip (packed, N_BYTES, G_CANCELLABLE (progress), &error);
  g_assert_null (unpacked);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (told.n_called, ==, 1);
  g_assert_cmpuint (told.n_done, <, told.n_total);
}

/* A large member of an archive goes through a file. */
static void
test_member (void)
{
  g_autoptr (GBytes) content = make_content ();
  g_autoptr (TsSource) packed = pack (content, FALSE);
  g_autoptr (TsSource) member = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsProgress) progress = ts_progress_new (NULL, NULL);
  TsProgressState state;
  guint8 byte;

  ts_inflate_set_memory_limit (1 << 20);
  member = ts_inflate_source_new (packed, N_BYTES,
                                  (guint32) crc32 (0, g_bytes_get_data (content, NULL), N_BYTES));
  g_assert_true (ts_source_read (member, 5, &byte, 1, G_CANCELLABLE (progress), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (byte, ==, ((const guint8 *) g_bytes_get_data (content, NULL))[5]);
  ts_progress_get_state (progress, &state);
  g_assert_cmpuint (state.n_done, ==, N_BYTES);
  g_assert_cmpuint (state.n_total, ==, N_BYTES);
  ts_inflate_set_memory_limit (256u << 20);
}

/* Of a pipe nobody knows the end. */
static void
test_pipe (void)
{
  int ends[2];
  g_autoptr (TsSource) source = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsProgress) progress = ts_progress_new (NULL, NULL);
  TsProgressState state;

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], "hello", 5), ==, 5);
  close (ends[1]);
  source = ts_stream_source_new (ends[0], G_CANCELLABLE (progress), &error);
  close (ends[0]);
  g_assert_no_error (error);
  ts_progress_get_state (progress, &state);
  g_assert_cmpuint (state.n_done, ==, 5);
  g_assert_cmpuint (state.n_total, ==, 0);
}

/* Any cancellable will do. */
static void
test_any (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ts_progress_tell (NULL, 1, 2);
  ts_progress_tell (cancellable, 1, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/gzip", test_gzip);
  g_test_add_func ("/progress/cancel", test_cancel);
  g_test_add_func ("/progress/member", test_member);
  g_test_add_func ("/progress/pipe", test_pipe);
  g_test_add_func ("/progress/any", test_any);
  return g_test_run ();
}
