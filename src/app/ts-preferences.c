/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-preferences.h"

#include "app/ts-compat.h"
#include "app/ts-memory.h"
#include "app/ts-number-row.h"
#include "pixels/ts-recipe.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TsPreferences
{
  AdwPreferencesWindow parent_instance;

  /* template */
  AdwComboRow *scheme_row;
  GtkSwitch *captions_switch;
  GtkSwitch *layouts_switch;
  GtkSpinButton *recent_spin;
  GtkColorButton *nan_button;
  AdwComboRow *rounding_row;
  AdwComboRow *format_row;
  GtkSpinButton *quality_spin;
  AdwEntryRow *template_row;
  GtkSwitch *sidecar_switch;

  /* owned */
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (TsPreferences, ts_preferences, ADW_TYPE_PREFERENCES_WINDOW)

/* As the choices of the rows, in their order. */
static const char *const schemes[] = { "system", "light", "dark", NULL };
static const char *const formats[] = { "png", "jpeg", "tiff", "webp", "npy", NULL };

/* A key with a few values and a list of what they are called. */

static gboolean
get_position (GValue *value, GVariant *variant, gpointer names)
{
  int position;

  if (!ts_name_lookup (names, g_variant_get_string (variant, NULL), &position))
    return FALSE;
  g_value_set_uint (value, (guint) position);
  return TRUE;
}

static GVariant *
set_position (const GValue *value, const GVariantType *type, gpointer names)
{
  const char *const *list = names;
  guint position = g_value_get_uint (value);

  return position < g_strv_length (names) ? g_variant_new_string (list[position]) : NULL;
}

static void
bind_list (TsPreferences *self,
           const char *key,
           AdwComboRow *row,
           const char *const *names,
           const char *const *titles)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (titles);

  adw_combo_row_set_model (row, G_LIST_MODEL (list));
  g_settings_bind_with_mapping (self->settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT,
                                get_position, set_position, (gpointer) names, NULL);
}

/* Colours. */

static gboolean
get_rgba (GValue *value, GVariant *variant, gpointer data)
{
  GdkRGBA rgba;

  if (!gdk_rgba_parse (&rgba, g_variant_get_string (variant, NULL)))
    return FALSE;
  g_value_set_boxed (value, &rgba);
  return TRUE;
}

static GVariant *
set_rgba (const GValue *value, const GVariantType *type, gpointer data)
{
  const GdkRGBA *rgba = g_value_get_boxed (value);

  return g_variant_new_take_string (
      g_strdup_printf ("#%02x%02x%02x", (guint) lround (rgba->red * 255),
                       (guint) lround (rgba->green * 255), (guint) lround (rgba->blue * 255)));
}

static void
forget_cb (TsPreferences *self, GtkButton *button)
{
  ts_memory_forget_layouts ();
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                    adw_toast_new (_ ("Chosen layouts were forgotten")));
}

static void
bind (TsPreferences *self)
{
  const struct
  {
    const char *key;
    gpointer object;
    const char *property;
  } plain[] = {
    { "show-captions", self->captions_switch, "active" },
    { "remember-layouts", self->layouts_switch, "active" },
    { "recent-limit", self->recent_spin, "value" },
    { "export-quality", self->quality_spin, "value" },
    { "export-template", self->template_row, "text" },
    { "export-sidecar", self->sidecar_switch, "active" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    g_settings_bind (self->settings, plain[i].key, plain[i].object, plain[i].property,
                     G_SETTINGS_BIND_DEFAULT);
  ts_compat_name_inner (GTK_WIDGET (self->nan_button));
  g_settings_bind_with_mapping (self->settings, "nan-color", self->nan_button, "rgba",
                                G_SETTINGS_BIND_DEFAULT, get_rgba, set_rgba, NULL, NULL);
  bind_list (self, "color-scheme", self->scheme_row, schemes,
             (const char *[]){ _ ("Follow system"), _ ("Light"), _ ("Dark"), NULL });
  bind_list (self, "export-format", self->format_row, formats,
             (const char *[]){ "PNG", "JPEG", "TIFF", "WebP", "NumPy", NULL });
  bind_list (self, "rounding", self->rounding_row, ts_rounding_names,
             (const char *[]){ _ ("Nearest"), _ ("Half to even"), _ ("Truncate"),
                                                                     _ ("TensorFlow"),
                                                                        _ ("torch dtype"), NULL });
}

static void
ts_preferences_dispose (GObject *object)
{
  g_clear_object (&TS_PREFERENCES (object)->settings);

  G_OBJECT_CLASS (ts_preferences_parent_class)->dispose (object);
}

static void
ts_preferences_class_init (TsPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_preferences_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, scheme_row);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, captions_switch);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, layouts_switch);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, recent_spin);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, nan_button);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, rounding_row);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, format_row);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, quality_spin);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, template_row);
  gtk_widget_class_bind_template_child (widget_class, TsPreferences, sidecar_switch);
  gtk_widget_class_bind_template_callback (widget_class, forget_cb);
}

static void
ts_preferences_init (TsPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  ts_number_tame_wheel (GTK_WIDGET (self->recent_spin));
  ts_number_tame_wheel (GTK_WIDGET (self->quality_spin));
}

TsPreferences *
ts_preferences_new (GSettings *settings)
{
  TsPreferences *self = g_object_new (TS_TYPE_PREFERENCES, NULL);

  self->settings = g_object_ref (settings);
  bind (self);
  return self;
}

AdwColorScheme
ts_preferences_get_color_scheme (GSettings *settings)
{
  static const AdwColorScheme values[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                           ADW_COLOR_SCHEME_FORCE_DARK };
  g_autofree char *name = g_settings_get_string (settings, "color-scheme");
  int position = 0;

  ts_name_lookup (schemes, name, &position);
  return values[position];
}
