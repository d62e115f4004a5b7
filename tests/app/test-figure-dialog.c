/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The figure dialog: what it writes is what tenscope-cli writes, byte for byte; its preview follows
 * what is typed and dragged. */

#include "config.h"

#include "app/ts-figure-dialog.h"
#include "window-fixture.h"

#undef LIMIT_MS
#define LIMIT_MS 90000

static TsFigureDialog *
open_dialog (TsWindow *window)
{
  set_state (window, "figure", NULL);
  g_assert_true (TS_IS_FIGURE_DIALOG (window->figure_dialog));
  TsFigureDialog *dialog = TS_FIGURE_DIALOG (window->figure_dialog);
  WAIT_FOR (!ts_figure_dialog_is_busy (dialog) &&
            ts_figure_view_get_picture (ts_figure_dialog_get_view (dialog)) != NULL);
  return dialog;
}

/* A control by the title of its row. */
static GtkWidget *
find_row (GtkWidget *root, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (root) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find_row (child, title);
    if (found != NULL)
      return found;
  }
  return NULL;
}

static GtkWidget *
find_type (GtkWidget *root, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find_type (child, type);
    if (found != NULL)
      return found;
  }
  return NULL;
}

static GtkWidget *
get_row (TsFigureDialog *dialog, const char *title)
{
  GtkWidget *row = find_row (GTK_WIDGET (dialog), title);

  g_assert_nonnull (row);
  return row;
}

static void
type (TsFigureDialog *dialog, const char *title, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (get_row (dialog, title)), text);
}

static void
spin (TsFigureDialog *dialog, const char *title, double value)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (
                                 find_type (get_row (dialog, title), GTK_TYPE_SPIN_BUTTON)),
                             value);
}

static void
flip (TsFigureDialog *dialog, const char *title)
{
  gtk_switch_set_active (GTK_SWITCH (find_type (get_row (dialog, title), GTK_TYPE_SWITCH)), TRUE);
}

typedef struct
{
  gboolean over;
  char *failure;
} Outcome;

static void
written_cb (TsFigureDialog *dialog, GFile *file, Outcome *outcome)
{
  outcome->over = TRUE;
}

static void
failed_cb (TsFigureDialog *dialog, const char *message, Outcome *outcome)
{
  outcome->over = TRUE;
  outcome->failure = g_strdup (message);
}

/* The message; %NULL when it was written. */
static char *
write_file (TsFigureDialog *dialog, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Outcome outcome = { 0 };
  gulong written = g_signal_connect (dialog, "written", G_CALLBACK (written_cb), &outcome);
  gulong failed = g_signal_connect (dialog, "failed", G_CALLBACK (failed_cb), &outcome);

  ts_figure_dialog_write (dialog, file);
  WAIT_FOR (outcome.over);
  g_signal_handler_disconnect (dialog, written);
  g_signal_handler_disconnect (dialog, failed);
  return outcome.failure;
}

/* Runs tenscope-cli on the sample and compares what both have written. */
static void
assert_same (const char *command, const char *options, const char *path, const char *folder)
{
  g_autofree char *sample = g_build_filename (g_getenv ("TS_SAMPLES"), "cells.pt", NULL);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *other = g_strdup_printf ("%s/cli-%s", folder, name);
  g_autofree char *line = g_strdup_printf ("'%s' %s '%s' %s --quiet -o '%s'", g_getenv ("TS_CLI"),
                                           command, sample, options, other);
  g_autofree char *errors = NULL;
  g_autoptr (GMappedFile) a = NULL;
  g_autoptr (GMappedFile) b = NULL;
  int status;

  g_assert_true (g_spawn_command_line_sync (line, NULL, &errors, &status, NULL));
  g_assert_cmpstr (errors, ==, "");
  g_assert_cmpint (status, ==, 0);
  a = g_mapped_file_new (path, FALSE, NULL);
  b = g_mapped_file_new (other, FALSE, NULL);
  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpmem (g_mapped_file_get_contents (a), g_mapped_file_get_length (a),
                   g_mapped_file_get_contents (b), g_mapped_file_get_length (b));
}

static void
test_same_bytes (void)
{
  static const char *const names[] = { "png", "pdf", "svg" };

  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  g_autofree char *folder = fixture_make_folder ();
  g_autoptr (GtkBitset) selection = gtk_bitset_new_range (3, 10);
  TsFigureDialog *dialog;

  ts_session_set_selection (window->session, selection);
  set_state (window, "gamma", g_variant_new_double (1.4));
  dialog = open_dialog (window);
  adw_combo_row_set_selected (ADW_COMBO_ROW (get_row (dialog, "Width")), 1);
  type (dialog, "Title", "Cells & more");
  type (dialog, "Caption of each image", "seed {seed}");
  type (dialog, "Cut out: left, top, width, height", "4, 4, 50, 48");
  type (dialog, "Row titles, with commas between", "a, b,c");
  spin (dialog, "Columns", 4);
  spin (dialog, "Text size", 7);
  flip (dialog, "Row titles upright");
  flip (dialog, "Dark");
  ts_figure_page_set_loupe (ts_figure_dialog_get_page (dialog), 0, &(TsRect){ 8, 9, 10, 11 });
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_strdup_printf ("%s/figure.%s", folder, names[i]);

    g_assert_true (ts_figure_dialog_set_format (dialog, names[i]));
    g_assert_cmpstr (write_file (dialog, path), ==, NULL);
    assert_same ("figure",
                 "--index 3-12 --gamma 1.4 --width ieee-column --title 'Cells & more' "
                 "--labels 'seed {seed}' --crop 4,4,50,48 --row-titles a,b,c --columns 4 "
                 "--font-size 7 --upright-titles --dark --loupe 8,9,10,11 --dpi 300",
                 path, folder);
  }
  WAIT_FOR (!ts_figure_dialog_is_busy (dialog));
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

