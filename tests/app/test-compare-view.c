/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-image-view-private.h"
#include "pixels/ts-difference.h"

#include "window-fixture.h"

#include <stdarg.h>

static TsComparePanes *
get_panes (TsWindow *window)
{
  return ts_compare_view_get_panes (window->compare_view);
}

static void
wait_idle (TsWindow *window)
{
  g_assert_true (ts_compare_view_wait_idle (window->compare_view, LIMIT_MS));
}

static TsWindow *
compare_sample (const char *name, const char *way)
{
  TsWindow *window = open_sample (name);

  set_state (window, "mode", g_variant_new_string ("compare"));
  set_state (window, "compare-mode", g_variant_new_string (way));
  assert_state (window, "mode", "'compare'");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "compare");
  wait_idle (window);
  return window;
}

static void
select_images (TsWindow *window, guint n, ...)
{
  g_autoptr (GtkBitset) selection = gtk_bitset_new_empty ();
  va_list list;

  va_start (list, n);
  for (guint i = 0; i < n; i++)
    gtk_bitset_add (selection, va_arg (list, guint));
  va_end (list);
  ts_session_set_selection (window->session, selection);
  wait_idle (window);
}

/* What is shown in a pane is what ts_render() makes of the image. */
static void
check_pixels (TsWindow *window, guint pane, guint index)
{
  TsImageView *view = ts_compare_panes_get_view (get_panes (window), pane);
  int x0, y0, width, height, full_width, full_height;

  g_assert_nonnull (view);
  g_assert_cmpfloat (ts_image_view_get_zoom (view), >=, 1);
  g_autoptr (GBytes) shown = ts_image_view_dup_pixels (view, &x0, &y0, &width, &height);
  g_autofree guint8 *expected =
      fixture_render (window->session, index, (guint) ts_image_view_get_zoom (view), &full_width,
                      &full_height);
  g_assert_nonnull (shown);
  const guint8 *data = g_bytes_get_data (shown, NULL);
  for (int y = 0; y < height; y++)
    g_assert_cmpmem (data + (gsize) y * (gsize) width * 3, (gsize) width * 3,
                     expected + ((gsize) (y + y0) * (gsize) full_width + (gsize) x0) * 3,
                     (gsize) width * 3);
}

static void
assert_text (TsWindow *window, const char *text)
{
  g_assert_cmpstr (ts_compare_view_get_text (window->compare_view), ==, text);
}

static void
key (TsWindow *window, guint keyval, GdkModifierType state)
{
  g_assert_true (ts_compare_panes_handle_key (get_panes (window), keyval, state));
  wait_idle (window);
}

static void
test_side (void)
{
  if (!start ())
    return;
  TsWindow *window = compare_sample ("cells.pt", "side");
  TsComparePanes *panes = get_panes (window);

  /* without a selection: the current image and the next */
  assert_text (window, "#0 and #1 side by side");
  check_pixels (window, 0, 0);
  check_pixels (window, 1, 1);
  gtk_test_accessible_assert_property (panes, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "#0 and #1 side by side");
  key (window, GDK_KEY_Right, 0);
  g_assert_cmpuint (ts_session_get_current (window->session), ==, 1);
  check_pixels (window, 1, 2);
  ts_session_set_current (window->session, 63);
  wait_idle (window);
  check_pixels (window, 0, 62);
  check_pixels (window, 1, 63);

  select_images (window, 3, 4, 9, 40);
  assert_text (window, "3 images side by side");
  check_pixels (window, 0, 4);
  check_pixels (window, 1, 9);
  check_pixels (window, 2, 40);
  g_assert_null (ts_compare_panes_get_view (panes, 3));

  /* zoom and place are the same in all of them */
  key (window, GDK_KEY_2, 0);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpfloat (ts_image_view_get_zoom (ts_compare_panes_get_view (panes, i)), ==, 2);
    check_pixels (window, i, i == 0 ? 4 : i == 1 ? 9 : 40);
  }
  TsImageView *last = ts_compare_panes_get_view (panes, 2);
  ts_image_view_set_zoom (last, 40);
  wait_idle (window);
  key (window, GDK_KEY_Left, GDK_CONTROL_MASK);
  TsRect rect, other;
  g_assert_true (ts_image_view_get_visible_rect (last, &rect));
  g_assert_true (ts_image_view_get_visible_rect (ts_compare_panes_get_lead (panes), &other));
  g_assert_cmpfloat (ts_image_view_get_zoom (ts_compare_panes_get_lead (panes)), ==, 40);
  g_assert_cmpuint (rect.x, ==, other.x);
  g_assert_cmpuint (rect.y, ==, other.y);

  /* the settings are the window's */
  set_state (window, "range-hi", g_variant_new_double (0.5));
  wait_idle (window);
  check_pixels (window, 1, 9);
  key (window, GDK_KEY_0, 0);

  /* a screen has an end */
  g_autoptr (GtkBitset) all = gtk_bitset_new_range (0, 40);
  ts_session_set_selection (window->session, all);
  wait_idle (window);
  assert_text (window, "The first 16 of 40 selected images");
  g_assert_null (ts_compare_panes_get_view (panes, TS_COMPARE_MAX_PANES));
  close_window (window);
}

