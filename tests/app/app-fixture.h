/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the window tests share: a display or a skip, arrays written to a folder of their own, a
 * session that shows one. */

static inline gboolean
fixture_has_display (void)
{
  static int has = -1;

  if (has < 0)
    has = gtk_init_check ();
  if (!has)
    g_test_skip ("no display; run under xvfb-run");
  return has;
}

static inline void fixture_remove_folder (char *folder);

static inline char *
fixture_make_folder (void)
{
  GError *error = NULL;
  char *folder = g_dir_make_tmp ("tenscope-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static char *fixture_state_folder;

static inline void
fixture_remove_state (void)
{
  g_autofree char *folder = g_build_filename (fixture_state_folder, "tenscope", NULL);

  fixture_remove_folder (g_steal_pointer (&folder));
  g_rmdir (fixture_state_folder);
}

/* Nothing that the program remembers comes from the user's own folders or goes there; called first
 * of all. */
static inline void
fixture_own_state (void)
{
  fixture_state_folder = fixture_make_folder ();
  g_setenv ("XDG_STATE_HOME", fixture_state_folder, TRUE);
  atexit (fixture_remove_state);
}

/* An .npy of version 1.0, row-major, little-endian. */
static inline GFile *
fixture_write_npy (const char *folder,
                   const char *name,
                   const char *descr,
                   const char *shape,
                   gconstpointer data,
                   gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GString) header = g_string_new (NULL);
  FILE *file = g_fopen (path, "wb");

  g_string_printf (header, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr,
                   shape);
  while ((10 + header->len + 1) % 64 != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  guint8 prefix[10] = {
    0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (guint8) header->len, (guint8) (header->len >> 8)
  };
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (prefix, 1, sizeof prefix, file), ==, sizeof prefix);
  g_assert_cmpuint (fwrite (header->str, 1, header->len, file), ==, header->len);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
  return g_file_new_for_path (path);
}

/* Zeros that take no room on the disk, after a header; what is given stands among them. */
typedef struct
{
  guint64 at; /* element */
  float value;
} FixtureValue;

static inline GFile *
fixture_write_sparse_npy (const char *folder,
                          const char *name,
                          const char *shape,
                          guint64 n_elements,
                          const FixtureValue *values,
                          guint n_values)
{
  GFile *file = fixture_write_npy (folder, name, "<f4", shape, "", 0);
  FILE *stream = g_fopen (g_file_peek_path (file), "r+b");

  g_assert_nonnull (stream);
  g_assert_cmpint (fseek (stream, 0, SEEK_END), ==, 0);
  long start = ftell (stream);
  g_assert_cmpint (ftruncate (fileno (stream), (off_t) (start + (gint64) n_elements * 4)), ==, 0);
  for (guint i = 0; i < n_values; i++) {
    g_assert_cmpint (fseeko (stream, (off_t) (start + (gint64) values[i].at * 4), SEEK_SET), ==, 0);
    g_assert_cmpuint (fwrite (&values[i].value, 4, 1, stream), ==, 1);
  }
  g_assert_cmpint (fclose (stream), ==, 0);
  return file;
}

static inline void
fixture_remove_folder (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_unlink (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

static inline void
fixture_wait_loaded (TsSession *session)
{
  while (ts_session_get_loading (session))
    g_main_context_iteration (NULL, TRUE);
}

static inline TsSession *
fixture_open (GFile *file)
{
  TsSession *session = ts_session_new ();

  ts_session_open (session, file);
  fixture_wait_loaded (session);
  g_assert_cmpstr (ts_session_get_error (session), ==, NULL);
  g_assert_nonnull (ts_session_get_view (session));
  return session;
}

static inline TsSession *
fixture_open_sample (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return fixture_open (file);
}

/* n images of 3 x height x width float32, a gradient that differs by image. */
static inline float *
fixture_make_floats (guint n, guint channels, guint height, guint width)
{
  float *data = g_new (float, (gsize) n *channels *height *width);
  gsize i = 0;

  for (guint k = 0; k < n; k++)
    for (guint c = 0; c < channels; c++)
      for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
          data[i++] = (float) ((k * 37 + c * 11 + x * 3 + y * 5) % 256) / 127.5f - 1;
  return data;
}

/* What an image is by ts_render(), each pixel repeated @factor times in both directions. */
static inline guint8 *
fixture_render (TsSession *session, guint index, guint factor, int *width, int *height)
{
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (session));
  const TsRecipe *recipe = ts_session_get_recipe (session);
  TsBatchStats *stats = ts_session_get_stats (session);
  TsResolved resolved;
  TsImageSize size;
  g_autoptr (GError) error = NULL;

  ts_batch_get_image_size (batch, index, &size);
  ts_resolve (recipe, stats, index, &resolved, NULL, &error);
  g_assert_no_error (error);
  gsize stride = (gsize) size.width * 3;
  g_autofree guint8 *pixels = g_malloc (stride * size.height);
  ts_render (batch, index, NULL, recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, pixels,
             stride, NULL, NULL, &error);
  g_assert_no_error (error);

  gsize w = (gsize) size.width * factor, h = (gsize) size.height * factor;
  guint8 *out = g_malloc (w * h * 3);
  for (gsize y = 0; y < h; y++)
    for (gsize x = 0; x < w; x++)
      memcpy (out + (y * w + x) * 3, pixels + (y / factor) * stride + (x / factor) * 3, 3);
  *width = (int) w;
  *height = (int) h;
  return out;
}
