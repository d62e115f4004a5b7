/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-animation-page.h"

#include "app/ts-rows.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TsAnimationPage
{
  AdwBin parent_instance;

  /* children */
  GtkSpinButton *rate_spin;
  AdwComboRow *order_row;
  GtkSpinButton *loops_spin;
  GtkSpinButton *scale_spin;
  AdwComboRow *depth_row;
  GtkSpinButton *quality_spin; /* 0 is lossless */
  AdwComboRow *compression_row;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (TsAnimationPage, ts_animation_page, ADW_TYPE_BIN)

static void
changed_cb (gpointer data)
{
  g_signal_emit (data, changed_signal, 0);
}

void
ts_animation_page_get_options (TsAnimationPage *self, TsAnimationOptions *options)
{
  g_return_if_fail (TS_IS_ANIMATION_PAGE (self));

  TsAnimationFormat format = options->format;
  char rate[G_ASCII_DTOSTR_BUF_SIZE];

  ts_animation_options_init (options);
  options->format = format;
  g_ascii_formatd (rate, sizeof rate, "%.2f", gtk_spin_button_get_value (self->rate_spin));
  ts_animation_parse_rate (rate, options->rate, NULL);
  options->order = (TsAnimationOrder) adw_combo_row_get_selected (self->order_row);
  options->n_loops = (guint) gtk_spin_button_get_value_as_int (self->loops_spin);
  options->scale = (guint) gtk_spin_button_get_value_as_int (self->scale_spin);
  options->compression = (int) adw_combo_row_get_selected (self->compression_row);
  if (format == TS_ANIMATION_APNG)
    options->depth = adw_combo_row_get_selected (self->depth_row) == 1 ? 16 : 8;
  else
    options->quality = gtk_spin_button_get_value_as_int (self->quality_spin);
}

void
ts_animation_page_set_format (TsAnimationPage *self, TsAnimationFormat format)
{
  g_return_if_fail (TS_IS_ANIMATION_PAGE (self));

  ts_rows_show (self->depth_row, format == TS_ANIMATION_APNG);
  ts_rows_show (self->quality_spin, format == TS_ANIMATION_WEBP);
}

GtkWidget *
ts_animation_page_new (guint scale)
{
  TsAnimationPage *self = g_object_new (TS_TYPE_ANIMATION_PAGE, NULL);

  gtk_spin_button_set_value (self->scale_spin, scale);
  return GTK_WIDGET (self);
}

static void
ts_animation_page_class_init (TsAnimationPageClass *klass)
{
  changed_signal = g_signal_new ("changed", TS_TYPE_ANIMATION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
ts_animation_page_init (TsAnimationPage *self)
{
  const char *const orders[] = { _ ("Forward"), _ ("Reverse"), _ ("There and back"), NULL };
  const char *const depths[] = { _ ("8 bit"), _ ("16 bit"), NULL };
  const char *const efforts[] = { _ ("Fast"), _ ("Normal"), _ ("Small"), NULL };
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  TsRows rows = ts_rows_add_group (page, _ ("Animation"), changed_cb, self);

  self->rate_spin = ts_rows_add_spin (&rows, _ ("Images a second"), NULL, 0.1, 120, 1, 2);
  self->order_row = ts_rows_add_combo (&rows, _ ("Order"), orders);
  self->loops_spin =
      ts_rows_add_spin (&rows, _ ("Times it is played"), _ ("0 is for ever"), 0, 65535, 1, 0);
  self->scale_spin =
      ts_rows_add_spin (&rows, _ ("Scale"), _ ("Pixels for one of an image"), 1, 64, 1, 0);
  self->depth_row = ts_rows_add_combo (&rows, _ ("Bits of a channel"), depths);
  self->quality_spin = ts_rows_add_spin (&rows, _ ("Quality"), _ ("0 is lossless"), 0, 100, 1, 0);
  self->compression_row = ts_rows_add_combo (&rows, _ ("Compression"), efforts);
  gtk_spin_button_set_value (self->rate_spin, 10);
  adw_combo_row_set_selected (self->compression_row, 1);
  ts_animation_page_set_format (self, TS_ANIMATION_APNG);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (page));
}
