/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-drag-images.h"
#include "app/ts-grid-private.h"

#include "app-fixture.h"

#include <math.h>

#define LIMIT_MS 20000

typedef struct
{
  char *folder;
  TsSession *session;
  GtkWidget *window;
  TsGrid *grid;
  GArray *activated;
  int hover[3];
} Fixture;

static void
activate_cb (TsGrid *grid, guint index, Fixture *fixture)
{
  g_array_append_val (fixture->activated, index);
}

static void
hover_cb (TsGrid *grid, int index, int x, int y, Fixture *fixture)
{
  fixture->hover[0] = index;
  fixture->hover[1] = x;
  fixture->hover[2] = y;
}

static void
set_up (Fixture *fixture, TsSession *session)
{
  fixture->session = session;
  fixture->activated = g_array_new (FALSE, FALSE, sizeof (guint));
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 800, 600);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_window_set_child (GTK_WINDOW (fixture->window), scrolled);
  fixture->grid = TS_GRID (ts_grid_new ());
  g_signal_connect (fixture->grid, "activate", G_CALLBACK (activate_cb), fixture);
  g_signal_connect (fixture->grid, "hover", G_CALLBACK (hover_cb), fixture);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (fixture->grid));
  g_object_set (fixture->grid, "session", session, NULL);
  gtk_window_present (GTK_WINDOW (fixture->window));
  g_assert_true (ts_grid_wait_idle (fixture->grid, LIMIT_MS));
}

static void
set_up_npy (Fixture *fixture, const char *descr, const char *shape, gconstpointer data, gsize size)
{
  fixture->folder = fixture_make_folder ();
  g_autoptr (GFile) file =
                 fixture_write_npy (fixture->folder, "images.npy", descr, shape, data, size);
  set_up (fixture, fixture_open (file));
}

static void
set_up_images (Fixture *fixture, guint n)
{
  g_autofree float *data = fixture_make_floats (n, 3, 16, 16);
  g_autofree char *shape = g_strdup_printf ("%u, 3, 16, 16", n);

  set_up_npy (fixture, "<f4", shape, data, (gsize) n * 3 * 256 * sizeof *data);
}

static void
tear_down (Fixture *fixture)
{
  GtkWidget *grid = g_object_ref (GTK_WIDGET (fixture->grid));

  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (grid);
  g_assert_finalize_object (fixture->session);
  g_array_unref (fixture->activated);
  if (fixture->folder != NULL)
    fixture_remove_folder (fixture->folder);
}

static void
check_tile (Fixture *fixture, guint index, guint factor)
{
  int width, height, expected_width, expected_height;
  g_autoptr (GBytes) shown = ts_grid_dup_tile_pixels (fixture->grid, index, &width, &height);
  g_autofree guint8 *expected =
      fixture_render (fixture->session, index, factor, &expected_width, &expected_height);
  gsize size;

  g_assert_nonnull (shown);
  g_assert_cmpint (width, ==, expected_width);
  g_assert_cmpint (height, ==, expected_height);
  const guint8 *data = g_bytes_get_data (shown, &size);
  g_assert_cmpmem (data, size, expected, (gsize) width * (gsize) height * 3);
}

static void
check_all_visible (Fixture *fixture, guint factor)
{
  guint first, last;

  g_assert_true (ts_grid_get_visible_range (fixture->grid, &first, &last));
  for (guint i = first; i <= last; i++)
    check_tile (fixture, i, factor);
}

static void
test_shows (void)
{
  Fixture f = { 0 };
  guint first, last;

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 12);
  guint factor = (guint) ts_session_get_zoom (f.session);
  g_assert_cmpuint (factor, >=, 8);
  g_assert_true (ts_grid_get_visible_range (f.grid, &first, &last));
  g_assert_cmpuint (first, ==, 0);
  g_assert_cmpuint (last, ==, 11);
  check_all_visible (&f, factor);
  tear_down (&f);
}

