/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app-fixture.h"
#include "app/ts-application.h"
#include "app/ts-window-private.h"

/* A real window on a sample, for the tests that look at one. */

#define LIMIT_MS 60000

static TsApplication *application;

static inline gboolean
timeout_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Turns the main loop until @condition, or fails. */
#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gboolean over = FALSE;                                                                         \
    guint id = g_timeout_add (LIMIT_MS, timeout_cb, &over);                                        \
    while (!(condition) && !over)                                                                  \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_assert_false (over);                                                                         \
    g_source_remove (id);                                                                          \
  }                                                                                                \
  G_STMT_END

static inline gboolean
start (void)
{
  if (!fixture_has_display ())
    return FALSE;
  if (application == NULL) {
    g_autoptr (GError) error = NULL;
    application = ts_application_new ();
    g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
    g_assert_true (g_application_register (G_APPLICATION (application), NULL, &error));
    g_assert_no_error (error);
  }
  return TRUE;
}

static inline TsWindow *
open_window (GFile *file)
{
  TsWindow *window = ts_window_new (ADW_APPLICATION (application));

  gtk_window_set_default_size (GTK_WINDOW (window), 1400, 900);
  if (file != NULL)
    ts_window_open (window, file);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (window)));
  fixture_wait_loaded (window->session);
  return window;
}

static inline TsWindow *
open_sample (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  TsWindow *window = open_window (file);

  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "grid");
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  return window;
}

static inline void
close_window (TsWindow *window)
{
  TsSession *session = window->session;

  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  g_object_add_weak_pointer (G_OBJECT (session), (gpointer *) &session);
  gtk_window_destroy (GTK_WINDOW (window));
  WAIT_FOR (window == NULL && session == NULL);
}

static inline GVariant *
get_state (TsWindow *window, const char *action)
{
  return g_action_group_get_action_state (G_ACTION_GROUP (window), action);
}

static inline void
set_state (TsWindow *window, const char *action, GVariant *value)
{
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), action));
  g_action_group_activate_action (G_ACTION_GROUP (window), action, value);
}

static inline void
assert_state (TsWindow *window, const char *action, const char *expected)
{
  g_autoptr (GVariant) state = get_state (window, action);
  g_autofree char *text = g_variant_print (state, FALSE);

  g_assert_cmpstr (text, ==, expected);
}
