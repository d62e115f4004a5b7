/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-image-view-private.h"

#include "app-fixture.h"

#include <stdlib.h>

#define LIMIT_MS 20000

typedef struct
{
  char *folder;
  TsSession *session;
  GtkWidget *window;
  TsImageView *view;
  guint n_closed;
  int hover[3];
} Fixture;

static void
close_cb (TsImageView *view, Fixture *fixture)
{
  fixture->n_closed++;
}

static void
hover_cb (TsImageView *view, int index, int x, int y, Fixture *fixture)
{
  fixture->hover[0] = index;
  fixture->hover[1] = x;
  fixture->hover[2] = y;
}

static void
set_up (Fixture *fixture, guint n, guint width, guint height)
{
  g_autofree float *data = fixture_make_floats (n, 3, height, width);
  g_autofree char *shape = g_strdup_printf ("%u, 3, %u, %u", n, height, width);

  fixture->folder = fixture_make_folder ();
  g_autoptr (GFile) file = fixture_write_npy (fixture->folder, "images.npy", "<f4", shape, data,
                                              (gsize) n * 3 * width * height * sizeof *data);
  fixture->session = fixture_open (file);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 500, 400);
  fixture->view = TS_IMAGE_VIEW (ts_image_view_new ());
  g_signal_connect (fixture->view, "close", G_CALLBACK (close_cb), fixture);
  g_signal_connect (fixture->view, "hover", G_CALLBACK (hover_cb), fixture);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  g_object_set (fixture->view, "session", fixture->session, NULL);
  gtk_window_present (GTK_WINDOW (fixture->window));
  g_assert_true (ts_image_view_wait_idle (fixture->view, LIMIT_MS));
}

static void
tear_down (Fixture *fixture)
{
  GtkWidget *view = g_object_ref (GTK_WIDGET (fixture->view));

  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (view);
  g_assert_finalize_object (fixture->session);
  fixture_remove_folder (fixture->folder);
}

/* What is on the screen against the whole image by ts_render(). */
static void
check_pixels (Fixture *fixture)
{
  int x0, y0, width, height, full_width, full_height;
  guint index = ts_session_get_current (fixture->session);
  double zoom = ts_image_view_get_zoom (fixture->view);

  g_assert_true (ts_image_view_wait_idle (fixture->view, LIMIT_MS));
  g_assert_cmpfloat (zoom, >=, 1);
  g_autoptr (GBytes) shown = ts_image_view_dup_pixels (fixture->view, &x0, &y0, &width, &height);
  g_autofree guint8 *expected =
      fixture_render (fixture->session, index, (guint) zoom, &full_width, &full_height);
  g_assert_nonnull (shown);
  const guint8 *data = g_bytes_get_data (shown, NULL);
  g_assert_cmpint (x0 + width, <=, full_width);
  g_assert_cmpint (y0 + height, <=, full_height);
  for (int y = 0; y < height; y++)
    g_assert_cmpmem (data + (gsize) y * (gsize) width * 3, (gsize) width * 3,
                     expected + ((gsize) (y + y0) * (gsize) full_width + (gsize) x0) * 3,
                     (gsize) width * 3);
}

static void
key (Fixture *fixture, guint keyval, GdkModifierType state)
{
  g_assert_true (ts_image_view_handle_key (fixture->view, keyval, state));
}

static void
test_exact (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up (&f, 3, 20, 16);
  g_assert_true (ts_image_view_get_fit (f.view));
  g_assert_cmpfloat (ts_image_view_get_zoom (f.view), ==, 23);
  check_pixels (&f);
  key (&f, GDK_KEY_1, 0);
  g_assert_cmpfloat (ts_image_view_get_zoom (f.view), ==, 1);
  g_assert_false (ts_image_view_get_fit (f.view));
  check_pixels (&f);
  key (&f, GDK_KEY_2, 0);
  check_pixels (&f);
  key (&f, GDK_KEY_plus, GDK_SHIFT_MASK);
  g_assert_cmpfloat (ts_image_view_get_zoom (f.view), ==, 3);
  check_pixels (&f);
  key (&f, GDK_KEY_minus, 0);
  key (&f, GDK_KEY_minus, 0);
  key (&f, GDK_KEY_minus, 0);
  g_assert_cmpfloat (ts_image_view_get_zoom (f.view), <, 1);

  /* larger than the window: only a part is painted, with numbers on it */
  ts_image_view_set_zoom (f.view, 64.9);
  g_assert_cmpfloat (ts_image_view_get_zoom (f.view), ==, 64);
  check_pixels (&f);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (f.view));
  g_assert_nonnull (f.view->values);
  key (&f, GDK_KEY_0, 0);
  g_assert_true (ts_image_view_get_fit (f.view));
  check_pixels (&f);
  tear_down (&f);
}

