/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Animations, taken apart frame by frame: each is the picture that ts_render() makes, magnified;
 * times, order and loops are those asked for; nothing is left of one that did not come about. */

#include "config.h"

#include "base/ts-error.h"
#include "decode.h"
#include "dump.h"
#include "export/ts-animation.h"
#include "pixels/ts-render.h"

#include <glib/gstdio.h>
#include <string.h>
#ifdef HAVE_WEBP
#include <webp/decode.h>
#endif

#define N      9
#define HEIGHT 7
#define WIDTH  11
#define SCALE  3

typedef struct
{
  TsDocument *document;
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  TsAnimationOptions options;
  char *path;
  TsOutputDir *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  TsImageSize size;
  g_autoptr (GError) error = NULL;

  fixture->document = dump_new (N, HEIGHT, WIDTH);
  fixture->view = dump_view (fixture->document, "images");
  fixture->stats = ts_batch_stats_new (ts_view_get_batch (fixture->view));
  ts_batch_get_max_size (ts_view_get_batch (fixture->view), &size);
  ts_recipe_init_for_range (&fixture->recipe, ts_view_get_value_range (fixture->view), &size);
  ts_animation_options_init (&fixture->options);
  fixture->options.scale = SCALE;
  fixture->path = g_dir_make_tmp ("tenscope-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->dir = ts_output_dir_new (fixture->path, &error);
  g_assert_no_error (error);
}

static guint
count_files (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (count_files (fixture), ==, 0);
  ts_output_dir_free (fixture->dir);
  g_assert_cmpint (g_rmdir (fixture->path), ==, 0);
  g_free (fixture->path);
  g_object_unref (fixture->stats);
  g_object_unref (fixture->view);
  g_object_unref (fixture->document);
}

static void
count_cb (guint64 n_done, guint64 n_total, gpointer data)
{
  guint64 *n = data;

  g_assert_cmpuint (n_done, ==, *n + 1);
  g_assert_cmpuint (n_done, <=, n_total);
  *n = n_done;
}

static GBytes *
write_animation (Fixture *fixture, const guint64 *indices, gsize n, guint64 n_frames)
{
  g_autofree char *staged = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  guint64 n_written, n_seen = 0;
  char *content;
  gsize length;

  ts_animation_write (fixture->view, fixture->stats, &fixture->recipe, &fixture->options, indices,
                      n, fixture->dir, &staged, &n_written, count_cb, &n_seen, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_seen, ==, n_frames);
  path = g_build_filename (fixture->path, staged, NULL);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_assert_cmpuint (length, ==, n_written);
  ts_output_dir_discard (fixture->dir, staged);
  return g_bytes_new_take (content, length);
}

/* Whether RGB rows are image @index, each pixel SCALE times. */
static void
check_frame (Fixture *fixture, guint64 index, guint width, guint height, const guint8 *rgb)
{
  guint8 expected[WIDTH * HEIGHT * 3];
  TsResolved resolved;

  g_assert_true (ts_resolve (&fixture->recipe, fixture->stats, index, &resolved, NULL, NULL));
  g_assert_true (ts_render (ts_view_get_batch (fixture->view), index, NULL, &fixture->recipe,
                            &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, expected, WIDTH * 3, NULL,
                            NULL, NULL));
  g_assert_cmpuint (width, ==, WIDTH * SCALE);
  g_assert_cmpuint (height, ==, HEIGHT * SCALE);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      g_assert_cmpmem (rgb + 3 * (y * width + x), 3, expected + 3 * (y / SCALE * WIDTH + x / SCALE),
                       3);
}

static guint32
get_be32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static guint32
get_le24 (const guint8 *data)
{
  return (guint32) data[2] << 16 | (guint32) data[1] << 8 | data[0];
}

static void
put_chunk (GByteArray *out, const char *name, const guint8 *data, guint n)
{
  guint8 head[8] = { (guint8) (n >> 24), (guint8) (n >> 16), (guint8) (n >> 8), (guint8) n };
  guint32 crc = 0xffffffff;
  guint8 tail[4];

  memcpy (head + 4, name, 4);
  for (guint i = 0; i < n + 4; i++) {
    crc ^= i < 4 ? head[4 + i] : data[i - 4];
    for (guint k = 0; k < 8; k++)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  crc = GUINT32_TO_BE (~crc);
  memcpy (tail, &crc, 4);
  g_byte_array_append (out, head, 8);
  g_byte_array_append (out, data, n);
  g_byte_array_append (out, tail, 4);
}

typedef struct
{
  Fixture *fixture;
  const guint64 *order;
  guint n_frames, n_loops, delay[2];
} Expected;

static void
check_still (const Expected *expected, guint frame, const guint8 *header, GByteArray *pixels)
{
  GByteArray *png = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_auto (Decoded) decoded = { 0 };

  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  put_chunk (png, "IHDR", header, 13);
  put_chunk (png, "IDAT", pixels->data, pixels->len);
  put_chunk (png, "IEND", NULL, 0);
  bytes = g_byte_array_free_to_bytes (png);
  decode_png (bytes, &decoded);
  g_assert_cmpuint (decoded.n_channels, ==, 3);
  check_frame (expected->fixture, expected->order[frame], decoded.width, decoded.height,
               decoded.pixels);
}

/* Every checksum is right, sequence numbers run on, each frame is what it should be. */
static void
check_apng (GBytes *bytes, const Expected *expected)
{
  gsize n_left;
  const guint8 *at = g_bytes_get_data (bytes, &n_left), *header = NULL;
  g_autoptr (GByteArray) pixels = g_byte_array_new ();
  guint32 sequence = 0;
  guint n_frames = 0;

  g_assert_cmpmem (at, 8, "\x89PNG\r\n\x1a\n", 8);
  for (at += 8, n_left -= 8; n_left > 0;) {
    guint n = get_be32 (at);
    const guint8 *name = at + 4, *data = at + 8;
    GByteArray *again = g_byte_array_new ();

    g_assert_cmpuint (n_left, >=, n + 12);
    put_chunk (again, (const char *) name, data, n);
    g_assert_cmpmem (again->data, again->len, at, n + 12);
    g_byte_array_unref (again);
    if (memcmp (name, "IHDR", 4) == 0)
      header = data;
    if (memcmp (name, "acTL", 4) == 0) {
      g_assert_cmpuint (get_be32 (data), ==, expected->n_frames);
      g_assert_cmpuint (get_be32 (data + 4), ==, expected->n_loops);
    }
    if (memcmp (name, "fcTL", 4) == 0 || memcmp (name, "IEND", 4) == 0) {
      if (n_frames > 0)
        check_still (expected, n_frames - 1, header, pixels);
      g_byte_array_set_size (pixels, 0);
    }
    if (memcmp (name, "fcTL", 4) == 0) {
      g_assert_cmpuint (get_be32 (data), ==, sequence++);
      g_assert_cmpuint (data[20] << 8 | data[21], ==, expected->delay[0]);
      g_assert_cmpuint (data[22] << 8 | data[23], ==, expected->delay[1]);
      n_frames++;
    }
    if (memcmp (name, "IDAT", 4) == 0)
      g_byte_array_append (pixels, data, n);
    if (memcmp (name, "fdAT", 4) == 0) {
      g_assert_cmpuint (get_be32 (data), ==, sequence++);
      g_byte_array_append (pixels, data + 4, n - 4);
    }
    at += n + 12;
    n_left -= n + 12;
  }
  g_assert_cmpuint (n_frames, ==, expected->n_frames);
}

static void
test_apng (Fixture *fixture, gconstpointer data)
{
  static const guint64 all[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
  static const guint64 chosen[] = { 4, 1, 7, 2 };
  static const guint64 back[] = { 2, 7, 1, 4 };
  static const guint64 both[] = { 4, 1, 7, 2, 7, 1 };
  const struct
  {
    TsAnimationOrder order;
    const guint64 *indices, *frames;
    guint n, n_frames, n_loops;
  } cases[] = {
    { TS_ANIMATION_FORWARD, NULL, all, 0, N, 0 },
    { TS_ANIMATION_REVERSE, chosen, back, 4, 4, 3 },
    { TS_ANIMATION_PING_PONG, chosen, both, 4, 6, 1 },
    { TS_ANIMATION_PING_PONG, chosen, chosen, 1, 1, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Expected expected = {
      fixture, cases[i].frames, cases[i].n_frames, cases[i].n_loops, { 1001, 30000 }
    };
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GBytes) again = NULL;

    fixture->options.order = cases[i].order;
    fixture->options.n_loops = cases[i].n_loops;
    g_assert_true (ts_animation_parse_rate ("30000/1001", fixture->options.rate, NULL));
    fixture->options.n_threads = 0;
    bytes = write_animation (fixture, cases[i].indices, cases[i].n, cases[i].n_frames);
    check_apng (bytes, &expected);
    fixture->options.n_threads = 5; /* the bytes do not depend on it */
    again = write_animation (fixture, cases[i].indices, cases[i].n, cases[i].n_frames);
    g_assert_true (g_bytes_equal (bytes, again));
  }
}

static void
test_webp (Fixture *fixture, gconstpointer data)
{
#ifdef HAVE_WEBP
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *start, *at, *end;
  gsize n_bytes;
  guint n_frames = 0, duration = 0;

  fixture->options.format = TS_ANIMATION_WEBP;
  fixture->options.n_loops = 2;
  g_assert_true (ts_animation_parse_rate ("30", fixture->options.rate, NULL));
  bytes = write_animation (fixture, NULL, 0, N);
  start = g_bytes_get_data (bytes, &n_bytes);
  end = start + n_bytes;
  g_assert_cmpuint (get_le24 (start + 4), ==, n_bytes - 8);
  for (at = start + 12; at < end;) {
    guint n = get_le24 (at + 4);

    g_assert_cmpuint ((gsize) (end - at), >=, n + 8);
    if (memcmp (at, "VP8X", 4) == 0) {
      g_assert_cmpuint (at[8], ==, 0x02 | 0x08);
      g_assert_cmpuint (get_le24 (at + 12), ==, WIDTH * SCALE - 1);
      g_assert_cmpuint (get_le24 (at + 15), ==, HEIGHT * SCALE - 1);
    }
    if (memcmp (at, "ANIM", 4) == 0)
      g_assert_cmpuint (at[12], ==, 2);
    if (memcmp (at, "ANMF", 4) == 0) {
      guint32 size = GUINT32_TO_LE (n - 16 + 4);
      GByteArray *still = g_byte_array_new ();
      g_autofree guint8 *rgb = g_malloc (WIDTH * HEIGHT * SCALE * SCALE * 3);

      duration += get_le24 (at + 8 + 12);
      g_byte_array_append (still, (const guint8 *) "RIFF", 4);
      g_byte_array_append (still, (const guint8 *) &size, 4);
      g_byte_array_append (still, (const guint8 *) "WEBP", 4);
      g_byte_array_append (still, at + 8 + 16, n - 16);
      g_assert_nonnull (WebPDecodeRGBInto (still->data, still->len, rgb,
                                           WIDTH * HEIGHT * SCALE * SCALE * 3, WIDTH * SCALE * 3));
      check_frame (fixture, n_frames, WIDTH * SCALE, HEIGHT * SCALE, rgb);
      g_byte_array_unref (still);
      n_frames++;
    }
    at += 8 + n + (n & 1);
  }
  g_assert_cmpuint (n_frames, ==, N);
  g_assert_cmpuint (duration, ==, N * 1000 / 30);
#else
  g_test_skip ("no libwebp");
#endif
}

static void
test_rates (void)
{
  static const struct
  {
    const char *text;
    guint a, b; /* 0: refused */
  } cases[] = {
    { "10", 10, 1 },   { "12.5", 25, 2 },      { "30000/1001", 30000, 1001 },
    { "0.5", 1, 2 },   { "29.97", 2997, 100 }, { "60/2", 30, 1 },
    { "0", 0, 0 },     { "-3", 0, 0 },         { "", 0, 0 },
    { "1/0", 0, 0 },   { "nan", 0, 0 },        { "70000", 0, 0 },
    { "1e-9", 0, 0 },  { "3 fps", 0, 0 },      { "1/2/3", 0, 0 },
    { "1.5/2", 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    guint rate[2];

    if (!ts_animation_parse_rate (cases[i].text, rate, &error)) {
      g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
      g_assert_cmpuint (cases[i].a, ==, 0);
    } else {
      g_assert_cmpuint (rate[0], ==, cases[i].a);
      g_assert_cmpuint (rate[1], ==, cases[i].b);
    }
  }
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  static const guint64 far[] = { 0, N };
  const struct
  {
    TsAnimationOptions options;
    const guint64 *indices;
    const char *message;
  } cases[] = {
    { { .rate = { 0, 1 }, .scale = 1, .depth = 8 }, NULL, "rate" },
    { { .rate = { 1, 1 }, .scale = 0, .depth = 8 }, NULL, "scale" },
    { { .rate = { 1, 1 }, .scale = 1, .depth = 32 }, NULL, "bits" },
    { { .rate = { 1, 1 }, .scale = 1, .depth = 8, .quality = 9 }, NULL, "lossless" },
    { { .rate = { 1, 1 }, .scale = 1, .depth = 8 }, far, "does not exist" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *staged = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_false (ts_animation_write (fixture->view, fixture->stats, &fixture->recipe,
                                        &cases[i].options, cases[i].indices,
                                        cases[i].indices != NULL ? 2 : 0, fixture->dir, &staged,
                                        NULL, NULL, NULL, NULL, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_assert_null (staged);
    if (strstr (error->message, cases[i].message) == NULL)
      g_error ("%s", error->message);
  }
}

static void
cancel_cb (guint64 n_done, guint64 n_total, gpointer data)
{
  if (n_done == 3)
    g_cancellable_cancel (data);
}

/* tear_down() sees that nothing is left */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *staged = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (ts_animation_write (fixture->view, fixture->stats, &fixture->recipe,
                                      &fixture->options, NULL, 0, fixture->dir, &staged, NULL,
                                      cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (staged);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/animation/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("apng", test_apng);
  ADD ("webp", test_webp);
  g_test_add_func ("/animation/rates", test_rates);
  ADD ("refused", test_refused);
  ADD ("cancel", test_cancel);
  return g_test_run ();
}
