/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-page.h"

#include "app/ts-rows.h"
#include "export/ts-export-job.h"
#include "export/ts-params.h"

#include <glib/gi18n.h>
#include <string.h>

#define N_LOUPES 2

typedef struct
{
  AdwExpanderRow *row;
  AdwEntryRow *rect_row;
  AdwComboRow *place_row;
  GtkSpinButton *zoom_spin; /* 0 chooses */
} Loupe;

struct _TsFigurePage
{
  AdwBin parent_instance;

  /* children */
  AdwComboRow *width_row; /* as it comes, those known, another */
  AdwEntryRow *custom_row;
  GtkSpinButton *dpi_spin;
  GtkSpinButton *columns_spin;
  GtkSpinButton *gap_spin;
  GtkSpinButton *scale_spin; /* 0 chooses */
  GtkSwitch *dark_switch;
  AdwEntryRow *title_row;
  AdwEntryRow *labels_row;
  AdwComboRow *rows_by_row; /* none, then the fields */
  AdwEntryRow *row_titles_row;
  AdwEntryRow *column_titles_row;
  GtkSwitch *upright_switch;
  GtkSwitch *bar_switch;
  GtkDropDown *font_drop_down;
  GtkSpinButton *font_size_spin;
  AdwEntryRow *crop_row;
  Loupe loupes[N_LOUPES];

  /* owned */
  TsView *view;
  GSettings *settings; /* (nullable) */
  GStrv fields;        /* that rows can go by */
  GStrv row_titles, column_titles;

  gboolean updating;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (TsFigurePage, ts_figure_page, ADW_TYPE_BIN)

static guint
count_widths (void)
{
  guint n = 0;

  while (ts_figure_widths[n].id != NULL)
    n++;
  return n;
}

static void
update_rows (TsFigurePage *self)
{
  guint width = adw_combo_row_get_selected (self->width_row);

  ts_rows_show (self->custom_row, width == count_widths () + 1);
}

static void
changed_cb (gpointer data)
{
  TsFigurePage *self = data;

  if (self->updating)
    return;
  update_rows (self);
  g_signal_emit (self, changed_signal, 0);
}

static const char *
get_text (AdwEntryRow *row)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  return *text != '\0' ? text : NULL;
}

/* The page. */

static void
fill_page (TsFigurePage *self, AdwPreferencesPage *page)
{
  TsRows rows = ts_rows_add_group (page, _ ("Page"), changed_cb, self);
  g_autoptr (GPtrArray) widths = g_ptr_array_new ();

  g_ptr_array_add (widths, _ ("As wide as it comes"));
  for (guint i = 0; i < count_widths (); i++)
    g_ptr_array_add (widths, (char *) _ (ts_figure_widths[i].title));
  g_ptr_array_add (widths, _ ("Another width"));
  g_ptr_array_add (widths, NULL);
  self->width_row = ts_rows_add_combo (&rows, _ ("Width"), (const char *const *) widths->pdata);
  self->custom_row = ts_rows_add_entry (&rows, _ ("Width, such as 85 mm or 3.5 in"));
  self->dpi_spin =
      ts_rows_add_spin (&rows, _ ("Resolution"), _ ("Pixels per inch"), 36, 2400, 50, 0);
  self->columns_spin = ts_rows_add_spin (&rows, _ ("Columns"), NULL, 1, 1000, 1, 0);
  self->gap_spin =
      ts_rows_add_spin (&rows, _ ("Gap"), _ ("Between images, in points"), 0, 1000, 1, 1);
  self->scale_spin =
      ts_rows_add_spin (&rows, _ ("Scale"), _ ("Pixels of the page for one; 0 is what fits"), 0,
                                               1024, 1, 0);
  self->dark_switch = ts_rows_add_switch (&rows, _ ("Dark"), NULL);
}

/* Words. */