static void
test_swipe (void)
{
  if (!start ())
    return;
  TsWindow *window = compare_sample ("cells.pt", "swipe");
  TsComparePanes *panes = get_panes (window);

  select_images (window, 3, 5, 7, 8);
  assert_text (window, "#5 left, #7 right");
  check_pixels (window, 0, 5);
  check_pixels (window, 1, 7);
  g_assert_cmpfloat (ts_compare_panes_get_divider (panes), ==, 0.5);
  key (window, GDK_KEY_Right, GDK_SHIFT_MASK);
  g_assert_cmpfloat_with_epsilon (ts_compare_panes_get_divider (panes), 0.52, 1e-9);
  ts_compare_panes_set_divider (panes, 7);
  g_assert_cmpfloat (ts_compare_panes_get_divider (panes), ==, 1);

  /* of more than two, the first with each of the others */
  key (window, GDK_KEY_Right, 0);
  assert_text (window, "#5 left, #8 right");
  check_pixels (window, 1, 8);
  key (window, GDK_KEY_Right, 0);
  assert_text (window, "#5 left, #7 right");
  key (window, GDK_KEY_Left, 0);
  assert_text (window, "#5 left, #8 right");
  g_assert_cmpuint (ts_session_get_current (window->session), ==, 0);
  close_window (window);
}

static void
test_difference (void)
{
  if (!start ())
    return;
  TsWindow *window = compare_sample ("cells.pt", "difference");
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (window->session));
  const TsRecipe *recipe = ts_session_get_recipe (window->session);
  g_autoptr (GError) error = NULL;
  int x0, y0, width, height;

  select_images (window, 2, 3, 6);
  g_assert_true (
      g_str_has_prefix (ts_compare_view_get_text (window->compare_view), "#6 minus #3: largest "));

  /* the same by the core */
  TsDifferenceSide a = { batch, 3, recipe }, b = { batch, 6, recipe };
  g_autoptr (TsBatch) difference = ts_difference_new (&a, &b, &error);
  g_assert_no_error (error);
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (difference);
  TsRecipe shown_with;
  TsResolved resolved;
  guint8 expected[64 * 64 * 3];
  ts_difference_init_recipe (&shown_with);
  g_assert_true (ts_resolve (&shown_with, stats, 0, &resolved, NULL, &error));
  g_assert_true (ts_render (difference, 0, NULL, &shown_with, &resolved, TS_PIXELS_RGB8,
                            TS_VALUES_DISPLAY, expected, 64 * 3, NULL, NULL, &error));
  key (window, GDK_KEY_1, 0);
  TsImageView *view = ts_compare_panes_get_lead (get_panes (window));
  g_autoptr (GBytes) shown = ts_image_view_dup_pixels (view, &x0, &y0, &width, &height);
  g_assert_cmpint (width, ==, 64);
  g_assert_cmpint (height, ==, 64);
  g_assert_cmpmem (g_bytes_get_data (shown, NULL), g_bytes_get_size (shown), expected,
                   sizeof expected);
  close_window (window);
}

