/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-fixture.h"
#include "app/ts-memory.h"
#include "app/ts-recipe-edit.h"
#include "base/ts-error.h"

/* The session of a window, without one: loading, history, selection; and the edits of a recipe. */

static void
count_cb (GObject *object, gpointer data)
{
  (*(guint *) data)++;
}

static void
count_notify_cb (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

static void
spin (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < end) {
    while (g_main_context_iteration (NULL, FALSE)) {
    }
    g_usleep (2000);
  }
}

static void
test_open (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("cells.pt");
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (session));

  g_assert_cmpstr (ts_node_get_path (ts_session_get_node (session)), ==, "images");
  g_assert_cmpuint (ts_batch_get_n_images (batch), ==, 64);
  g_assert_cmpstr (ts_session_get_recipe (session)->preset, ==, "tanh");
  g_assert_true (ts_batch_stats_get_batch (ts_session_get_stats (session)) == batch);
  g_assert_false (ts_session_can_undo (session));
  g_assert_nonnull (ts_session_get_resolved (session));
  g_assert_cmpfloat (ts_session_get_resolved (session)->lo[0], ==, 0);
  g_assert_cmpfloat (ts_session_get_resolved (session)->hi[0], ==, 1);
}

static void
test_bad_file (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("cells.pt");
  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *path = g_build_filename (folder, "bad.pt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "PK\003\004 and no more", -1, NULL));
  ts_session_open (session, file);
  fixture_wait_loaded (session);
  g_assert_null (ts_session_get_view (session));
  g_assert_null (ts_session_get_document (session));
  g_assert_true (ts_session_is_file_error (session));
  g_assert_nonnull (strstr (ts_session_get_error (session), "bad.pt"));
  g_assert_true (ts_session_get_file (session) == file);

  /* repaired, and read again */
  g_autofree char *good = g_build_filename (g_getenv ("TS_SAMPLES"), "features.npy", NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (good, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  ts_session_reload (session);
  fixture_wait_loaded (session);
  g_assert_cmpstr (ts_session_get_error (session), ==, NULL);
  g_assert_nonnull (ts_session_get_view (session));
  fixture_remove_folder (g_steal_pointer (&folder));
}

static void
test_newest_wins (void)
{
  g_autoptr (TsSession) session = ts_session_new ();
  const char *names[] = { "cells.pt", "features.npy", "masks-labels.npz", "cells-imagenet.npy" };
  guint n_changes = 0;

  g_signal_connect (session, "view-changed", G_CALLBACK (count_cb), &n_changes);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), names[i], NULL);
    g_autoptr (GFile) file = g_file_new_for_path (path);
    ts_session_open (session, file);
  }
  fixture_wait_loaded (session);
  spin (50);
  g_assert_cmpstr (ts_document_get_name (ts_session_get_document (session)), ==,
                   "cells-imagenet.npy");
  g_assert_cmpuint (n_changes, ==, 1);
}

/* A load that is cancelled, however far it is, leaves what was there. */
static void
test_cancel_load (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("cells.pt");
  TsView *view = ts_session_get_view (session);
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), "features.npy", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (TsSession) empty = ts_session_new ();
  TsProgressState state;

  g_assert_false (ts_session_get_progress (session, &state));
  ts_session_open (session, file);
  g_assert_true (ts_session_get_progress (session, &state));
  ts_session_cancel_load (session);
  fixture_wait_loaded (session);
  g_assert_true (ts_session_get_view (session) == view);
  g_assert_true (g_str_has_suffix (g_file_peek_path (ts_session_get_file (session)), "cells.pt"));
  g_assert_cmpstr (ts_session_get_error (session), ==, NULL);
  ts_session_cancel_load (session); /* nothing runs: nothing happens */

  ts_session_open (empty, file);
  ts_session_cancel_load (empty);
  fixture_wait_loaded (empty);
  g_assert_null (ts_session_get_document (empty));
  g_assert_null (ts_session_get_file (empty));
  g_assert_false (ts_session_is_file_error (empty));
}