/* Newest settings win, however many come at once; fixed and automatic ranges. */
static void
test_recipe (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 12);
  guint factor = (guint) ts_session_get_zoom (f.session);
  for (guint i = 0; i < 20; i++) {
    TsRecipe recipe = *ts_session_get_recipe (f.session);
    recipe.preset = NULL;
    recipe.mean[0] = 0.3 + 0.02 * i;
    recipe.gamma = 1 + 0.05 * i;
    ts_session_set_recipe (f.session, &recipe, "drag");
    if (i % 5 == 0)
      g_main_context_iteration (NULL, FALSE);
  }
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  check_all_visible (&f, factor);

  for (int scope = TS_SCOPE_BATCH; scope <= TS_SCOPE_SELECTION; scope++) {
    TsRecipe recipe = *ts_session_get_recipe (f.session);
    recipe.range_mode = TS_RANGE_MINMAX;
    recipe.scope = (TsRangeScope) scope;
    ts_session_set_recipe (f.session, &recipe, NULL);
    g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
    check_all_visible (&f, factor);
  }
  /* Another selection, another range. */
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GtkBitset) selection = gtk_bitset_new_range (i, 2);
    ts_session_set_selection (f.session, selection);
    g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
    check_all_visible (&f, factor);
  }
  tear_down (&f);
}

static void
test_zoom (void)
{
  Fixture f = { 0 };
  const double zooms[] = { 1, 2, 3, 7 };

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 12);
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++) {
    ts_session_set_zoom (f.session, zooms[i]);
    g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
    check_all_visible (&f, (guint) zooms[i]);
  }
  tear_down (&f);
}

static void
test_minified (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  g_autofree float *data = fixture_make_floats (6, 3, 128, 96);
  set_up_npy (&f, "<f4", "6, 3, 128, 96", data, sizeof (float) * 6 * 3 * 128 * 96);
  ts_session_set_zoom (f.session, 0.5);
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));

  TsBatch *batch = ts_view_get_batch (ts_session_get_view (f.session));
  for (guint i = 0; i < 6; i++) {
    int width, height;
    g_autoptr (GBytes) shown = ts_grid_dup_tile_pixels (f.grid, i, &width, &height);
    g_assert_cmpint (width, ==, 48);
    g_assert_cmpint (height, ==, 64);
    g_autoptr (TsBlock) image = ts_batch_read_image (batch, i, NULL, NULL, NULL);
    g_autoptr (TsBlock) small = ts_block_minify (image, 48, 64, NULL);
    TsResolved resolved;
    const TsRecipe *recipe = ts_session_get_recipe (f.session);
    ts_resolve (recipe, ts_session_get_stats (f.session), i, &resolved, NULL, NULL);
    guint8 expected[48 * 64 * 3];
    ts_render_block (small, recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, expected, 48 * 3,
                     NULL);
    g_assert_cmpmem (g_bytes_get_data (shown, NULL), g_bytes_get_size (shown), expected,
                     sizeof expected);
  }
  tear_down (&f);
}

static void
assert_selected (Fixture *fixture, const char *expected)
{
  GtkBitset *selection = ts_session_get_selection (fixture->session);
  g_autoptr (GString) text = g_string_new (NULL);
  GtkBitsetIter iter;
  guint value;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, selection, &value); more;
       more = gtk_bitset_iter_next (&iter, &value))
    g_string_append_printf (text, "%s%u", text->len > 0 ? " " : "", value);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
press_key (Fixture *fixture, guint keyval, GdkModifierType state)
{
  g_assert_true (ts_grid_handle_key (fixture->grid, keyval, state));
}