static void
test_animations (void)
{
  static const char *const names[] = { "apng", "webp" };

  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  g_autofree char *folder = fixture_make_folder ();
  TsFigureDialog *dialog = open_dialog (window);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_strdup_printf ("%s/walk.%s", folder, names[i]);

    if (!ts_figure_dialog_set_format (dialog, names[i]))
      continue; /* built without */
    spin (dialog, "Images a second", 12.5);
    spin (dialog, "Times it is played", 3);
    adw_combo_row_set_selected (ADW_COMBO_ROW (get_row (dialog, "Order")), 2);
    g_assert_cmpstr (write_file (dialog, path), ==, NULL);
    assert_same ("animate", "--fps 12.5 --loop 3 --order ping-pong --scale 4", path, folder);
  }
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

/* Newest settings win; what cannot be drawn is said and comes back when it can. */
static void
test_preview (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  TsFigureDialog *dialog = open_dialog (window);
  TsFigureView *view = ts_figure_dialog_get_view (dialog);
  GdkTexture *before;
  g_autofree char *path = NULL;
  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *message = NULL;
  TsFigureOptions options;

  /* what was written last is remembered, here an animation */
  g_assert_true (ts_figure_dialog_set_format (dialog, "pdf"));
  WAIT_FOR (!ts_figure_dialog_is_busy (dialog));
  before = ts_figure_view_get_picture (view);
  path = g_build_filename (folder, "none.pdf", NULL);
  for (guint i = 0; i < 30; i++) {
    g_autofree char *title = g_strdup_printf ("Title %u", i);

    type (dialog, "Title", title);
    spin (dialog, "Columns", 1 + i % 9);
    g_main_context_iteration (NULL, FALSE);
  }
  WAIT_FOR (!ts_figure_dialog_is_busy (dialog));
  g_assert_true (ts_figure_view_get_picture (view) != before);

  type (dialog, "Caption of each image", "{nonsense}");
  message = write_file (dialog, path);
  g_assert_nonnull (message);
  g_assert_nonnull (strstr (message, "nonsense"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  type (dialog, "Caption of each image", "");
  g_assert_cmpstr (write_file (dialog, path), ==, NULL);

  /* a drag over an image is the loupe, then the cut */
  GdkTexture *picture = ts_figure_view_get_picture (view);
  double middle = gdk_texture_get_width (picture) / 2.0;
  spin (dialog, "Columns", 5); /* one is in the middle */
  WAIT_FOR (!ts_figure_dialog_is_busy (dialog));
  picture = ts_figure_view_get_picture (view);
  middle = gdk_texture_get_width (picture) / 2.0;
  options.n_loupes = 0;
  for (int y = 8; options.n_loupes == 0 && y + 32 < gdk_texture_get_height (picture); y += 8) {
    ts_figure_view_mark (view, middle, y, middle + 24,
                         y + 24); /* from the title down to an image */
    g_assert_true (ts_figure_page_get_options (ts_figure_dialog_get_page (dialog), &options, NULL));
  }
  g_assert_cmpuint (options.n_loupes, ==, 1);
  WAIT_FOR (!ts_figure_dialog_is_busy (dialog));
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

/* Whole or not there at all. */
static gboolean
is_clean (const char *folder, const char *name)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *found = g_dir_read_name (dir);

  g_usleep (1000);
  g_main_context_wakeup (NULL); /* WAIT_FOR looks again */
  return found == NULL || (g_str_equal (found, name) && g_dir_read_name (dir) == NULL);
}

/* Closed while it draws and writes. */
static void
test_close (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *path = g_build_filename (folder, "walk.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  TsFigureDialog *dialog = open_dialog (window);
  GtkWidget *gone = GTK_WIDGET (dialog);

  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &gone);
  g_assert_true (ts_figure_dialog_set_format (dialog, "apng"));
  spin (dialog, "Scale", 8);
  ts_figure_dialog_write (dialog, file);
  gtk_window_close (GTK_WINDOW (dialog));
  WAIT_FOR (gone == NULL);
  g_assert_null (window->figure_dialog);
  WAIT_FOR (is_clean (folder, "walk.png")); /* the thread takes back what it has begun */

  /* and with its window */
  dialog = open_dialog (window);
  type (dialog, "Title", "x");
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/figure-dialog/same-bytes", test_same_bytes);
  g_test_add_func ("/figure-dialog/animations", test_animations);
  g_test_add_func ("/figure-dialog/preview", test_preview);
  g_test_add_func ("/figure-dialog/close", test_close);
  return g_test_run ();
}