static void
test_nodes (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("cells.pt");
  TsDocument *document = ts_session_get_document (session);

  ts_session_show_node (session, ts_document_find (document, "latents"), NULL);
  fixture_wait_loaded (session);
  g_assert_null (ts_session_get_view (session));
  g_assert_nonnull (ts_session_get_error (session));
  g_assert_false (ts_session_is_file_error (session));
  g_assert_true (ts_session_get_document (session) == document);

  ts_session_show_node (session, ts_document_find (document, "latents"), "HW");
  fixture_wait_loaded (session);
  g_assert_cmpstr (ts_session_get_error (session), ==, NULL);
  g_assert_true (ts_view_is_layout_forced (ts_session_get_view (session)));
  g_assert_cmpuint (ts_batch_get_n_images (ts_view_get_batch (ts_session_get_view (session))), ==,
                    1);
}

static void
test_history (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("cells.pt");
  TsRecipe recipe = *ts_session_get_recipe (session);
  const TsRecipe first = recipe;
  guint n_changes = 0;

  g_signal_connect (session, "recipe-changed", G_CALLBACK (count_cb), &n_changes);
  ts_session_set_recipe (session, &recipe, NULL);
  g_assert_cmpuint (n_changes, ==, 0);

  /* a drag is one step */
  for (guint i = 1; i <= 20; i++) {
    recipe.gamma = 1 + i * 0.05;
    ts_session_set_recipe (session, &recipe, "gamma");
  }
  g_assert_cmpuint (n_changes, ==, 20);
  const TsRecipe second = recipe;
  recipe.invert = TRUE;
  ts_session_set_recipe (session, &recipe, NULL);

  ts_session_undo (session);
  g_assert_true (ts_recipe_equal (ts_session_get_recipe (session), &second));
  ts_session_undo (session);
  g_assert_true (ts_recipe_equal (ts_session_get_recipe (session), &first));
  g_assert_false (ts_session_can_undo (session));
  ts_session_undo (session);

  ts_session_redo (session);
  g_assert_true (ts_recipe_equal (ts_session_get_recipe (session), &second));
  g_assert_true (ts_session_can_redo (session));

  /* the same slider again after an undo is a step of its own, and ends the redo */
  TsRecipe third = second;
  third.gamma = 0.5;
  ts_session_set_recipe (session, &third, "gamma");
  g_assert_false (ts_session_can_redo (session));
  ts_session_undo (session);
  g_assert_true (ts_recipe_equal (ts_session_get_recipe (session), &second));
}

static void
test_selection (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("cells-imagenet.npy");
  g_autoptr (GtkBitset) wanted = gtk_bitset_new_range (10, 20);
  guint n_changes = 0, n_selected;

  g_signal_connect (session, "selection-changed", G_CALLBACK (count_cb), &n_changes);
  ts_session_set_selection (session, wanted);
  g_object_get (session, "n-selected", &n_selected, NULL);
  g_assert_cmpuint (n_selected, ==, 6); /* of 16 images */
  ts_session_set_selection (session, wanted);
  g_assert_cmpuint (n_changes, ==, 1);

  ts_session_set_current (session, 99);
  g_assert_cmpuint (ts_session_get_current (session), ==, 15);
}

static void
test_reload (void)
{
  g_autofree char *folder = fixture_make_folder ();
  g_autofree float *data = fixture_make_floats (8, 3, 16, 16);
  gsize size = 8 * 3 * 16 * 16 * sizeof (float);
  g_autoptr (GFile) file = fixture_write_npy (folder, "x.npy", "<f4", "8, 3, 16, 16", data, size);
  g_autoptr (TsSession) session = fixture_open (file);
  g_autoptr (GtkBitset) selection = gtk_bitset_new_range (2, 4);
  TsRecipe recipe = *ts_session_get_recipe (session);

  recipe.gamma = 2;
  ts_session_set_recipe (session, &recipe, NULL);
  ts_session_set_selection (session, selection);
  ts_session_set_current (session, 7);
  TsView *before = ts_session_get_view (session);

  /* five images now */
  g_object_unref (fixture_write_npy (folder, "x.npy", "<f4", "5, 3, 16, 16", data, size * 5 / 8));
  ts_session_reload (session);
  fixture_wait_loaded (session);
  g_assert_true (ts_session_get_view (session) != before);
  g_assert_cmpfloat (ts_session_get_recipe (session)->gamma, ==, 2);
  g_assert_cmpuint (ts_session_get_current (session), ==, 4);
  g_assert_cmpuint (gtk_bitset_get_size (ts_session_get_selection (session)), ==, 3);

  /* half written: what is shown stays */
  TsView *shown = ts_session_get_view (session);
  g_autofree char *path = g_file_get_path (file);
  g_assert_true (g_file_set_contents (path, "\x93NUM", 4, NULL));
  ts_session_reload (session);
  fixture_wait_loaded (session);
  g_assert_true (ts_session_get_view (session) == shown);
  g_assert_nonnull (ts_session_get_error (session));
  fixture_remove_folder (g_steal_pointer (&folder));
}