static void
test_keys (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 50);
  guint columns = (guint) f.grid->layout.columns;
  g_assert_cmpuint (columns, >=, 3);
  g_assert_cmpuint (columns, <, 20);
  gtk_widget_grab_focus (GTK_WIDGET (f.grid));

  press_key (&f, GDK_KEY_Right, 0);
  assert_selected (&f, "1");
  press_key (&f, GDK_KEY_Down, 0);
  g_assert_cmpuint (ts_session_get_current (f.session), ==, 1 + columns);
  press_key (&f, GDK_KEY_Up, 0);
  press_key (&f, GDK_KEY_Right, GDK_SHIFT_MASK);
  press_key (&f, GDK_KEY_Right, GDK_SHIFT_MASK);
  assert_selected (&f, "1 2 3");
  press_key (&f, GDK_KEY_Right, GDK_CONTROL_MASK);
  assert_selected (&f, "1 2 3");
  g_assert_cmpuint (ts_session_get_current (f.session), ==, 4);
  press_key (&f, GDK_KEY_space, 0);
  assert_selected (&f, "1 2 3 4");
  press_key (&f, GDK_KEY_space, GDK_CONTROL_MASK);
  assert_selected (&f, "1 2 3");
  press_key (&f, GDK_KEY_a, GDK_CONTROL_MASK);
  g_assert_cmpuint (gtk_bitset_get_size (ts_session_get_selection (f.session)), ==, 50);
  press_key (&f, GDK_KEY_A, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_selected (&f, "");
  press_key (&f, GDK_KEY_End, 0);
  assert_selected (&f, "49");
  press_key (&f, GDK_KEY_Home, GDK_CONTROL_MASK);
  assert_selected (&f, "49");
  g_assert_cmpuint (ts_session_get_current (f.session), ==, 0);
  press_key (&f, GDK_KEY_i, GDK_CONTROL_MASK);
  g_assert_cmpuint (gtk_bitset_get_size (ts_session_get_selection (f.session)), ==, 49);

  /* a number jumps, digit by digit */
  press_key (&f, GDK_KEY_4, 0);
  press_key (&f, GDK_KEY_KP_2, 0);
  assert_selected (&f, "42");
  press_key (&f, GDK_KEY_Return, 0);
  g_assert_cmpuint (f.activated->len, ==, 1);
  g_assert_cmpuint (g_array_index (f.activated, guint, 0), ==, 42);

  double zoom = ts_session_get_zoom (f.session);
  press_key (&f, GDK_KEY_minus, GDK_CONTROL_MASK);
  g_assert_cmpfloat (ts_session_get_zoom (f.session), <, zoom);
  press_key (&f, GDK_KEY_0, GDK_CONTROL_MASK);
  g_assert_cmpfloat (ts_session_get_zoom (f.session), ==, zoom);
  g_assert_false (ts_grid_handle_key (f.grid, GDK_KEY_x, 0));
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  tear_down (&f);
}

/* The middle of an image's cell, in logical pixels of the widget. */
static void
get_middle (Fixture *fixture, guint index, double *x, double *y)
{
  const TsGridLayout *layout = &fixture->grid->layout;
  int cell_x, offset_x;
  gint64 cell_y, offset_y;

  ts_grid_get_offset (fixture->grid, &offset_x, &offset_y);
  ts_grid_layout_get_cell (layout, index, &cell_x, &cell_y);
  *x = (cell_x - offset_x + layout->cell_width / 2.0) / layout->scale;
  *y = ((double) (cell_y - offset_y) + layout->cell_height / 2.0) / layout->scale;
}

static void
click (Fixture *fixture, guint index, int n_press, GdkModifierType state)
{
  double x, y;

  get_middle (fixture, index, &x, &y);
  ts_grid_handle_press (fixture->grid, n_press, x, y, state);
  ts_grid_handle_release (fixture->grid);
}

static void
test_mouse (void)
{
  Fixture f = { 0 };
  double x, y;

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 50);
  guint columns = (guint) f.grid->layout.columns;

  click (&f, 2, 1, 0);
  assert_selected (&f, "2");
  click (&f, 5, 1, GDK_CONTROL_MASK);
  assert_selected (&f, "2 5");
  click (&f, 3, 1, GDK_SHIFT_MASK);
  assert_selected (&f, "3 4 5");
  click (&f, 1, 1, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_selected (&f, "1 2 3 4 5");
  click (&f, 4, 1, GDK_CONTROL_MASK);
  assert_selected (&f, "1 2 3 5");
  click (&f, 2, 1, 0); /* a selected one: alone once the button is up */
  assert_selected (&f, "2");
  click (&f, 7, 1, 0);
  click (&f, 7, 2, 0);
  g_assert_cmpuint (f.activated->len, ==, 1);
  g_assert_cmpuint (g_array_index (f.activated, guint, 0), ==, 7);

  /* a rubber band from the corner over the first two of two rows, live */
  ts_grid_handle_press (f.grid, 1, 1, 1, 0);
  assert_selected (&f, "");
  get_middle (&f, 1, &x, &y);
  ts_grid_handle_drag (f.grid, x, y);
  assert_selected (&f, "0 1");
  get_middle (&f, columns + 1, &x, &y);
  ts_grid_handle_drag (f.grid, x, y);
  g_autofree char *expected = g_strdup_printf ("0 1 %u %u", columns, columns + 1);
  assert_selected (&f, expected);
  get_middle (&f, 0, &x, &y);
  ts_grid_handle_drag (f.grid, x, y);
  assert_selected (&f, "0");
  ts_grid_handle_release (f.grid);
  assert_selected (&f, "0");

  /* with control it adds */
  get_middle (&f, 3, &x, &y);
  ts_grid_handle_press (f.grid, 1, x, y, GDK_CONTROL_MASK);
  get_middle (&f, 4, &x, &y);
  ts_grid_handle_drag (f.grid, x, y);
  ts_grid_handle_release (f.grid);
  assert_selected (&f, "0 3 4");
  tear_down (&f);
}