static void
field_clicked_cb (TsFigurePage *self, GtkButton *button)
{
  GtkEditable *editable = GTK_EDITABLE (self->labels_row);
  const char *text = gtk_editable_get_text (editable);
  int position = (int) g_utf8_strlen (text, -1);

  if (position > 0)
    gtk_editable_insert_text (editable, " ", 1, &position);
  gtk_editable_insert_text (editable, gtk_button_get_label (button), -1, &position);
}

static void
add_fields (TsFigurePage *self, const TsRows *rows)
{
  g_auto (GStrv) fields = ts_export_template_fields (self->view);
  GtkWidget *box = gtk_flow_box_new ();
  GtkWidget *row = adw_preferences_row_new ();

  gtk_widget_add_css_class (box, "name-box");
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (box), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (box), 12);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (box), 6);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (box), 6);
  for (guint i = 0; fields != NULL && fields[i] != NULL; i++) {
    g_autofree char *label = g_strdup_printf ("{%s}", fields[i]);
    g_autofree char *name = g_strdup_printf (_ ("Insert %s"), label);
    GtkWidget *button = gtk_button_new_with_label (label);

    gtk_widget_add_css_class (button, "chip");
    gtk_widget_set_tooltip_text (button, name);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                    -1);
    g_signal_connect_object (button, "clicked", G_CALLBACK (field_clicked_cb), self,
                             G_CONNECT_SWAPPED);
    gtk_flow_box_append (GTK_FLOW_BOX (box), button);
    gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
  }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Fields of captions"), -1);
  adw_preferences_group_add (rows->group, row);
}