static void
test_resolved (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("intensity-nan.npy");
  TsRecipe recipe = *ts_session_get_recipe (session);
  guint n_changes = 0;

  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_IMAGE;
  g_signal_connect (session, "notify::resolved", G_CALLBACK (count_notify_cb), &n_changes);
  ts_session_set_recipe (session, &recipe, NULL);
  while (n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
  double first = ts_session_get_resolved (session)->hi[0];

  TsStats stats;
  g_assert_true (
      ts_batch_stats_get_image (ts_session_get_stats (session), 0, -1, &stats, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (first, stats.max, 1e-6 * stats.max);

  /* of another image */
  n_changes = 0;
  ts_session_set_current (session, 3);
  while (n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (
      ts_batch_stats_get_image (ts_session_get_stats (session), 3, -1, &stats, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (ts_session_get_resolved (session)->hi[0], stats.max,
                                  1e-6 * stats.max);
}

/* What is remembered. */

static void
assert_layout (TsSession *session, const char *layout)
{
  g_assert_cmpstr (ts_batch_get_layout (ts_view_get_batch (ts_session_get_view (session)))->roles,
                   ==, layout);
}

static TsSession *
open_steps (const char *folder, const char *name)
{
  static const float data[6 * 4 * 8 * 8];
  g_autoptr (GFile) file = fixture_write_npy (folder, name, "<f4", "6, 4, 8, 8", data, sizeof data);

  return fixture_open (file);
}

static void
test_memory (void)
{
  g_autofree char *folder = fixture_make_folder ();
  g_autoptr (TsSession) first = open_steps (folder, "step_0001.npy");
  g_autofree char *guess =
      g_strdup (ts_batch_get_layout (ts_view_get_batch (ts_session_get_view (first)))->roles);

  g_assert_cmpstr (guess, !=, "NNHW");
  ts_session_show_node (first, ts_session_get_node (first), "NHWC");
  fixture_wait_loaded (first);
  assert_layout (first, "NHWC");

  /* the next of the same name, and no other */
  g_autoptr (TsSession) second = open_steps (folder, "step_20.npy");
  assert_layout (second, "NHWC");
  g_assert_true (ts_view_is_layout_forced (ts_session_get_view (second)));
  g_autoptr (TsSession) other = open_steps (folder, "stop_20.npy");
  assert_layout (other, guess);

  /* the guess, by its name or by no name, is nothing to remember */
  ts_session_show_node (second, ts_session_get_node (second), guess);
  fixture_wait_loaded (second);
  g_autoptr (TsSession) third = open_steps (folder, "step_3.npy");
  assert_layout (third, guess);
  ts_session_show_node (third, ts_session_get_node (third), "NHWC");
  fixture_wait_loaded (third);
  ts_session_show_node (third, ts_session_get_node (third), NULL);
  fixture_wait_loaded (third);
  assert_layout (third, guess);
  g_autoptr (TsSession) fourth = open_steps (folder, "step_4.npy");
  assert_layout (fourth, guess);

  /* one that does not fit here is left aside */
  g_autofree char *path = g_file_get_path (ts_session_get_file (fourth));
  ts_memory_set_layout (path, "", "NTCHWD");
  g_autoptr (TsSession) fifth = open_steps (folder, "step_5.npy");
  assert_layout (fifth, guess);
  ts_memory_set_layout (path, "", NULL);
  fixture_remove_folder (g_steal_pointer (&folder));
}

/* The oldest are forgotten, and a folder that cannot be written is no failure. */
static void
test_memory_limits (void)
{
  g_autofree char *where = g_build_filename (g_get_user_state_dir (), "tenscope", NULL);
  g_autofree char *file = g_build_filename (where, "files.ini", NULL);
  g_autofree char *last = NULL;

  for (char a = 'a'; a <= 'z'; a++) {
    for (char b = 'a'; b < 'a' + 8; b++) {
      char name[] = { '/', 'x', '/', a, b, '[', '=', ']', '\n', 0 };
      ts_memory_set_layout (name, "a/b = [c]", "HW");
    }
  }
  g_autofree char *first = ts_memory_dup_layout ("/x/aa[=]\n", "a/b = [c]");
  g_assert_null (first);
  last = ts_memory_dup_layout ("/elsewhere/zh[=]\n", "a/b = [c]");
  g_assert_cmpstr (last, ==, "HW");

  g_assert_true (g_file_set_contents (file, "no key file", -1, NULL));
  g_free (g_steal_pointer (&last));
  last = ts_memory_dup_layout ("/x/zh[=]\n", "a/b = [c]");
  g_assert_null (last);
  g_unlink (file);
  g_rmdir (where);
  g_assert_true (g_file_set_contents (where, "not a folder", -1, NULL));
  ts_memory_set_layout ("/x/y", "k", "HW");
  last = ts_memory_dup_layout ("/x/y", "k");
  g_assert_null (last);
  g_unlink (where);
}

/* Edits. */

static void
test_edit_norm (void)
{
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_assert_true (ts_recipe_set_preset (&recipe, "imagenet", NULL));
  g_autofree char *mean = ts_recipe_edit_dup_mean (&recipe);
  g_assert_cmpstr (mean, ==, "0.485,0.456,0.406");

  /* linked means keep their differences */
  ts_recipe_edit_set_mean (&recipe, 3, 0, 0.585, TRUE);
  g_assert_null (recipe.preset);
  g_assert_cmpfloat_with_epsilon (recipe.mean[1], 0.556, 1e-12);
  g_assert_cmpfloat_with_epsilon (recipe.mean[2], 0.506, 1e-12);
  /* linked deviations their ratios */
  ts_recipe_edit_set_std (&recipe, 3, 0, 0.458, TRUE);
  g_assert_cmpfloat_with_epsilon (recipe.std[1], 0.448, 1e-12);
  /* alone */
  ts_recipe_edit_set_mean (&recipe, 3, 2, 0.1, FALSE);
  g_assert_cmpfloat_with_epsilon (recipe.mean[1], 0.556, 1e-12);
  g_assert_cmpfloat (recipe.mean[2], ==, 0.1);

  /* one number stands for all, and stays one while they are linked */
  ts_recipe_set_preset (&recipe, "tanh", NULL);
  ts_recipe_edit_set_mean (&recipe, 3, 1, 0.75, TRUE);
  g_assert_cmpuint (recipe.n_norm, ==, 1);
  g_assert_cmpfloat (recipe.mean[0], ==, 0.75);
  ts_recipe_edit_set_mean (&recipe, 3, 1, 0.25, FALSE);
  g_assert_cmpuint (recipe.n_norm, ==, 3);
  g_assert_cmpfloat (recipe.mean[0], ==, 0.75);
  g_assert_cmpfloat (recipe.std[2], ==, 0.5);

  g_assert_true (ts_recipe_edit_set_std_text (&recipe, "1, 2, 3", &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (recipe.std[2], ==, 3);
  g_assert_false (ts_recipe_edit_set_std_text (&recipe, "1,x", &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

static void
test_edit_channels (void)
{
  const char *good[] = { "auto", "2", "0,1,2", "3,-1,0", "0,1,2,3" };
  const char *bad[] = { "", "a", "-1", "0,1", "1.5", "0,1,2,3,4" };
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_assert_true (ts_recipe_edit_set_channels_text (&recipe, good[i], NULL));
    g_autofree char *text = ts_recipe_edit_dup_channels (&recipe);
    g_assert_cmpstr (text, ==, good[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (ts_recipe_edit_set_channels_text (&recipe, bad[i], &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  }

  ts_recipe_edit_set_channels_text (&recipe, "auto", NULL);
  for (int i = 0; i < 3; i++) {
    ts_recipe_edit_step_channel (&recipe, 3, 1);
    g_assert_cmpint (recipe.channel_mode, ==, TS_CHANNELS_SINGLE);
    g_assert_cmpint (recipe.channels[0], ==, i);
  }
  ts_recipe_edit_step_channel (&recipe, 3, 1);
  g_assert_cmpint (recipe.channel_mode, ==, TS_CHANNELS_AUTO);
  ts_recipe_edit_step_channel (&recipe, 3, -1);
  g_assert_cmpint (recipe.channels[0], ==, 2);
}

static void
test_edit_range (void)
{
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_assert_true (ts_recipe_edit_snap_range (&recipe, -0.97, 1.01));
  g_assert_cmpfloat (recipe.lo[0], ==, -1);
  g_assert_true (ts_recipe_edit_snap_range (&recipe, 3, 240));
  g_assert_cmpfloat (recipe.hi[0], ==, 255);
  g_assert_false (ts_recipe_edit_snap_range (&recipe, -300, 240));

  ts_recipe_edit_step_percentile (&recipe);
  g_assert_cmpint (recipe.range_mode, ==, TS_RANGE_PERCENTILE);
  g_assert_cmpfloat (recipe.percentile_lo, ==, 0.1);
  ts_recipe_edit_step_percentile (&recipe);
  g_assert_cmpfloat (recipe.percentile_hi, ==, 99);

  /* going to fixed keeps what was seen */
  const TsResolved resolved = { .n = 1, .lo = { -3 }, .hi = { 7 } };
  ts_recipe_edit_set_range_mode (&recipe, TS_RANGE_FIXED, &resolved);
  g_assert_cmpfloat (recipe.lo[0], ==, -3);
  g_assert_cmpfloat (recipe.hi[0], ==, 7);
}

/* Ranges of much data: an estimate first. */

static void
wait_resolved (TsSession *session, gboolean is_estimate)
{
  const TsResolved *resolved;

  while ((resolved = ts_session_get_resolved (session)) == NULL ||
         resolved->is_estimate != is_estimate)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_range (TsSession *session, TsRangeMode mode, TsRangeScope scope)
{
  TsRecipe recipe = *ts_session_get_recipe (session);

  recipe.range_mode = mode;
  recipe.scope = scope;
  ts_session_set_recipe (session, &recipe, NULL);
}

static void
note_estimate_cb (TsSession *session, GParamSpec *pspec, double *hi)
{
  const TsResolved *resolved = ts_session_get_resolved (session);

  if (resolved != NULL && resolved->is_estimate)
    *hi = resolved->hi[0];
}

/* The numbers of a sample, which does not look at the second image, and then those of all. */
static void
test_estimate (void)
{
  const FixtureValue values[] = { { 0, 1 }, { 256 * 256 + 77, 9 } };
  g_autofree char *folder = fixture_make_folder ();
  g_autoptr (GFile) file = fixture_write_sparse_npy (folder, "much.npy", "128, 1, 256, 256",
                                                     (guint64) 128 * 256 * 256, values, 2);
  g_autoptr (TsSession) session = fixture_open (file);
  const TsRangeScope scopes[] = { TS_SCOPE_BATCH, TS_SCOPE_FILE };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (scopes); i++) {
    g_autoptr (TsSession) fresh = fixture_open (file);
    double estimated = -1;
    guint n_changes = 0;

    g_signal_connect (fresh, "notify::resolved", G_CALLBACK (note_estimate_cb), &estimated);
    set_range (fresh, i % 2 == 0 ? TS_RANGE_MINMAX : TS_RANGE_PERCENTILE, scopes[i / 2]);
    g_signal_connect (fresh, "recipe-changed", G_CALLBACK (count_cb), &n_changes);
    TsRecipe recipe = *ts_session_get_recipe (fresh);
    recipe.percentile_hi = 100;
    ts_session_set_recipe (fresh, &recipe, NULL);
    wait_resolved (fresh, TRUE);
    g_assert_cmpfloat (estimated, ==, 1);
    g_assert_true (ts_range_count_is_running (ts_session_get_range_count (fresh)));
    n_changes = 0;
    wait_resolved (fresh, FALSE);
    g_assert_cmpfloat (ts_session_get_resolved (fresh)->hi[0], ==, 9);
    g_assert_cmpuint (n_changes, ==, 1); /* so that all is painted anew */
    g_assert_false (ts_range_count_is_running (ts_session_get_range_count (fresh)));
    g_assert_false (ts_session_can_undo (fresh) && ts_session_can_redo (fresh));
  }

  /* files never take an estimate */
  TsResolved resolved;
  set_range (session, TS_RANGE_MINMAX, TS_SCOPE_BATCH);
  g_assert_true (ts_resolve (ts_session_get_recipe (session), ts_session_get_stats (session), 0,
                             &resolved, NULL, NULL));
  g_assert_cmpfloat (resolved.hi[0], ==, 9);
  g_clear_object (&session);
  fixture_remove_folder (g_steal_pointer (&folder));
}

/* 48 GB that nobody counts to the end. */
static void
test_count (void)
{
  g_autofree char *folder = fixture_make_folder ();
  const FixtureValue one = { 0, 1 };
  g_autoptr (GFile) file = fixture_write_sparse_npy (folder, "huge.npy", "4096, 3, 1024, 1024",
                                                     (guint64) 4096 * 3 * 1024 * 1024, &one, 1);
  g_autoptr (TsSession) session = fixture_open (file);
  TsRangeCount *count = ts_session_get_range_count (session);

  g_assert_false (ts_range_count_is_running (count));
  set_range (session, TS_RANGE_MINMAX, TS_SCOPE_BATCH);
  wait_resolved (session, TRUE);
  g_assert_cmpfloat (ts_session_get_resolved (session)->hi[0], ==, 1);
  while (ts_range_count_get_fraction (count) == 0)
    g_main_context_iteration (NULL, TRUE);

  /* what the same count answers lets it go on */
  double before = ts_range_count_get_fraction (count);
  TsRecipe recipe = *ts_session_get_recipe (session);
  recipe.gamma = 2;
  ts_session_set_recipe (session, &recipe, NULL);
  set_range (session, TS_RANGE_SIGMA, TS_SCOPE_BATCH);
  wait_resolved (session, TRUE);
  spin (50);
  g_assert_cmpfloat (ts_range_count_get_fraction (count), >=, before);

  /* what it does not begins anew */
  set_range (session, TS_RANGE_PERCENTILE, TS_SCOPE_BATCH);
  while (ts_range_count_get_fraction (count) >= before)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (ts_range_count_is_running (count));

  /* stopped by the user, it is not begun again by itself */
  ts_range_count_stop (count);
  g_assert_false (ts_range_count_is_running (count));
  recipe = *ts_session_get_recipe (session);
  recipe.gamma = 1;
  ts_session_set_recipe (session, &recipe, NULL);
  spin (50);
  g_assert_false (ts_range_count_is_running (count));
  g_assert_true (ts_session_get_resolved (session)->is_estimate);
  ts_range_count_resume (count);
  g_assert_true (ts_range_count_is_running (count));

  /* a fixed range needs none; another dump neither */
  recipe.range_mode = TS_RANGE_FIXED;
  ts_session_set_recipe (session, &recipe, NULL);
  g_assert_false (ts_range_count_is_running (count));
  g_assert_false (ts_session_get_resolved (session)->is_estimate);
  set_range (session, TS_RANGE_MINMAX, TS_SCOPE_BATCH);
  wait_resolved (session, TRUE);
  g_assert_true (ts_range_count_is_running (count));
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), "features.npy", NULL);
  g_autoptr (GFile) small = g_file_new_for_path (path);
  ts_session_open (session, small);
  fixture_wait_loaded (session);
  g_assert_false (ts_range_count_is_running (count));
  fixture_remove_folder (g_steal_pointer (&folder));
}

int
main (int argc, char *argv[])
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/session/open", test_open);
  g_test_add_func ("/session/bad-file", test_bad_file);
  g_test_add_func ("/session/newest-wins", test_newest_wins);
  g_test_add_func ("/session/cancel-load", test_cancel_load);
  g_test_add_func ("/session/nodes", test_nodes);
  g_test_add_func ("/session/history", test_history);
  g_test_add_func ("/session/selection", test_selection);
  g_test_add_func ("/session/reload", test_reload);
  g_test_add_func ("/session/resolved", test_resolved);
  g_test_add_func ("/session/estimate", test_estimate);
  g_test_add_func ("/session/count", test_count);
  g_test_add_func ("/session/memory", test_memory);
  g_test_add_func ("/session/memory-limits", test_memory_limits);
  g_test_add_func ("/recipe-edit/norm", test_edit_norm);
  g_test_add_func ("/recipe-edit/channels", test_edit_channels);
  g_test_add_func ("/recipe-edit/range", test_edit_range);

  return g_test_run ();
}