static void
take_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

/* What is dragged away as "text/uri-list"; the paths, as a list. */
static char **
write_uris (GdkContentProvider *provider)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  gdk_content_provider_write_mime_type_async (provider, "text/uri-list", stream, G_PRIORITY_DEFAULT,
                                              NULL, take_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gdk_content_provider_write_mime_type_finish (provider, result, &error));
  g_assert_no_error (error);
  g_assert_true (g_output_stream_close (stream, NULL, &error));
  g_autoptr (GBytes) bytes =
                 g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_uri_list_extract_uris (text);
}

/* A drag that begins on a selected image takes all selected ones along, as files. */
static void
test_drag (void)
{
  Fixture f = { 0 };
  double x, y;

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 50);
  get_middle (&f, 4, &x, &y);
  ts_grid_handle_press (f.grid, 1, x, y, 0);
  g_assert_null (ts_grid_prepare_drag (f.grid)); /* a rubber band */
  ts_grid_handle_release (f.grid);
  click (&f, 7, 1, GDK_CONTROL_MASK);
  ts_grid_handle_press (f.grid, 1, x, y, 0);
  g_autoptr (GdkContentProvider) provider = ts_grid_prepare_drag (f.grid);
  g_assert_nonnull (provider);
  ts_grid_handle_release (f.grid);
  assert_selected (&f, "4 7");

  g_auto (GStrv) uris = write_uris (provider);
  g_auto (GStrv) again = write_uris (provider);
  g_assert_cmpuint (g_strv_length (uris), ==, 2);
  g_assert_true (g_strv_equal ((const char *const *) uris, (const char *const *) again));
  g_autofree char *path = g_filename_from_uri (uris[1], NULL, NULL);
  g_autofree char *images = g_path_get_dirname (path);
  g_autofree char *folder = g_path_get_dirname (images);
  GStatBuf info;
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);

  /* the picture as ts_render() makes it */
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (path, &error);
  g_assert_no_error (error);
  int width, height;
  g_autofree guint8 *expected = fixture_render (f.session, 7, 1, &width, &height);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, width);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, height);
  g_autofree guint8 *pixels = g_malloc ((gsize) width * (gsize) height * 4);
  gdk_texture_download (texture, pixels, (gsize) width * 4);
  for (int i = 0; i < width * height; i++) /* BGRA */
    for (int c = 0; c < 3; c++)
      g_assert_cmpuint (pixels[i * 4 + 2 - c], ==, expected[i * 3 + c]);

  ts_drag_images_clean ();
  g_assert_cmpint (g_stat (folder, &info), !=, 0);

  /* one alone is a picture, too */
  click (&f, 4, 1, 0);
  ts_grid_handle_press (f.grid, 1, x, y, 0);
  g_autoptr (GdkContentProvider) one = ts_grid_prepare_drag (f.grid);
  g_autoptr (GdkContentFormats) formats = gdk_content_provider_ref_formats (one);
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "image/png"));
  g_clear_object (&one);
  g_clear_object (&provider);
  tear_down (&f);
}

static void
test_drag_too_many (void)
{
  Fixture f = { 0 };
  guint n_refused = 0;
  double x, y;

  if (!fixture_has_display ())
    return;
  set_up_images (&f, TS_DRAG_MAX_IMAGES + 1);
  g_signal_connect_swapped (f.grid, "drag-refused", G_CALLBACK (count_cb), &n_refused);
  ts_grid_select_all (f.grid);
  get_middle (&f, 0, &x, &y);
  ts_grid_handle_press (f.grid, 1, x, y, 0);
  g_assert_null (ts_grid_prepare_drag (f.grid));
  g_assert_cmpuint (n_refused, ==, 1);
  tear_down (&f);
}

