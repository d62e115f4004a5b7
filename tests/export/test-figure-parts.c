/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What figures are made of: loupes, cuts, rows by value, widths of columns; and that the pixels
 * inside PDF and SVG are those of ts_render(). */

#include "config.h"

#include "figure-fixture.h"

#include <zlib.h>

static const TsRect whole = { 0, 0, WIDTH, HEIGHT };

static void
test_loupe (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint zoom; /* that comes out at scale 6 */
  } cases[] = {
    { "6,5,3,2,top-left,2x", 12 }, { "1,0,3,2,2x", 12 },   { "6,0,3,2,bottom-left,2x", 12 },
    { "3,2,4,3,below", 14 },       { "3,2,4,3,auto", 14 }, { "3,2,4,3,below,1x", 6 },
    { "3,2,2,4,right", 11 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GBytes) again = NULL;
    g_autoptr (GError) error = NULL;
    g_auto (Decoded) page = { 0 };

    fixture->options.scale = 6;
    fixture->options.n_loupes = 1;
    ts_figure_parse_loupe (cases[i].text, &fixture->options.loupes[0], &error);
    g_assert_no_error (error);
    bytes = render (fixture, TS_FIGURE_PNG);
    again = render (fixture, TS_FIGURE_PNG);
    g_assert_true (g_bytes_equal (bytes, again));
    decode_png (bytes, &page);
    for (guint k = 0; k < N; k++) {
      const TsRect *rect = &fixture->options.loupes[0].rect;
      g_autofree guint8 *rgb = render_rect (fixture, k, rect);

      g_assert_cmpuint (count_places (&page, rgb, rect->width, rect->height, cases[i].zoom), >=, 1);
    }
  }
}

/* The outline is around what the loupe shows, not on it. */
static void
test_outline (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_auto (Decoded) page = { 0 };
  guint n_red = 0;

  fixture->options.scale = 6;
  fixture->options.n_loupes = 1;
  g_assert_true (
      ts_figure_parse_loupe ("3,2,4,3,below,1x,#ff0000", &fixture->options.loupes[0], NULL));
  bytes = render (fixture, TS_FIGURE_PNG);
  decode_png (bytes, &page);
  for (guint k = 0; k < N; k++) {
    const TsRect *rect = &fixture->options.loupes[0].rect;
    g_autofree guint8 *rgb = render_rect (fixture, k, rect);

    g_assert_cmpuint (count_places (&page, rgb, rect->width, rect->height, 6), ==, 2);
  }
  for (gsize i = 0; i < (gsize) page.width * page.height; i++)
    n_red += memcmp (page.pixels + 3 * i, "\xff\0\0", 3) == 0;
  g_assert_cmpuint (n_red, >, N * 2 * 2 * (4 + 3) * 6);
}

static void
test_crop (Fixture *fixture, gconstpointer data)
{
  const TsRect crop = { 2, 1, 5, 4 };
  g_autoptr (GBytes) bytes = NULL;
  g_auto (Decoded) page = { 0 };

  fixture->options.scale = 3;
  fixture->options.crop = crop;
  bytes = render (fixture, TS_FIGURE_PNG);
  decode_png (bytes, &page);
  for (guint k = 0; k < N; k++) {
    g_autofree guint8 *rgb = render_rect (fixture, k, &crop);

    g_assert_cmpuint (count_places (&page, rgb, crop.width, crop.height, 3), ==, 1);
  }
}

/* Labels are 0 and 1 in turn: two rows, the columns of which are images 0 2 4 and 1 3 5. */
static void
test_rows (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsFigurePreview) preview = NULL;
  g_autoptr (GBytes) svg = NULL;
  const guint64 expected[] = { 0, 2, 1, 3 };

  fixture->options.rows_by = "label";
  fixture->options.n_columns = 2;
  preview = ts_figure_preview (fixture->view, fixture->stats, &fixture->recipe, &fixture->options,
                               TS_FIGURE_SVG, NULL, 0, 400, 400, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (preview->panels->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < preview->panels->len; i++) {
    const TsFigurePanel *panel = &g_array_index (preview->panels, TsFigurePanel, i);
    const TsFigurePanel *first = &g_array_index (preview->panels, TsFigurePanel, i / 2 * 2);

    g_assert_cmpuint (panel->index, ==, expected[i]);
    g_assert_cmpfloat (panel->y, ==, first->y);
  }
  g_assert_true (preview->width == 400 || preview->height == 400);
  svg = render (fixture, TS_FIGURE_SVG);
  g_assert_nonnull (strstr (g_bytes_get_data (svg, NULL), ">label 1</text>"));

  fixture->options.rows_by = "colour";
  g_assert_null (try_render (fixture, TS_FIGURE_SVG, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "label"));
}

