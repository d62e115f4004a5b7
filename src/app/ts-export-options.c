/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-export-dialog-private.h"

#include <glib/gi18n.h>

/* What the rows of the export dialog come to. */

const TsEncoder *
ts_export_dialog_get_encoder (TsExportDialog *self)
{
  return ts_encoders[gtk_drop_down_get_selected (self->format_drop_down)];
}

guint
ts_export_dialog_get_depth (TsExportDialog *self, gboolean *half)
{
  guint selected = gtk_drop_down_get_selected (self->depth_drop_down);
  const char *const *depths = ts_export_dialog_get_encoder (self)->depths;
  guint depth = 8;

  *half = FALSE;
  ts_depth_from_string (depths[selected < g_strv_length ((char **) depths) ? selected : 0], &depth,
                        half);
  return depth;
}

/* What is chosen in a row that is shown for the format; the first choice otherwise. */
static int
get_choice (AdwComboRow *row)
{
  return gtk_widget_get_visible (GTK_WIDGET (row)) ? (int) adw_combo_row_get_selected (row) : 0;
}

gboolean
ts_export_dialog_is_on (AdwActionRow *row, GtkSwitch *toggle)
{
  return gtk_widget_get_visible (GTK_WIDGET (row)) && gtk_switch_get_active (toggle);
}

/* The images chosen, in order; %NULL is all. */
static guint64 *
get_indices (TsExportDialog *self, gsize *n)
{
  GtkBitset *selection = ts_session_get_selection (self->session);
  GtkBitsetIter iter;
  guint index;

  *n = 0;
  if (!self->has_selection || adw_combo_row_get_selected (self->what_row) != 0)
    return NULL;

  guint64 *indices = g_new (guint64, gtk_bitset_get_size (selection) + 1);
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selection, &index); more;
       more = gtk_bitset_iter_next (&iter, &index))
    indices[(*n)++] = index;
  return indices;
}

/* %NULL: all of them. */
static const char **
get_latents (TsExportDialog *self)
{
  const char **names = g_new0 (const char *, self->latent_checks->len + 1);
  gsize n = 0;

  for (guint i = 0; i < self->latent_checks->len; i++) {
    GtkCheckButton *check = g_ptr_array_index (self->latent_checks, i);
    if (gtk_check_button_get_active (check))
      names[n++] = g_object_get_data (G_OBJECT (check), "name");
  }
  if (n == self->latent_checks->len)
    g_clear_pointer (&names, g_free);
  return names;
}

/* What only some formats have. */
static void
get_extras (TsExportDialog *self, TsExportOptions *options)
{
  static const guint per_folder[] = { 0, 1000, 10000 };

  options->codec = (TsCodec) get_choice (self->codec_row);
  options->subsampling = get_choice (self->subsampling_row);
  options->progressive = ts_export_dialog_is_on (self->progressive_row, self->progressive_switch);
  options->palette = ts_export_dialog_is_on (self->palette_row, self->palette_switch);
  options->stack = ts_export_dialog_is_on (self->stack_row, self->stack_switch);
  options->subdirs = per_folder[CLAMP (get_choice (self->subdirs_row), 0, 2)];
  options->yaml = adw_combo_row_get_selected (self->yaml_row) == 1;
}

TsExportJob *
ts_export_dialog_make_job (TsExportDialog *self, GError **error)
{
  TsExportOptions options;
  gsize n_indices;
  g_autofree guint64 *indices = get_indices (self, &n_indices);
  g_autofree const char **latents = get_latents (self);
  g_autofree char *folder = self->folder != NULL ? g_file_get_path (self->folder) : NULL;

  if (folder == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("Choose a folder."));
    return NULL;
  }
  ts_export_options_init (&options);
  options.folder = folder;
  options.encoder = ts_export_dialog_get_encoder (self);
  options.depth = ts_export_dialog_get_depth (self, &options.half);
  options.values = options.depth == 32 ? (TsValues) adw_combo_row_get_selected (self->values_row)
                                       : TS_VALUES_DISPLAY;
  options.quality = (int) ts_number_row_get_value (self->quality_number);
  options.lossless = ts_export_dialog_is_on (self->lossless_row, self->lossless_switch);
  get_extras (self, &options);
  options.compression = (int) gtk_drop_down_get_selected (self->compression_drop_down);
  options.name_template = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  options.latents = latents;
  options.sidecar = adw_expander_row_get_enable_expansion (self->sidecar_row);
  options.collision = (TsCollision) adw_combo_row_get_selected (self->collision_row);
  return ts_export_job_new (ts_session_get_view (self->session),
                            ts_session_get_stats (self->session),
                            ts_session_get_recipe (self->session), &options, indices, n_indices,
                            error);
}