/* What differs from image to image and is one number or text. */
static void
find_fields (TsFigurePage *self)
{
  g_autoptr (TsParams) params = ts_params_new (ts_view_get_pairing (self->view));
  TsPairing *pairing = ts_view_get_pairing (self->view);
  GPtrArray *fields = g_ptr_array_new ();

  for (guint i = 0; i < ts_params_get_n (params); i++) {
    const char *key = ts_params_get_key (params, i);
    gboolean is_constant = FALSE;

    for (guint k = 0; k < ts_pairing_get_constants (pairing)->len; k++)
      is_constant |=
          g_strcmp0 (ts_node_get_name (g_ptr_array_index (ts_pairing_get_constants (pairing), k)),
                     key) == 0;
    if (ts_params_is_scalar (params, i) && !is_constant)
      g_ptr_array_add (fields, g_strdup (key));
  }
  g_ptr_array_add (fields, NULL);
  self->fields = (GStrv) g_ptr_array_free (fields, FALSE);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

static GtkWidget *
make_fonts (TsFigurePage *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  GtkStringList *list = gtk_string_list_new (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  PangoFontFamily **families;
  int n;
  GtkWidget *drop_down;

  pango_context_list_families (context, &families, &n);
  for (int i = 0; i < n; i++)
    g_ptr_array_add (names, (char *) pango_font_family_get_name (families[i]));
  g_ptr_array_sort (names, compare_names);
  gtk_string_list_append (list, "sans-serif");
  for (guint i = 0; i < names->len; i++)
    gtk_string_list_append (list, g_ptr_array_index (names, i));
  g_free (families);
  drop_down =
      gtk_drop_down_new (G_LIST_MODEL (list),
                         gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (drop_down), TRUE);
  g_signal_connect_object (drop_down, "notify::selected", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  return drop_down;
}

static void
fill_words (TsFigurePage *self, AdwPreferencesPage *page)
{
  TsRows rows = ts_rows_add_group (page, _ ("Text"), changed_cb, self);

  self->title_row = ts_rows_add_entry (&rows, _ ("Title"));
  self->labels_row = ts_rows_add_entry (&rows, _ ("Caption of each image"));
  add_fields (self, &rows);
  self->column_titles_row = ts_rows_add_entry (&rows, _ ("Column titles, with commas between"));
  self->row_titles_row = ts_rows_add_entry (&rows, _ ("Row titles, with commas between"));
  self->upright_switch = ts_rows_add_switch (&rows, _ ("Row titles upright"), NULL);
  self->font_drop_down = GTK_DROP_DOWN (make_fonts (self));
  ts_rows_add (&rows, _ ("Font"), NULL, GTK_WIDGET (self->font_drop_down));
  self->font_size_spin = ts_rows_add_spin (&rows, _ ("Text size"), _ ("In points"), 1, 200, 0.5, 1);
}

/* Rows and values. */
static void
fill_values (TsFigurePage *self, AdwPreferencesPage *page)
{
  TsRows rows = ts_rows_add_group (page, _ ("Values"), changed_cb, self);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_ptr_array_add (names, _ ("One after the other"));
  for (guint i = 0; self->fields[i] != NULL; i++)
    g_ptr_array_add (names, self->fields[i]);
  g_ptr_array_add (names, NULL);
  self->rows_by_row =
      ts_rows_add_combo (&rows, _ ("A row for each"), (const char *const *) names->pdata);
  ts_rows_show (self->rows_by_row, names->len > 2);
  self->bar_switch =
      ts_rows_add_switch (&rows, _ ("Colour bar"), _ ("With the values that colours stand for"));
}

/* Parts of images. */

static void
fill_loupe (TsFigurePage *self, Loupe *loupe, const char *title, const TsRows *group)
{
  const char *const places[] = { _ ("Free corner or below"),
                                    _ ("Top left"),
                                       _ ("Top right"),
                                          _ ("Bottom left"),
                                             _ ("Bottom right"),
                                                _ ("Below"),
                                                   _ ("At the right"),
                                                      NULL };
  TsRows rows = *group;

  loupe->row = ADW_EXPANDER_ROW (adw_expander_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (loupe->row), title);
  adw_expander_row_set_show_enable_switch (loupe->row, TRUE);
  adw_expander_row_set_enable_expansion (loupe->row, FALSE);
  adw_preferences_group_add (group->group, GTK_WIDGET (loupe->row));
  g_signal_connect_object (loupe->row, "notify::enable-expansion", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);

  /* made as rows of a group of their own, which goes with its rows into the expander */
  rows.group = ADW_PREFERENCES_GROUP (g_object_ref_sink (adw_preferences_group_new ()));
  loupe->rect_row = ts_rows_add_entry (&rows, _ ("Left, top, width, height in pixels"));
  loupe->place_row = ts_rows_add_combo (&rows, _ ("Place"), places);
  loupe->zoom_spin =
      ts_rows_add_spin (&rows, _ ("Times as large"), _ ("0 is what fits"), 0, 64, 1, 0);
  GtkWidget *children[] = { GTK_WIDGET (loupe->rect_row), GTK_WIDGET (loupe->place_row),
                            gtk_widget_get_ancestor (GTK_WIDGET (loupe->zoom_spin),
                                                     ADW_TYPE_ACTION_ROW) };
  for (guint i = 0; i < G_N_ELEMENTS (children); i++) {
    g_object_ref (children[i]);
    adw_preferences_group_remove (rows.group, children[i]);
    adw_expander_row_add_row (loupe->row, children[i]);
    g_object_unref (children[i]);
  }
  g_object_unref (rows.group);
}

static void
fill_parts (TsFigurePage *self, AdwPreferencesPage *page)
{
  TsRows rows = ts_rows_add_group (page, _ ("Parts of images"), changed_cb, self);

  adw_preferences_group_set_description (rows.group, _ ("Drag over an image of the preview"));
  self->crop_row = ts_rows_add_entry (&rows, _ ("Cut out: left, top, width, height"));
  fill_loupe (self, &self->loupes[0], _ ("Loupe"), &rows);
  fill_loupe (self, &self->loupes[1], _ ("Second loupe"), &rows);
}

/* What is chosen. */

static gboolean
get_width (TsFigurePage *self, double *width_mm, GError **error)
{
  guint selected = adw_combo_row_get_selected (self->width_row);

  *width_mm = 0;
  if (selected == 0)
    return TRUE;
  if (selected <= count_widths ()) {
    *width_mm = ts_figure_widths[selected - 1].width_mm;
    return TRUE;
  }
  return get_text (self->custom_row) == NULL ||
         ts_figure_parse_width (get_text (self->custom_row), width_mm, error);
}

static gboolean
get_loupes (TsFigurePage *self, TsFigureOptions *options, GError **error)
{
  for (guint i = 0; i < N_LOUPES; i++) {
    const Loupe *loupe = &self->loupes[i];
    TsFigureLoupe *out = &options->loupes[options->n_loupes];

    if (!adw_expander_row_get_enable_expansion (loupe->row) || get_text (loupe->rect_row) == NULL)
      continue;
    *out = (TsFigureLoupe){ .color = -1 };
    if (!ts_figure_parse_rect (get_text (loupe->rect_row), &out->rect, error))
      return FALSE;
    out->place = (TsFigurePlace) adw_combo_row_get_selected (loupe->place_row);
    out->zoom = (guint) gtk_spin_button_get_value_as_int (loupe->zoom_spin);
    options->n_loupes++;
  }
  return TRUE;
}

static const char *const *
get_titles (AdwEntryRow *row, GStrv *storage)
{
  const char *text = get_text (row);

  g_clear_pointer (storage, g_strfreev);
  if (text == NULL)
    return NULL;
  *storage = g_strsplit (text, ",", -1);
  for (guint i = 0; (*storage)[i] != NULL; i++)
    g_strstrip ((*storage)[i]);
  return (const char *const *) *storage;
}

gboolean
ts_figure_page_get_options (TsFigurePage *self, TsFigureOptions *options, GError **error)
{
  g_return_val_if_fail (TS_IS_FIGURE_PAGE (self), FALSE);

  guint rows_by = adw_combo_row_get_selected (self->rows_by_row);
  GtkStringObject *font = gtk_drop_down_get_selected_item (self->font_drop_down);

  ts_figure_options_init (options);
  options->n_columns = (guint) gtk_spin_button_get_value_as_int (self->columns_spin);
  options->gap_pt = gtk_spin_button_get_value (self->gap_spin);
  options->scale = (guint) gtk_spin_button_get_value_as_int (self->scale_spin);
  options->dpi = gtk_spin_button_get_value (self->dpi_spin);
  options->font_pt = gtk_spin_button_get_value (self->font_size_spin);
  options->font = font != NULL && gtk_drop_down_get_selected (self->font_drop_down) > 0
                      ? gtk_string_object_get_string (font)
                      : NULL;
  options->title = get_text (self->title_row);
  options->labels = get_text (self->labels_row);
  options->rows_by =
      rows_by > 0 && rows_by != GTK_INVALID_LIST_POSITION ? self->fields[rows_by - 1] : NULL;
  options->row_titles = get_titles (self->row_titles_row, &self->row_titles);
  options->column_titles = get_titles (self->column_titles_row, &self->column_titles);
  options->upright_titles = gtk_switch_get_active (self->upright_switch);
  options->colorbar = gtk_switch_get_active (self->bar_switch);
  options->dark = gtk_switch_get_active (self->dark_switch);
  return get_width (self, &options->width_mm, error) &&
         (get_text (self->crop_row) == NULL ||
          ts_figure_parse_rect (get_text (self->crop_row), &options->crop, error)) &&
         get_loupes (self, options, error);
}

static void
set_rect (AdwEntryRow *row, const TsRect *rect)
{
  g_autofree char *text = rect->width > 0 ? g_strdup_printf ("%u, %u, %u, %u", rect->x, rect->y,
                                                             rect->width, rect->height)
                                          : g_strdup ("");

  gtk_editable_set_text (GTK_EDITABLE (row), text);
}

void
ts_figure_page_set_crop (TsFigurePage *self, const TsRect *rect)
{
  g_return_if_fail (TS_IS_FIGURE_PAGE (self));

  set_rect (self->crop_row, rect);
}

void
ts_figure_page_set_loupe (TsFigurePage *self, guint loupe, const TsRect *rect)
{
  g_return_if_fail (TS_IS_FIGURE_PAGE (self));
  g_return_if_fail (loupe < N_LOUPES);

  set_rect (self->loupes[loupe].rect_row, rect);
  adw_expander_row_set_enable_expansion (self->loupes[loupe].row, rect->width > 0);
}

/* Remembering. */

static void
restore (TsFigurePage *self)
{
  GListModel *fonts = gtk_drop_down_get_model (self->font_drop_down);
  g_autofree char *font = NULL;

  gtk_spin_button_set_value (self->dpi_spin, 300);
  gtk_spin_button_set_value (self->columns_spin, 8);
  gtk_spin_button_set_value (self->gap_spin, 3);
  gtk_spin_button_set_value (self->font_size_spin, 8);
  if (self->settings == NULL)
    return;
  adw_combo_row_set_selected (self->width_row,
                              MIN (g_settings_get_uint (self->settings, "figure-width"),
                                   count_widths ()));
  gtk_spin_button_set_value (self->dpi_spin, g_settings_get_double (self->settings, "figure-dpi"));
  gtk_spin_button_set_value (self->font_size_spin,
                             g_settings_get_double (self->settings, "figure-font-size"));
  font = g_settings_get_string (self->settings, "figure-font");
  for (guint i = 0; i < g_list_model_get_n_items (fonts); i++) {
    g_autoptr (GtkStringObject) item = g_list_model_get_item (fonts, i);

    if (g_str_equal (gtk_string_object_get_string (item), font))
      gtk_drop_down_set_selected (self->font_drop_down, i);
  }
}

void
ts_figure_page_remember (TsFigurePage *self)
{
  g_return_if_fail (TS_IS_FIGURE_PAGE (self));

  GtkStringObject *font = gtk_drop_down_get_selected_item (self->font_drop_down);

  if (self->settings == NULL)
    return;
  g_settings_set_uint (self->settings, "figure-width",
                       MIN (adw_combo_row_get_selected (self->width_row), count_widths ()));
  g_settings_set_double (self->settings, "figure-dpi", gtk_spin_button_get_value (self->dpi_spin));
  g_settings_set_double (self->settings, "figure-font-size",
                         gtk_spin_button_get_value (self->font_size_spin));
  g_settings_set_string (self->settings, "figure-font",
                         font != NULL ? gtk_string_object_get_string (font) : "");
}

GtkWidget *
ts_figure_page_new (TsView *view, GSettings *settings)
{
  TsFigurePage *self = g_object_new (TS_TYPE_FIGURE_PAGE, NULL);
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());

  self->updating = TRUE;
  self->view = g_object_ref (view);
  g_set_object (&self->settings, settings);
  find_fields (self);
  fill_page (self, page);
  fill_words (self, page);
  fill_values (self, page);
  fill_parts (self, page);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (page));
  restore (self);
  update_rows (self);
  self->updating = FALSE;
  return GTK_WIDGET (self);
}

static void
ts_figure_page_dispose (GObject *object)
{
  TsFigurePage *self = TS_FIGURE_PAGE (object);

  self->updating = TRUE;
  g_clear_object (&self->view);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->fields, g_strfreev);
  g_clear_pointer (&self->row_titles, g_strfreev);
  g_clear_pointer (&self->column_titles, g_strfreev);

  G_OBJECT_CLASS (ts_figure_page_parent_class)->dispose (object);
}

static void
ts_figure_page_class_init (TsFigurePageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ts_figure_page_dispose;
  changed_signal = g_signal_new ("changed", TS_TYPE_FIGURE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
ts_figure_page_init (TsFigurePage *self)
{
}
