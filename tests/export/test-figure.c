/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Figures: the pixels of images in a PNG are those of ts_render(), text is text, what cannot be
 * drawn is refused with the reason. */

#include "config.h"

#include "export/ts-figure-bar.h"
#include "figure-fixture.h"

#include <zlib.h>

static void
test_png (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_auto (Decoded) page = { 0 };

  fixture->options.scale = 5;
  fixture->options.labels = "seed {seed}";
  fixture->options.title = "All";
  bytes = render (fixture, TS_FIGURE_PNG);
  again = render (fixture, TS_FIGURE_PNG);
  g_assert_true (g_bytes_equal (bytes, again));
  decode_png (bytes, &page);
  g_assert_cmpuint (page.n_channels, ==, 3);
  g_assert_nonnull (strstr (page.metadata, "tenscope-figure"));
  for (guint k = 0; k < N; k++) {
    guint8 rgb[WIDTH * HEIGHT * 3];
    TsResolved resolved;

    g_assert_true (ts_resolve (&fixture->recipe, fixture->stats, k, &resolved, NULL, NULL));
    g_assert_true (ts_render (ts_view_get_batch (fixture->view), k, NULL, &fixture->recipe,
                              &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, rgb, WIDTH * 3, NULL,
                              NULL, NULL));
    g_assert_cmpuint (count_places (&page, rgb, WIDTH, HEIGHT, 5), ==, 1);
  }
}

static void
test_width (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Decoded) page = { 0 };

  fixture->options.width_mm = 50.8;
  fixture->options.dpi = 100;
  bytes = render (fixture, TS_FIGURE_PNG);
  decode_png (bytes, &page);
  g_assert_cmpuint (page.width, ==, 200);

  fixture->options.width_mm = 5;
  g_assert_null (try_render (fixture, TS_FIGURE_PNG, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "do not fit"));
}

static void
test_svg (Fixture *fixture, gconstpointer data)
{
  const char *const rows[] = { "first", "second", NULL };
  g_autoptr (GBytes) bytes = NULL;
  const char *text;

  fixture->options.title = "a < b & \x01 \"c\"";
  fixture->options.labels = "{model}, seed {seed}";
  fixture->options.row_titles = rows;
  fixture->options.scale = 40;
  bytes = render (fixture, TS_FIGURE_SVG);
  text = g_bytes_get_data (bytes, NULL);
  g_assert_nonnull (strstr (text, ">a &lt; b &amp;   &quot;c&quot;</text>"));
  g_assert_nonnull (strstr (text, ">tiny \xc3\xa4 &quot;quoted&quot;, seed 105</text>"));
  g_assert_nonnull (strstr (text, ">second</text>"));

  /* the first embedded image has its own pixels */
  const char *start = strstr (text, "base64,") + strlen ("base64,");
  g_autofree char *base64 = g_strndup (start, strcspn (start, "\""));
  gsize n_bytes;
  guint8 *data_png = g_base64_decode (base64, &n_bytes);
  g_autoptr (GBytes) png = g_bytes_new_take (data_png, n_bytes);
  g_auto (Decoded) decoded = { 0 };

  decode_png (png, &decoded);
  g_assert_cmpuint (decoded.width, ==, WIDTH);
  g_assert_cmpuint (decoded.height, ==, HEIGHT);
}

/* The page's own commands, inflated. */
static char *
inflate_streams (GBytes *pdf)
{
  GString *out = g_string_new (NULL);
  gsize n_bytes;
  const char *data = g_bytes_get_data (pdf, &n_bytes), *end = data + n_bytes;

  for (const char *p = data; (p = memmem (p, (gsize) (end - p), "stream\n", 7)) != NULL; p += 7) {
    g_autofree guint8 *plain = g_malloc (1 << 20);
    z_stream stream = { .next_in = (guint8 *) p + 7,
                        .avail_in = (guint) (end - p - 7),
                        .next_out = plain,
                        .avail_out = 1 << 20 };

    inflateInit (&stream);
    if (inflate (&stream, Z_FINISH) == Z_STREAM_END)
      g_string_append_len (out, (char *) plain, (gssize) stream.total_out);
    inflateEnd (&stream);
  }
  return g_string_free (out, FALSE);
}

