/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"

#include <glib/gi18n.h>

/* What the window shows: the page in the centre, the panes beside it, title and offer, and how all
 * of that gives way in a narrow window. */

/* Below these widths the panes lie over the content. */
#define NARROW      900
#define VERY_NARROW 650

/* What the centre shows. */

static const char *
get_file_name (TsWindow *self, char **to_free)
{
  GFile *file = ts_session_get_file (self->session);

  *to_free = file != NULL ? g_file_get_basename (file) : NULL;
  return *to_free != NULL ? *to_free : "";
}

static void
update_error_page (TsWindow *self)
{
  TsNode *node = ts_session_get_node (self->session);
  const char *error = ts_session_get_error (self->session);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (ts_session_is_file_error (self->session)) {
    title = g_strdup_printf (_ ("“%s” cannot be opened"), get_file_name (self, &name));
    /* the title has named the file */
    if (error != NULL && name != NULL && g_str_has_prefix (error, name) &&
        g_str_has_prefix (error + strlen (name), ": "))
      error += strlen (name) + 2;
  } else {
    const GError *node_error = node != NULL ? ts_node_get_error (node) : NULL;
    title = g_strdup_printf (_ ("“%s” cannot be shown"), node ? ts_node_get_path (node) : "");
    if (node_error != NULL)
      error = node_error->message;
  }
  gtk_widget_set_visible (self->raw_button, ts_session_is_file_error (self->session));
  g_autofree char *escaped = g_markup_escape_text (error != NULL ? error : "", -1);
  g_autofree char *escaped_title = g_markup_escape_text (title, -1);
  adw_status_page_set_title (self->error_page, escaped_title);
  adw_status_page_set_description (self->error_page, escaped);
}

static const char *const mode_names[] = {
  [TS_WINDOW_GRID] = "grid",
  [TS_WINDOW_IMAGE] = "image",
  [TS_WINDOW_COMPARE] = "compare",
};

static const char *
choose_page (TsWindow *self)
{
  TsNode *node = ts_session_get_node (self->session);

  if (ts_session_get_view (self->session) != NULL)
    return mode_names[self->mode];
  if (ts_session_is_file_error (self->session))
    return "error";
  if (node == NULL)
    return "empty";
  return ts_node_get_kind (node) == TS_NODE_ERROR ? "error" : "numbers";
}

void
ts_window_set_mode (TsWindow *self, TsWindowMode mode)
{
  GtkWidget *const widgets[] = {
    [TS_WINDOW_GRID] = GTK_WIDGET (self->grid),
    [TS_WINDOW_IMAGE] = GTK_WIDGET (self->image_view),
    [TS_WINDOW_COMPARE] = GTK_WIDGET (self->compare_view),
  };

  self->mode = mode;
  ts_window_update_stack (self);
  if (ts_session_get_view (self->session) != NULL)
    gtk_widget_grab_focus (widgets[mode]);
}

TsImageView *
ts_window_get_image_view (TsWindow *self)
{
  switch (self->mode) {
  case TS_WINDOW_IMAGE:
    return self->image_view;
  case TS_WINDOW_COMPARE:
    return ts_compare_panes_get_lead (ts_compare_view_get_panes (self->compare_view));
  case TS_WINDOW_GRID:
  default:
    return NULL;
  }
}

/* A pane beside the pictures is there when it is wanted and there is something for it; one that
 * lies over them in a narrow window comes only when asked for. */

gboolean *
ts_window_get_pane_wish (TsWindow *self, gboolean tree)
{
  if (tree)
    return self->narrow ? &self->tree_over : &self->show_tree;
  return self->very_narrow ? &self->inspector_over : &self->show_inspector;
}

void
ts_window_update_panes (TsWindow *self)
{
  gboolean has_document = ts_session_get_document (self->session) != NULL;
  gboolean tree = has_document && *ts_window_get_pane_wish (self, TRUE);
  gboolean inspector = has_document && *ts_window_get_pane_wish (self, FALSE);

  self->updating = TRUE;
  adw_flap_set_reveal_flap (self->tree_flap, tree);
  adw_flap_set_reveal_flap (self->inspector_flap, inspector);
  self->updating = FALSE;
  ts_window_set_enabled (self, "show-tree", has_document);
  ts_window_set_enabled (self, "show-inspector", has_document);
  ts_window_set_state (self, "show-tree", g_variant_new_boolean (tree));
  ts_window_set_state (self, "show-inspector", g_variant_new_boolean (inspector));
}

/* A pane over the pictures was closed by a click beside it. */
void
ts_window_reveal_cb (TsWindow *self, GParamSpec *pspec, AdwFlap *flap)
{
  if (self->updating || ts_session_get_document (self->session) == NULL)
    return;
  *ts_window_get_pane_wish (self, flap == self->tree_flap) = adw_flap_get_reveal_flap (flap);
  ts_window_update_panes (self);
}