/* Two images that are alike: said so, and all of one gray. */
static void
test_equal (void)
{
  const float data[2][2][2] = { { { 1, 2 }, { 3, 4 } }, { { 1, 2 }, { 3, 4 } } };
  int x0, y0, width, height;

  if (!start ())
    return;
  char *folder = fixture_make_folder ();
  g_autoptr (GFile) file =
                 fixture_write_npy (folder, "images.npy", "<f4", "2, 2, 2", data, sizeof data);
  TsWindow *window = open_window (file);
  set_state (window, "layout", g_variant_new_string ("NHW"));
  fixture_wait_loaded (window->session);
  set_state (window, "mode", g_variant_new_string ("compare"));
  set_state (window, "compare-mode", g_variant_new_string ("difference"));
  wait_idle (window);
  assert_text (window, "#0 and #1 are equal");
  TsImageView *view = ts_compare_panes_get_lead (get_panes (window));
  g_autoptr (GBytes) shown = ts_image_view_dup_pixels (view, &x0, &y0, &width, &height);
  const guint8 *pixels = g_bytes_get_data (shown, NULL);
  for (gsize i = 0; i < g_bytes_get_size (shown); i += 3) {
    g_assert_cmpuint (ABS (pixels[i] - pixels[i + 2]), <, 4);
    g_assert_cmpuint (pixels[i], ==, pixels[0]);
  }
  close_window (window);
  fixture_remove_folder (folder);
}

static void
test_blink (void)
{
  if (!start ())
    return;
  TsWindow *window = compare_sample ("cells.pt", "blink");
  TsComparePanes *panes = get_panes (window);

  select_images (window, 2, 10, 20);
  assert_text (window, "#10 and #20 in turn");
  WAIT_FOR (ts_compare_panes_get_shown (panes) == 1);
  WAIT_FOR (ts_compare_panes_get_shown (panes) == 0);
  ts_compare_panes_set_automatic (panes, FALSE);
  key (window, GDK_KEY_space, 0);
  g_assert_cmpuint (ts_compare_panes_get_shown (panes), ==, 1);
  key (window, GDK_KEY_space, 0);
  g_assert_cmpuint (ts_compare_panes_get_shown (panes), ==, 0);
  close_window (window);
}

static void
test_other_array (void)
{
  if (!start ())
    return;
  TsWindow *window = compare_sample ("cells.pt", "side");
  TsComparePanes *panes = get_panes (window);

  ts_session_set_current (window->session, 5);
  set_state (window, "compare-with", g_variant_new_string ("masks"));
  assert_state (window, "compare-with", "'masks'");
  wait_idle (window);
  assert_text (window, "images #5 and masks #5 side by side");
  check_pixels (window, 0, 5);
  g_assert_nonnull (ts_compare_panes_get_view (panes, 1));
  key (window, GDK_KEY_Right, 0);
  assert_text (window, "images #6 and masks #6 side by side");

  /* three channels against one */
  set_state (window, "compare-mode", g_variant_new_string ("difference"));
  wait_idle (window);
  assert_text (window, "");
  g_assert_null (ts_compare_panes_get_lead (panes));

  /* what is no image, what is not there */
  set_state (window, "compare-mode", g_variant_new_string ("side"));
  set_state (window, "compare-with", g_variant_new_string ("nothing"));
  assert_state (window, "compare-with", "''");
  wait_idle (window);
  assert_text (window, "#6 and #7 side by side");

  /* another array takes the place of the one it is compared with */
  set_state (window, "compare-with", g_variant_new_string ("masks"));
  set_state (window, "node", g_variant_new_string ("masks"));
  fixture_wait_loaded (window->session);
  wait_idle (window);
  assert_state (window, "compare-with", "''");
  close_window (window);
}

static void
test_ways (void)
{
  if (!start ())
    return;
  TsWindow *window = open_sample ("cells.pt");
  const char *const ways[] = { "'side'", "'swipe'", "'difference'", "'blink'", "'side'" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_action_group_activate_action (G_ACTION_GROUP (window), "compare", NULL);
    assert_state (window, "mode", "'compare'");
    assert_state (window, "compare-mode", ways[i]);
  }
  /* keys of the picture and back */
  g_action_group_activate_action (G_ACTION_GROUP (window), "zoom-in", NULL);
  wait_idle (window);
  g_assert_false (ts_image_view_get_fit (ts_window_get_image_view (window)));
  g_assert_true (ts_compare_panes_handle_key (get_panes (window), GDK_KEY_Escape, 0));
  assert_state (window, "mode", "'grid'");
  close_window (window);
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = fixture_make_folder ();

  /* recent files of the tests are nobody's */
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/side", test_side);
  g_test_add_func ("/compare/swipe", test_swipe);
  g_test_add_func ("/compare/difference", test_difference);
  g_test_add_func ("/compare/equal", test_equal);
  g_test_add_func ("/compare/blink", test_blink);
  g_test_add_func ("/compare/other-array", test_other_array);
  g_test_add_func ("/compare/ways", test_ways);
  int status = g_test_run ();
  g_clear_object (&application);
  fixture_remove_folder (g_steal_pointer (&home));
  return status;
}