static void
test_widths (void)
{
  static const struct
  {
    const char *text;
    double mm; /* 0: refused */
  } cases[] = {
    { "88.9", 88.9 },
    { "88.9mm", 88.9 },
    { "3.5in", 88.9 },
    { "8.89 cm", 88.9 },
    { "252pt", 88.9 },
    { "ieee-column", 88.9 },
    { "neurips", 139.7 },
    { "nature-page", 183 },
    { "", 0 },
    { "3.5 miles", 0 },
    { "-3in", 0 },
    { "in", 0 },
    { "nan", 0 },
    { "cvpr-column", 82.55 },
    { "cvpr-page", 174.625 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    double mm = 0;
    gboolean ok = ts_figure_parse_width (cases[i].text, &mm, &error);

    g_assert_cmpint (ok, ==, cases[i].mm > 0);
    if (ok)
      g_assert_cmpfloat_with_epsilon (mm, cases[i].mm, 1e-6);
    else
      g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  }
}

static void
test_texts (void)
{
  static const char *const good[] = { "1,2,3,4,auto", "1,2,3,4,below,4x",
                                      "0,0,64,64,top-left,2x,#00ff80" };
  static const char *const bad[] = { "",          "1,2,3",      "1,2,0,4",
                                     "1,2,3,4,x", "1,2,3,4,0x", "1,2,3,4,#12345",
                                     "-1,2,3,4",  "1,2,3,4,",   "1,2,3,4,99999999999x" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    TsFigureLoupe loupe;
    g_autofree char *text = NULL;

    g_assert_true (ts_figure_parse_loupe (good[i], &loupe, NULL));
    text = ts_figure_loupe_to_string (&loupe);
    g_assert_cmpstr (text, ==, good[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    TsFigureLoupe loupe;

    g_assert_false (ts_figure_parse_loupe (bad[i], &loupe, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  }
}

/* Settings in which every kind of embedded picture is met. */
static void
embed_all (Fixture *fixture)
{
  fixture->options.title = "Title";
  fixture->options.labels = "{seed}";
  fixture->options.width_mm = 70;
  fixture->options.n_loupes = 1;
  g_assert_true (ts_figure_parse_loupe ("3,2,4,3,below", &fixture->options.loupes[0], NULL));
}

/* All images, then all loupes, in their order. */
static void
check_embedded (Fixture *fixture, GPtrArray *pictures)
{
  g_assert_cmpuint (pictures->len, ==, 2 * N);
  for (guint i = 0; i < pictures->len; i++) {
    const TsRect *rect = i < N ? &whole : &fixture->options.loupes[0].rect;
    GBytes *rgb = g_ptr_array_index (pictures, i);
    g_autofree guint8 *expected = render_rect (fixture, i % N, rect);

    g_assert_cmpmem (g_bytes_get_data (rgb, NULL), g_bytes_get_size (rgb), expected,
                     (gsize) rect->width * rect->height * 3);
  }
}

static void
test_svg_pixels (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) svg = NULL;
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  embed_all (fixture);
  svg = render (fixture, TS_FIGURE_SVG);
  for (const char *p = g_bytes_get_data (svg, NULL); (p = strstr (p, "base64,")) != NULL;) {
    g_autofree char *base64 = NULL;
    g_autoptr (GBytes) png = NULL;
    g_auto (Decoded) decoded = { 0 };
    gsize n_bytes, n_pixels;
    guint8 *rgb, *png_data;

    p += strlen ("base64,");
    base64 = g_strndup (p, strcspn (p, "\""));
    png_data = g_base64_decode (base64, &n_bytes);
    png = g_bytes_new_take (png_data, n_bytes);
    decode_png (png, &decoded);
    g_assert_cmpuint (decoded.n_channels, ==, 4);
    n_pixels = (gsize) decoded.width * decoded.height;
    rgb = g_malloc (n_pixels * 3);
    for (gsize i = 0; i < n_pixels; i++) {
      memcpy (rgb + 3 * i, decoded.pixels + 4 * i, 3);
      g_assert_cmpuint (decoded.pixels[4 * i + 3], ==, 255);
    }
    g_ptr_array_add (pictures, g_bytes_new_take (rgb, n_pixels * 3));
  }
  check_embedded (fixture, pictures);
}

/* The image objects of a PDF are inflated and are RGB rows. */
static void
test_pdf_pixels (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) pdf = NULL;
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char *start, *end;
  gsize n_bytes;

  embed_all (fixture);
  pdf = render (fixture, TS_FIGURE_PDF);
  start = g_bytes_get_data (pdf, &n_bytes);
  end = start + n_bytes;
  for (const char *p = start; (p = memmem (p, (gsize) (end - p), "/Subtype /Image", 15)) != NULL;) {
    const char *stream = memmem (p, (gsize) (end - p), "stream\n", 7);
    g_autofree guint8 *plain = g_malloc (1 << 20);
    z_stream z = { 0 };

    g_assert_nonnull (stream);
    g_assert_nonnull (memmem (p, (gsize) (stream - p), "/DeviceRGB", 10));
    p = stream + 7;
    z.next_in = (guint8 *) p;
    z.avail_in = (guint) (end - p);
    z.next_out = plain;
    z.avail_out = 1 << 20;
    g_assert_cmpint (inflateInit (&z), ==, Z_OK);
    g_assert_cmpint (inflate (&z, Z_FINISH), ==, Z_STREAM_END);
    g_ptr_array_add (pictures, g_bytes_new (plain, z.total_out));
    inflateEnd (&z);
  }
  check_embedded (fixture, pictures);
}

/* Upright titles, and what is said about the figure inside the file. */
static void
test_described (Fixture *fixture, gconstpointer data)
{
  const char *const rows[] = { "one", "two", NULL };
  g_autoptr (GBytes) svg = NULL;
  const char *text;

  embed_all (fixture);
  fixture->options.row_titles = rows;
  fixture->options.upright_titles = TRUE;
  svg = render (fixture, TS_FIGURE_SVG);
  text = g_bytes_get_data (svg, NULL);
  g_assert_nonnull (strstr (text, "rotate(-90 "));
  g_assert_nonnull (strstr (text, "&quot;3,2,4,3,below&quot;"));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    TsRect crop;
    const char *loupe;
    const char *message;
  } cases[] = {
    { { 8, 0, 3, 1 }, NULL, "cannot be cut" },
    { { 0, 0, 0, 0 }, "8,0,3,1", "does not lie in image 0" },
    { { 4, 4, 4, 4 }, "1,1,2,2", "does not lie in image 0" },
    { { G_MAXUINT, 1, G_MAXUINT, 1 }, NULL, "cannot be cut" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    fixture->options.crop = cases[i].crop;
    fixture->options.n_loupes = cases[i].loupe != NULL;
    if (cases[i].loupe != NULL)
      g_assert_true (ts_figure_parse_loupe (cases[i].loupe, &fixture->options.loupes[0], NULL));
    g_assert_null (try_render (fixture, TS_FIGURE_PNG, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    if (strstr (error->message, cases[i].message) == NULL)
      g_error ("%s", error->message);
  }
}

/* What is asked for fits the page, for every place of a loupe and format. */
static void
test_page (Fixture *fixture, gconstpointer data)
{
  for (TsFigurePlace place = TS_PLACE_AUTO; place <= TS_PLACE_RIGHT; place++)
    for (TsFigureFormat format = TS_FIGURE_PNG; format <= TS_FIGURE_SVG; format++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (TsFigurePreview) preview = NULL;

      embed_all (fixture);
      fixture->options.loupes[0].place = place;
      preview = ts_figure_preview (fixture->view, fixture->stats, &fixture->recipe,
                                   &fixture->options, format, NULL, 0, 500, 500, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (preview->page_width, ==, 413); /* 70 mm at 150 dpi */
      for (guint i = 0; i < preview->panels->len; i++) {
        const TsFigurePanel *panel = &g_array_index (preview->panels, TsFigurePanel, i);

        g_assert_cmpfloat (panel->x, >=, 0);
        g_assert_cmpfloat (panel->x + panel->rect.width * panel->scale, <=, preview->width);
        g_assert_cmpfloat (panel->y + panel->rect.height * panel->scale, <=, preview->height);
      }
    }
}

static void
test_copy (void)
{
  const char *const titles[] = { "a", "b", NULL };
  TsFigureOptions options;
  TsFigureOptions *copy;

  ts_figure_options_init (&options);
  options.title = "t";
  options.row_titles = titles;
  copy = ts_figure_options_copy (&options);
  g_assert_cmpstr (copy->title, ==, "t");
  g_assert_true (copy->title != options.title);
  g_assert_cmpstr (copy->row_titles[1], ==, "b");
  g_assert_null (copy->font);
  ts_figure_options_free (copy);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/figure-parts/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("loupe", test_loupe);
  ADD ("outline", test_outline);
  ADD ("crop", test_crop);
  ADD ("rows", test_rows);
  g_test_add_func ("/figure-parts/widths", test_widths);
  g_test_add_func ("/figure-parts/texts", test_texts);
  g_test_add_func ("/figure-parts/copy", test_copy);
  ADD ("svg-pixels", test_svg_pixels);
  ADD ("pdf-pixels", test_pdf_pixels);
  ADD ("described", test_described);
  ADD ("refused", test_refused);
  ADD ("page", test_page);
  return g_test_run ();
}
