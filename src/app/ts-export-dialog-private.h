/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-export-dialog.h"
#include "app/ts-number-row.h"
#include "export/ts-encoder.h"

G_BEGIN_DECLS

/* The parts of the dialog: ts-export-dialog.c (the widget), ts-export-options.c (what is chosen in
 * it, as a job). */

struct _TsExportDialog
{
  AdwWindow parent_instance;

  /* template */
  AdwComboRow *what_row;
  AdwActionRow *folder_row;
  GtkDropDown *format_drop_down;
  GtkDropDown *depth_drop_down;
  GtkDropDown *compression_drop_down;
  AdwComboRow *values_row;
  AdwActionRow *lossless_row;
  GtkSwitch *lossless_switch;
  AdwComboRow *codec_row;
  AdwComboRow *subsampling_row;
  AdwActionRow *progressive_row;
  GtkSwitch *progressive_switch;
  AdwActionRow *palette_row;
  GtkSwitch *palette_switch;
  AdwActionRow *stack_row;
  GtkSwitch *stack_switch;
  AdwComboRow *subdirs_row;
  AdwComboRow *yaml_row;
  AdwPreferencesRow *quality_row;
  TsNumberRow *quality_number;
  AdwEntryRow *name_row;
  GtkFlowBox *field_box;
  GtkLabel *preview_label;
  AdwExpanderRow *sidecar_row;
  AdwComboRow *collision_row;
  GtkLabel *foot_label;
  GtkWidget *export_button;

  /* owned */
  TsSession *session;
  GSettings *settings;
  GFile *folder;
  GPtrArray *latent_checks; /* of GtkCheckButton, with the field's name as data */
  TsExportJob *job;         /* what would be run now */

  gboolean has_selection; /* the first choice of what_row is the selection */
  gboolean updating;
  guint check_idle;
};

/* ts-export-options.c */
const TsEncoder *ts_export_dialog_get_encoder (TsExportDialog *self);
/* Bits of a channel; @half: of floats. */
guint ts_export_dialog_get_depth (TsExportDialog *self, gboolean *half);
/* Whether the switch of a row that is shown is on. */
gboolean ts_export_dialog_is_on (AdwActionRow *row, GtkSwitch *toggle);
/* What would be written; an error says why nothing can be. */
TsExportJob *ts_export_dialog_make_job (TsExportDialog *self,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
