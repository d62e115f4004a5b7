/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-application.h"
#include "app/ts-window-private.h"

#include "app/ts-grid-private.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* The grid or the single view alone, to look at and to measure; not installed.
 *
 *   demo-widgets [--view | --window] [--zoom Z] [--select N] [--current K] [--ticks N] [--dark]
 * FILE
 *
 * --ticks N changes the recipe N times, one a frame, and prints what it costs. --scroll N goes from
 * the first image to the last in N steps, one a frame, and prints for how long the main loop was
 * busy between two polls, drawing by GTK included. */

static gboolean show_view, show_window, dark;
static double zoom;
static int n_select, current = -1, n_ticks, n_steps, width = 1280, height = 860;

static const GOptionEntry entries[] = {
  { "view", 0, 0, G_OPTION_ARG_NONE, &show_view, "Single view", NULL },
  { "window", 0, 0, G_OPTION_ARG_NONE, &show_window, "The whole window", NULL },
  { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, "Dark style", NULL },
  { "zoom", 0, 0, G_OPTION_ARG_DOUBLE, &zoom, "Zoom", "Z" },
  { "select", 0, 0, G_OPTION_ARG_INT, &n_select, "Select every Nth", "N" },
  { "current", 0, 0, G_OPTION_ARG_INT, &current, "Current image", "K" },
  { "ticks", 0, 0, G_OPTION_ARG_INT, &n_ticks, "Measure", "N" },
  { "scroll", 0, 0, G_OPTION_ARG_INT, &n_steps, "Scroll from end to end and measure", "N" },
  { "width", 0, 0, G_OPTION_ARG_INT, &width, "Window width", "W" },
  { "height", 0, 0, G_OPTION_ARG_INT, &height, "Window height", "H" },
  { NULL },
};

/* How long the main loop is busy between two polls: time of the processor, so that what else runs
 * on the machine does not count. */

static GArray *busy;
static gint64 polled_us;

static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static int
poll_cb (GPollFD *fds, guint n, int timeout)
{
  gint64 us = get_cpu_us () - polled_us;

  if (polled_us != 0)
    g_array_append_val (busy, us);
  int found = g_poll (fds, n, timeout);
  polled_us = get_cpu_us ();
  return found;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 d = *(const gint64 *) a - *(const gint64 *) b;

  return d < 0 ? -1 : d > 0;
}

static void
measure (TsSession *session, TsGrid *grid)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (int i = 0; i < n_ticks; i++) {
    TsRecipe recipe = *ts_session_get_recipe (session);
    recipe.preset = NULL;
    recipe.mean[0] = 0.5 + 0.2 * sin (i * 0.1);
    gint64 start_us = g_get_monotonic_time ();
    grid->tick_us = 0;
    ts_session_set_recipe (session, &recipe, "drag");
    gint64 handler_us = g_get_monotonic_time () - start_us;
    g_assert_true (ts_grid_wait_idle (grid, 5000));
    gint64 total_us = handler_us + grid->tick_us;
    g_array_append_val (times, total_us);
  }
  g_array_sort (times, compare);
  g_print ("tick: median %.2f ms, 90 %% %.2f ms, worst %.2f ms (main thread, waiting for workers "
           "included); last pass %.2f ms of work in all threads\n",
           g_array_index (times, gint64, times->len / 2) / 1e3,
           g_array_index (times, gint64, times->len * 9 / 10) / 1e3,
           g_array_index (times, gint64, times->len - 1) / 1e3, grid->work_us / 1e3);
}

static gboolean
step_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (widget));
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
  int *step = data;

  gtk_adjustment_set_value (adjustment, end * *step / MAX (n_steps, 1));
  return ++*step <= n_steps ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