static void
test_hover (void)
{
  Fixture f = { 0 };
  double x, y;

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 12);
  f.grid->pointer_inside = TRUE;
  get_middle (&f, 5, &x, &y);
  f.grid->pointer_x = x;
  f.grid->pointer_y = y;
  ts_grid_update_hover (f.grid);
  g_assert_cmpint (f.hover[0], ==, 5);
  g_assert_cmpint (f.hover[1], ==, 8);
  g_assert_cmpint (f.hover[2], ==, 8);
  f.grid->pointer_x = 1;
  ts_grid_update_hover (f.grid);
  g_assert_cmpint (f.hover[0], ==, -1);
  tear_down (&f);
}

/* The point under the pointer stays under it. */
static void
test_zoom_at_pointer (void)
{
  Fixture f = { 0 };
  double x, y;

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 2000);
  ts_grid_scroll_to (f.grid, 1000);
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  get_middle (&f, 990, &x, &y);
  for (int i = 0; i < 6; i++) {
    double now_x, now_y;
    /* Each time anew: the display's own pointer may come and go with other windows. */
    f.grid->pointer_inside = TRUE;
    f.grid->pointer_x = x;
    f.grid->pointer_y = y;
    ts_grid_zoom (f.grid, i % 3 == 0 ? 1 : -1);
    g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
    get_middle (&f, 990, &now_x, &now_y);
    g_test_message ("%g: %g %g", ts_session_get_zoom (f.session), y, now_y);
    g_assert_cmpfloat (fabs (now_y - y), <=, 1.5);
  }
  check_all_visible (&f, (guint) ts_session_get_zoom (f.session));
  tear_down (&f);
}