static void
test_pan (void)
{
  Fixture f = { 0 };
  TsRect before, after;

  if (!fixture_has_display ())
    return;
  set_up (&f, 3, 20, 16);
  ts_image_view_set_zoom (f.view, 48);
  check_pixels (&f);
  g_assert_true (ts_image_view_get_visible_rect (f.view, &before));
  for (guint i = 0; i < 30; i++)
    key (&f, GDK_KEY_Right, GDK_CONTROL_MASK);
  check_pixels (&f);
  g_assert_true (ts_image_view_get_visible_rect (f.view, &after));
  g_assert_cmpuint (after.x, >, before.x);
  g_assert_cmpuint (after.x + after.width, ==, 20);
  key (&f, GDK_KEY_Down, GDK_CONTROL_MASK);
  key (&f, GDK_KEY_Left, GDK_CONTROL_MASK);
  check_pixels (&f);

  /* zoom and place stay from image to image */
  g_assert_true (ts_image_view_get_visible_rect (f.view, &before));
  key (&f, GDK_KEY_Right, 0);
  g_assert_cmpuint (ts_session_get_current (f.session), ==, 1);
  check_pixels (&f);
  g_assert_true (ts_image_view_get_visible_rect (f.view, &after));
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  key (&f, GDK_KEY_End, 0);
  key (&f, GDK_KEY_Right, 0);
  g_assert_cmpuint (ts_session_get_current (f.session), ==, 2);
  key (&f, GDK_KEY_Left, 0);
  g_assert_cmpuint (ts_session_get_current (f.session), ==, 1);
  g_assert_cmpuint (f.n_closed, ==, 0);
  key (&f, GDK_KEY_Escape, 0);
  g_assert_cmpuint (f.n_closed, ==, 1);
  tear_down (&f);
}

/* Again before each look: the display's own pointer may lie over the window too. */
static void
point (Fixture *fixture, double x, double y)
{
  fixture->view->pointer_inside = TRUE;
  fixture->view->pointer_x = x;
  fixture->view->pointer_y = y;
  ts_image_view_update_hover (fixture->view);
}

/* The pixel under the pointer stays under it, and is the one that "hover" names. */
static void
test_zoom_at (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up (&f, 1, 200, 150);
  ts_image_view_set_zoom (f.view, 8);
  point (&f, 300, 250);
  int x = f.hover[1], y = f.hover[2];
  g_assert_cmpint (f.hover[0], ==, 0);
  const double zooms[] = { 12, 24, 64, 16, 8 };
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++) {
    ts_image_view_set_zoom_at (f.view, zooms[i], 300, 250);
    point (&f, 300, 250);
    g_assert_cmpint (abs (f.hover[1] - x), <=, 1);
    g_assert_cmpint (abs (f.hover[2] - y), <=, 1);
    check_pixels (&f);
  }
  tear_down (&f);
}

static void
test_recipe (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up (&f, 2, 20, 16);
  for (guint i = 0; i < 10; i++) {
    TsRecipe recipe = *ts_session_get_recipe (f.session);
    recipe.gamma = 1 + 0.1 * i;
    ts_session_set_recipe (f.session, &recipe, "drag");
    if (i % 3 == 0)
      g_main_context_iteration (NULL, FALSE);
  }
  check_pixels (&f);
  TsRecipe recipe = *ts_session_get_recipe (f.session);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_IMAGE;
  recipe.channel_mode = TS_CHANNELS_SINGLE;
  recipe.channels[0] = 2;
  recipe.colormap = TS_COLORMAP_VIRIDIS;
  ts_session_set_recipe (f.session, &recipe, NULL);
  check_pixels (&f);
  tear_down (&f);
}

/* Below 100 %: the same numbers as ts_block_minify(). */
static void
test_minified (void)
{
  Fixture f = { 0 };
  int x, y, width, height;

  if (!fixture_has_display ())
    return;
  set_up (&f, 1, 800, 600);
  ts_image_view_set_zoom (f.view, 0.5);
  g_assert_true (ts_image_view_wait_idle (f.view, LIMIT_MS));
  g_autoptr (GBytes) shown = ts_image_view_dup_pixels (f.view, &x, &y, &width, &height);
  g_assert_cmpint (width, ==, 400);
  g_assert_cmpint (height, ==, 300);
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (f.session));
  g_autoptr (TsBlock) image = ts_batch_read_image (batch, 0, NULL, NULL, NULL);
  g_autoptr (TsBlock) small = ts_block_minify (image, 400, 300, NULL);
  const TsRecipe *recipe = ts_session_get_recipe (f.session);
  TsResolved resolved;
  ts_resolve (recipe, ts_session_get_stats (f.session), 0, &resolved, NULL, NULL);
  g_autofree guint8 *expected = g_malloc (400 * 300 * 3);
  ts_render_block (small, recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, expected, 400 * 3,
                   NULL);
  g_assert_cmpmem (g_bytes_get_data (shown, NULL), g_bytes_get_size (shown), expected,
                   400 * 300 * 3);
  tear_down (&f);
}

static void
test_accessible (void)
{
  Fixture f = { 0 };

  if (!fixture_has_display ())
    return;
  set_up (&f, 2, 20, 16);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (f.view), GTK_ACCESSIBLE_ROLE_IMG);
  key (&f, GDK_KEY_2, 0);
  key (&f, GDK_KEY_Right, 0);
  const char *name = "Image 1, 20×16, zoom 200 %";
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (f.view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       name);
  tear_down (&f);
}

int
main (int argc, char *argv[])
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/image-view/exact", test_exact);
  g_test_add_func ("/image-view/pan", test_pan);
  g_test_add_func ("/image-view/zoom-at", test_zoom_at);
  g_test_add_func ("/image-view/recipe", test_recipe);
  g_test_add_func ("/image-view/minified", test_minified);
  g_test_add_func ("/image-view/accessible", test_accessible);

  return g_test_run ();
}