static void
test_pdf (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autofree char *commands = NULL;
  gsize n_bytes;
  const char *text;

  fixture->options.title = "Title";
  fixture->options.labels = "{seed}";
  bytes = render (fixture, TS_FIGURE_PDF);
  again = render (fixture, TS_FIGURE_PDF);
  g_assert_true (g_bytes_equal (bytes, again));
  text = g_bytes_get_data (bytes, &n_bytes);
  g_assert_true (g_str_has_prefix (text, "%PDF-"));
  /* text in a font that says which letters its glyphs are, and images of their own size */
  g_assert_nonnull (memmem (text, n_bytes, "/ToUnicode", 10));
  g_assert_nonnull (memmem (text, n_bytes, "/Width 10", 9));
  g_assert_nonnull (memmem (text, n_bytes, "/Height 8", 9));
  g_assert_null (memmem (text, n_bytes, "/Interpolate true", 17));
  commands = inflate_streams (bytes);
  g_assert_nonnull (strstr (commands, "BT"));
  g_assert_nonnull (strstr (commands, "TJ"));
}

static void
test_ticks (void)
{
  static const struct
  {
    double lo, hi;
    const char *ticks;
  } cases[] = {
    { 0, 1, "0 0.2 0.4 0.6 0.8 1" },
    { -1, 1, "-1 -0.5 0 0.5 1" },
    { 0, 255, "0 50 100 150 200 250" },
    { 0.1, 0.13, "0.1 0.105 0.11 0.115 0.12 0.125 0.13" },
    { -3.2e6, 1e6, "-3e+06 -2e+06 -1e+06 0 1e+06" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    TsFigureBarScale scale;

    ts_figure_bar_set_ticks (&scale, cases[i].lo, cases[i].hi);
    for (guint k = 0; k < scale.n_ticks; k++)
      g_string_append_printf (text, "%s%s", k > 0 ? " " : "", scale.ticks[k].text);
    g_assert_cmpstr (text->str, ==, cases[i].ticks);
  }
}

/* True values: the un-normalised ones. */
static void
test_bar (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  const char *text;

  fixture->recipe.channel_mode = TS_CHANNELS_SINGLE;
  fixture->recipe.channels[0] = 1;
  fixture->recipe.colormap = TS_COLORMAP_VIRIDIS;
  fixture->options.colorbar = TRUE;
  for (guint c = 0; c < 3; c++) {
    fixture->recipe.lo[c] = 0.25;
    fixture->recipe.hi[c] = 0.5;
  }
  bytes = render (fixture, TS_FIGURE_SVG);
  text = g_bytes_get_data (bytes, NULL);
  g_assert_nonnull (strstr (text, ">0.25</text>"));
  g_assert_nonnull (strstr (text, ">0.5</text>"));
  g_assert_null (strstr (text, ">0.6</text>"));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const char *const two[] = { "a", "b", NULL };
  const struct
  {
    TsFigureOptions options;
    TsColormap colormap;
    int channel;
    TsRangeMode mode;
    const char *message;
  } cases[] = {
    { { .colorbar = TRUE }, 0, -1, 0, "one channel" },
    { { .colorbar = TRUE }, TS_COLORMAP_CATEGORICAL, 0, 0, "labels" },
    { { .colorbar = TRUE }, TS_COLORMAP_VIRIDIS, 0, TS_RANGE_MINMAX, "scope batch" },
    { { .labels = "{sede}" }, 0, -1, 0, "{sede}" },
    { { .column_titles = two }, 0, -1, 0, "3 columns, but 2 column titles" },
    { { .dpi = 1 }, 0, -1, 0, "dpi" },
    { { .scale = 1024, .n_columns = 6 }, 0, -1, 0, "too large" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    TsFigureOptions *options = &fixture->options;

    ts_figure_options_init (options);
    options->n_columns = cases[i].options.n_columns > 0 ? cases[i].options.n_columns : 3;
    options->colorbar = cases[i].options.colorbar;
    options->labels = cases[i].options.labels;
    options->column_titles = cases[i].options.column_titles;
    options->scale = cases[i].options.scale;
    if (cases[i].options.dpi > 0)
      options->dpi = cases[i].options.dpi;
    fixture->recipe.colormap = cases[i].colormap;
    fixture->recipe.channel_mode = cases[i].channel >= 0 ? TS_CHANNELS_SINGLE : TS_CHANNELS_AUTO;
    fixture->recipe.channels[0] = MAX (cases[i].channel, 0);
    fixture->recipe.range_mode = cases[i].mode;
    fixture->recipe.scope = cases[i].mode == 0 ? TS_SCOPE_BATCH : TS_SCOPE_IMAGE;
    g_assert_null (try_render (fixture, TS_FIGURE_PNG, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    if (strstr (error->message, cases[i].message) == NULL)
      g_error ("%s", error->message);
  }
}

#define ADD(name, function) g_test_add ("/figure/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("png", test_png);
  ADD ("width", test_width);
  ADD ("svg", test_svg);
  ADD ("pdf", test_pdf);
  g_test_add_func ("/figure/ticks", test_ticks);
  ADD ("bar", test_bar);
  ADD ("refused", test_refused);
  return g_test_run ();
}