measure_scroll (TsGrid *grid)
{
  int step = 0;
  gint64 start_us = g_get_monotonic_time ();

  g_array_set_size (busy, 0);
  grid->tick_us = 0;
  gtk_widget_add_tick_callback (GTK_WIDGET (grid), step_cb, &step, NULL);
  while (step <= n_steps)
    g_main_context_iteration (NULL, TRUE);
  gint64 took_us = g_get_monotonic_time () - start_us;
  ts_grid_wait_idle (grid, 5000);
  g_array_sort (busy, compare);
  guint n = busy->len;
  g_print ("scroll: %d steps in %.2f s; busy between polls: median %.2f ms, 99 %% %.2f ms, worst "
           "%.2f ms; in the grid %.2f ms a step, waiting for workers included\n",
           n_steps, took_us / 1e6, g_array_index (busy, gint64, n / 2) / 1e3,
           g_array_index (busy, gint64, n * 99 / 100) / 1e3,
           g_array_index (busy, gint64, n - 1) / 1e3, grid->tick_us / 1e3 / MAX (n_steps, 1));
}

/* The same in the window of the program, with all that follows the session. */
static int
measure_window (GFile *file)
{
  g_autoptr (TsApplication) application = ts_application_new ();
  g_autoptr (GError) error = NULL;

  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  if (!g_application_register (G_APPLICATION (application), NULL, &error)) {
    g_printerr ("%s\n", error->message);
    return 3;
  }
  TsWindow *window = ts_window_new (ADW_APPLICATION (application));
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_widget_get_mapped (GTK_WIDGET (window)))
    g_main_context_iteration (NULL, TRUE);
  for (gint64 end_us = g_get_monotonic_time () + G_USEC_PER_SEC; g_get_monotonic_time () < end_us;)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  g_array_set_size (busy, 0);
  ts_window_open (window, file);
  while (ts_session_get_loading (window->session) || !ts_grid_wait_idle (window->grid, 60000))
    g_main_context_iteration (NULL, TRUE);
  g_array_sort (busy, compare);
  g_print ("opened: worst %.2f ms busy between polls, next %.2f ms\n",
           (double) g_array_index (busy, gint64, busy->len - 1) / 1e3,
           (double) g_array_index (busy, gint64, busy->len - 2) / 1e3);
  measure_scroll (window->grid);
  return 0;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc < 2) {
    g_printerr ("%s\n", error != NULL ? error->message : "no file");
    return 2;
  }
  gtk_init ();
  busy = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (n_steps > 0)
    g_main_context_set_poll_func (NULL, poll_cb);
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", dark, NULL);

  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[1]);
  if (show_window)
    return measure_window (file);
  g_autoptr (TsSession) session = ts_session_new ();
  ts_session_open (session, file);
  while (ts_session_get_loading (session))
    g_main_context_iteration (NULL, TRUE);
  if (ts_session_get_error (session) != NULL) {
    g_printerr ("%s\n", ts_session_get_error (session));
    return 3;
  }

  GtkWidget *window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  GtkWidget *child;
  if (show_view) {
    child = ts_image_view_new ();
    ts_image_view_set_session (TS_IMAGE_VIEW (child), session);
    if (zoom > 0)
      ts_image_view_set_zoom (TS_IMAGE_VIEW (child), zoom);
    gtk_window_set_child (GTK_WINDOW (window), child);
  } else {
    GtkWidget *scrolled = gtk_scrolled_window_new ();
    child = ts_grid_new ();
    ts_grid_set_session (TS_GRID (child), session);
    gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
    gtk_window_set_child (GTK_WINDOW (window), scrolled);
  }
  gtk_window_present (GTK_WINDOW (window));
  if (!show_view) {
    ts_grid_wait_idle (TS_GRID (child), 5000);
    if (zoom > 0)
      ts_session_set_zoom (session, zoom);
    if (n_select > 0) {
      g_autoptr (GtkBitset) selection = gtk_bitset_new_empty ();
      for (guint i = 0; i < 1000; i += (guint) n_select)
        gtk_bitset_add (selection, i);
      ts_session_set_selection (session, selection);
    }
    gtk_widget_grab_focus (child);
  }
  if (current >= 0)
    ts_session_set_current (session, (guint) current);
  if (n_ticks > 0 && !show_view) {
    measure (session, TS_GRID (child));
    return 0;
  }
  if (n_steps > 0 && !show_view) {
    g_array_sort (busy, compare);
    g_print ("opened: worst %.2f ms busy between polls\n",
             g_array_index (busy, gint64, busy->len - 1) / 1e3);
    measure_scroll (TS_GRID (child));
    return 0;
  }
  while (gtk_widget_get_mapped (window))
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