/* Only what can be seen is read and kept. */
static void
test_many (void)
{
  Fixture f = { 0 };
  const guint n = 100000;
  guint first, last;

  if (!fixture_has_display ())
    return;
  g_autofree guint8 *data = g_malloc ((gsize) n * 64);
  for (gsize i = 0; i < (gsize) n * 64; i++)
    data[i] = (guint8) (i * 31 + i / 64);
  set_up_npy (&f, "|u1", "100000, 8, 8", data, (gsize) n * 64);

  g_assert_true (ts_grid_get_visible_range (f.grid, &first, &last));
  g_assert_cmpuint (first, ==, 0);
  guint64 n_loaded = ts_tile_cache_get_n_loaded (f.grid->pictures->tiles);
  g_assert_cmpuint (n_loaded, <=, 3 * (last + 1) + 50);
  ts_grid_scroll_to (f.grid, n - 1);
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  g_assert_true (ts_grid_get_visible_range (f.grid, &first, &last));
  g_assert_cmpuint (last, ==, n - 1);
  check_all_visible (&f, (guint) ts_session_get_zoom (f.session));

  GtkAdjustment *v = f.grid->adjustments[GTK_ORIENTATION_VERTICAL];
  double top = gtk_adjustment_get_upper (v) - gtk_adjustment_get_page_size (v);
  for (guint i = 1; i <= 40; i++) {
    gtk_adjustment_set_value (v, top * i / 41);
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  check_all_visible (&f, (guint) ts_session_get_zoom (f.session));
  g_assert_cmpuint (g_hash_table_size (f.grid->bands), <=,
                    (last - first + 1) / (guint) f.grid->layout.columns + 12);
  g_assert_cmpuint (ts_tile_cache_get_n_loaded (f.grid->pictures->tiles), <, n / 4);
  tear_down (&f);
}

/* NaN is counted in the full image, infinities as well. */
static void
test_badges (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  g_autofree float *data = fixture_make_floats (4, 3, 32, 32);
  for (guint i = 0; i < 7; i++)
    data[3 * 1024 + i * 5] = NAN;
  data[2 * 3 * 1024] = INFINITY;
  set_up_npy (&f, "<f4", "4, 3, 32, 32", data, sizeof (float) * 4 * 3 * 1024);
  ts_session_set_zoom (f.session, 1);
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  g_assert_cmpuint (ts_tile_cache_lookup_any (f.grid->pictures->tiles, 0)->n_nan, ==, 0);
  g_assert_cmpuint (ts_tile_cache_lookup_any (f.grid->pictures->tiles, 1)->n_nan, ==, 7);
  g_assert_cmpuint (ts_tile_cache_lookup_any (f.grid->pictures->tiles, 2)->n_inf, ==, 1);
  check_all_visible (&f, 1);
  tear_down (&f);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* How much of an image is beyond the range is found out once things are at rest. */
static void
test_clipped (void)
{
  float data[2][1][16][16];
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  for (guint i = 0; i < 256; i++) {
    data[0][0][i / 16][i % 16] = i < 64 ? 2 : 0.5f; /* a quarter above 1 */
    data[1][0][i / 16][i % 16] = i < 128 ? 0.25f : 0.75f;
  }
  set_up_npy (&f, "<f4", "2, 1, 16, 16", data, sizeof data);
  TsRecipe recipe = *ts_session_get_recipe (f.session);
  recipe.range_mode = TS_RANGE_FIXED;
  recipe.n_range = 1;
  recipe.lo[0] = 0;
  recipe.hi[0] = 1;
  ts_session_set_recipe (f.session, &recipe, NULL);
  gint64 end_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint wake_id = g_timeout_add (100, wake_cb, NULL);
  while ((ts_grid_get_clipped (f.grid, 1) < 0 || ts_grid_get_clipped (f.grid, 0) != 0.25) &&
         g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (ts_grid_get_clipped (f.grid, 0), ==, 0.25);
  g_assert_cmpfloat (ts_grid_get_clipped (f.grid, 1), ==, 0);
  recipe.lo[0] = 0.5;
  ts_session_set_recipe (f.session, &recipe, NULL);
  while (ts_grid_get_clipped (f.grid, 1) != 0.5 && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (ts_grid_get_clipped (f.grid, 1), ==, 0.5);
  g_source_remove (wake_id);
  tear_down (&f);
}

static void
test_accessible (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up_images (&f, 50);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (f.grid), GTK_ACCESSIBLE_ROLE_GRID);
  GtkWidget *cell = ts_grid_cells_get (f.grid->cells, 3);
  g_assert_nonnull (cell);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_ROLE_GRID_CELL);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Image 3");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_STATE_SELECTED, FALSE);
  click (&f, 3, 1, 0);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_STATE_SELECTED, TRUE);
  g_assert_true (gtk_widget_is_focus (cell));

  /* the focus stays with its image, in sight or not */
  GtkAdjustment *v = f.grid->adjustments[GTK_ORIENTATION_VERTICAL];
  gtk_adjustment_set_value (v, gtk_adjustment_get_upper (v));
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  g_assert_true (gtk_widget_is_focus (cell));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Image 3");
  press_key (&f, GDK_KEY_End, 0);
  g_assert_true (ts_grid_wait_idle (f.grid, LIMIT_MS));
  GtkWidget *last = ts_grid_cells_get (f.grid->cells, 49);
  g_assert_nonnull (last);
  g_assert_true (gtk_widget_is_focus (last));
  g_assert_false (gtk_widget_is_focus (cell));
  tear_down (&f);
}

static void
test_empty (void)
{
  if (!fixture_has_display ())
    return;

  GtkWidget *grid = g_object_ref_sink (ts_grid_new ());
  TsSession *session = ts_session_new ();
  ts_grid_set_session (TS_GRID (grid), session);
  g_assert_false (ts_grid_handle_key (TS_GRID (grid), GDK_KEY_Right, 0));
  ts_grid_select_all (TS_GRID (grid));
  ts_grid_zoom (TS_GRID (grid), 1);
  g_assert_finalize_object (grid);
  g_assert_finalize_object (session);
}

int
main (int argc, char *argv[])
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/grid/empty", test_empty);
  g_test_add_func ("/grid/shows", test_shows);
  g_test_add_func ("/grid/recipe", test_recipe);
  g_test_add_func ("/grid/zoom", test_zoom);
  g_test_add_func ("/grid/minified", test_minified);
  g_test_add_func ("/grid/keys", test_keys);
  g_test_add_func ("/grid/mouse", test_mouse);
  g_test_add_func ("/grid/drag", test_drag);
  g_test_add_func ("/grid/drag-too-many", test_drag_too_many);
  g_test_add_func ("/grid/hover", test_hover);
  g_test_add_func ("/grid/zoom-at-pointer", test_zoom_at_pointer);
  g_test_add_func ("/grid/many", test_many);
  g_test_add_func ("/grid/badges", test_badges);
  g_test_add_func ("/grid/clipped", test_clipped);
  g_test_add_func ("/grid/accessible", test_accessible);

  return g_test_run ();
}