void
ts_window_update_stack (TsWindow *self)
{
  const char *page = choose_page (self);

  if (g_str_equal (page, "error"))
    update_error_page (self);
  gtk_stack_set_visible_child_name (self->stack, page);

  gboolean has_view = ts_session_get_view (self->session) != NULL;
  gtk_widget_set_visible (GTK_WIDGET (self->open_button), !self->very_narrow);
  gtk_widget_set_visible (self->open_small_button, self->very_narrow);
  gtk_widget_set_visible (self->export_button, !self->very_narrow); /* the menu has it */
  gtk_widget_set_visible (self->mode_box, has_view && !self->very_narrow);
  gtk_widget_set_visible (self->zoom_box,
                          has_view && !self->narrow && self->mode == TS_WINDOW_GRID);
  gtk_widget_set_visible (GTK_WIDGET (self->status_bar), has_view);
  ts_status_bar_set_single (self->status_bar, self->mode == TS_WINDOW_IMAGE);
  ts_status_bar_set_compact (self->status_bar, self->very_narrow);
  ts_window_update_panes (self);
  ts_window_update_latents (self);
  ts_window_set_state (self, "mode", g_variant_new_string (mode_names[self->mode]));
}

void
ts_window_update_title (TsWindow *self)
{
  TsDocument *document = ts_session_get_document (self->session);
  TsNode *node = ts_session_get_node (self->session);
  TsView *view = ts_session_get_view (self->session);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;

  if (document == NULL || node == NULL) {
    const char *file = get_file_name (self, &name);
    title = g_strdup (*file != '\0' ? file : _ ("Tenscope"));
  } else {
    const char *path = ts_node_get_path (node);
    title = *path != '\0' ? g_strdup_printf ("%s · %s", path, ts_document_get_name (document))
                          : g_strdup (ts_document_get_name (document));
    subtitle =
        view != NULL
            ? g_strdup_printf ("%s · %s", ts_node_get_summary (node),
                               ts_batch_get_layout (ts_view_get_batch (view))->roles)
            : g_strdup (ts_node_get_kind (node) != TS_NODE_ERROR ? ts_node_get_summary (node) : "");
  }
  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, subtitle != NULL ? subtitle : "");
  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* The offer of a normalisation that the values look like. */
void
ts_window_update_offer (TsWindow *self)
{
  TsView *view = ts_session_get_view (self->session);
  const char *offer = view != NULL ? ts_view_get_value_range (view)->offer : NULL;
  const TsPreset *preset = offer != NULL ? ts_preset_find (offer) : NULL;
  const TsRecipe *recipe = ts_session_get_recipe (self->session);
  gboolean taken = preset == NULL || g_strcmp0 (recipe->preset, preset->id) == 0 ||
                   !ts_recipe_equal (recipe, ts_session_get_initial_recipe (self->session));

  if (preset != NULL && !taken) {
    g_autofree char *text = g_strdup_printf (_ ("These values look %s-normalised"),
                                                g_str_equal (offer, "imagenet") ? "ImageNet"
                                                : g_str_equal (offer, "clip")   ? "CLIP"
                                                                              : _ (preset->title));
    gtk_label_set_label (self->offer_label, text);
  }
  gtk_revealer_set_reveal_child (self->offer_revealer, !taken);
}

/* Narrow windows. */

/* Of the window's own buttons, the one that closes it is enough where there is little room. */
static void
update_decoration (TsWindow *self)
{
  g_autofree char *layout = NULL;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-decoration-layout", &layout,
                NULL);
  const char *close = layout != NULL ? strstr (layout, "close") : NULL;
  const char *middle = layout != NULL ? strchr (layout, ':') : NULL;
  gboolean left = close != NULL && (middle == NULL || close < middle);
  adw_header_bar_set_decoration_layout (self->header_bar, !self->very_narrow ? NULL
                                                          : close == NULL    ? ":"
                                                          : left             ? "close:"
                                                                             : ":close");
}

static gboolean
update_folding_cb (gpointer data)
{
  TsWindow *self = data;

  self->layout_idle = 0;
  self->tree_over = FALSE;
  self->inspector_over = FALSE;
  adw_flap_set_fold_policy (self->tree_flap, self->narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS
                                                          : ADW_FLAP_FOLD_POLICY_NEVER);
  adw_flap_set_fold_policy (self->inspector_flap, self->very_narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS
                                                                    : ADW_FLAP_FOLD_POLICY_NEVER);
  update_decoration (self);
  ts_window_update_stack (self);
  return G_SOURCE_REMOVE;
}

void
ts_window_follow_width (TsWindow *self, int width)
{
  gboolean narrow = width < NARROW;
  gboolean very_narrow = width < VERY_NARROW;

  if (narrow == self->narrow && very_narrow == self->very_narrow)
    return;
  self->narrow = narrow;
  self->very_narrow = very_narrow;
  /* not while sizes are being given out, but before the next frame */
  if (self->layout_idle == 0)
    self->layout_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_folding_cb, self, NULL);
}
