/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-colormap.h"

#include "pixels/ts-colormap-data.h"
#include "pixels/ts-palette-data.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Label colours of our own: a near-black background, four calm colours for the usual few classes,
 * then whatever is farthest from all before it in CIELAB. */
static const guint8 category_data[][3] = {
  { 20, 20, 24 },    { 230, 85, 60 },   { 60, 140, 230 }, { 90, 190, 80 },  { 245, 190, 50 },
  { 255, 0, 255 },   { 0, 255, 255 },   { 170, 34, 119 }, { 0, 68, 238 },   { 255, 187, 204 },
  { 0, 255, 0 },     { 136, 119, 68 },  { 0, 119, 119 },  { 204, 238, 0 },  { 204, 238, 187 },
  { 221, 136, 255 }, { 136, 204, 238 }, { 255, 0, 102 },  { 0, 255, 187 },  { 119, 85, 136 },
  { 153, 68, 68 },   { 255, 170, 119 }, { 51, 102, 0 },   { 255, 17, 187 }, { 153, 17, 187 },
};

typedef enum {
  KIND_SEQUENTIAL,
  KIND_DIVERGING,
  KIND_CATEGORICAL,
} Kind;

/* Of a categorical map, entry 0 is used for label 0 only when @has_background is set. */
typedef struct
{
  const char *name;
  const char *title;
  Kind kind;
  const guint8 (*data)[3];
  guint n;
  gboolean has_background;
  const guint8 (*reversed)[3]; /* (nullable) where it is not the data backwards */
} ColormapInfo;

/* Built when first asked for. */
static guint8 gray_data[256][3];
static guint8 reversed_data[TS_N_COLORMAPS][256][3];

static const ColormapInfo infos[TS_N_COLORMAPS] = {
  [TS_COLORMAP_GRAY] = {
      "gray", N_ ("Gray"), KIND_SEQUENTIAL, gray_data, 256 },
      [TS_COLORMAP_VIRIDIS] = { "viridis", "Viridis", KIND_SEQUENTIAL, viridis_data, 256 },
      [TS_COLORMAP_MAGMA] = { "magma", "Magma", KIND_SEQUENTIAL, magma_data, 256 },
      [TS_COLORMAP_INFERNO] = { "inferno", "Inferno", KIND_SEQUENTIAL, inferno_data, 256 },
      [TS_COLORMAP_PLASMA] = { "plasma", "Plasma", KIND_SEQUENTIAL, plasma_data, 256 },
      [TS_COLORMAP_CIVIDIS] = { "cividis", "Cividis", KIND_SEQUENTIAL, cividis_data, 256 },
      [TS_COLORMAP_TURBO] = { "turbo", "Turbo", KIND_SEQUENTIAL, turbo_data, 256 },
      [TS_COLORMAP_JET] = { "jet", "Jet", KIND_SEQUENTIAL, jet_data, 256, FALSE, jet_r_data },
      [TS_COLORMAP_COOLWARM] = { "coolwarm", "Coolwarm", KIND_DIVERGING, coolwarm_data, 256 },
      [TS_COLORMAP_RDBU] = { "RdBu", "RdBu", KIND_DIVERGING, rdbu_data, 256, FALSE, rdbu_r_data },
      [TS_COLORMAP_SEISMIC] = { "seismic", "Seismic", KIND_DIVERGING, seismic_data, 256, FALSE,
                                seismic_r_data },
      [TS_COLORMAP_TWILIGHT] = { "twilight", "Twilight", KIND_SEQUENTIAL, twilight_data, 256, FALSE,
                                 twilight_r_data },
      [TS_COLORMAP_HSV] = { "hsv", "HSV", KIND_SEQUENTIAL, hsv_data, 256 },
      [TS_COLORMAP_CATEGORICAL] = { "categorical",
                                    N_ ("Categorical"),
                                        KIND_CATEGORICAL,
                                        category_data,
                                        G_N_ELEMENTS (category_data),
                                        TRUE },
                                    [TS_COLORMAP_TAB10] = { "tab10", "Tab10", KIND_CATEGORICAL,
                                                            tab10_data, 10 },
                                    [TS_COLORMAP_TAB20] = { "tab20", "Tab20", KIND_CATEGORICAL,
                                                            tab20_data, 20 },
                                    [TS_COLORMAP_GLASBEY] = { "glasbey", "Glasbey",
                                                              KIND_CATEGORICAL, glasbey_data, 256 },
      };

static const ColormapInfo *
get_info (TsColormap colormap)
{
  g_return_val_if_fail ((guint) colormap < TS_N_COLORMAPS, &infos[TS_COLORMAP_GRAY]);

  return &infos[colormap];
}

const char *
ts_colormap_get_name (TsColormap colormap)
{
  return get_info (colormap)->name;
}

const char *
ts_colormap_get_title (TsColormap colormap)
{
  return _ (get_info (colormap)->title);
}

gboolean
ts_colormap_from_name (const char *name, TsColormap *colormap)
{
  for (guint i = 0; i < TS_N_COLORMAPS; i++) {
    if (name != NULL && g_ascii_strcasecmp (infos[i].name, name) == 0) {
      *colormap = (TsColormap) i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
ts_colormap_parse (const char *name, TsColormap *colormap, gboolean *reversed)
{
  g_autofree char *stem = NULL;

  *reversed = FALSE;
  if (ts_colormap_from_name (name, colormap))
    return TRUE;
  if (name == NULL || !g_str_has_suffix (name, "_r"))
    return FALSE;
  stem = g_strndup (name, strlen (name) - 2);
  if (!ts_colormap_from_name (stem, colormap))
    return FALSE;
  *reversed = TRUE;
  return TRUE;
}

gboolean
ts_colormap_is_categorical (TsColormap colormap)
{
  return get_info (colormap)->kind == KIND_CATEGORICAL;
}

gboolean
ts_colormap_is_diverging (TsColormap colormap)
{
  return get_info (colormap)->kind == KIND_DIVERGING;
}

static void
build_tables (void)
{
  static gsize built;

  if (!g_once_init_enter (&built))
    return;
  for (guint i = 0; i < 256; i++)
    memset (gray_data[i], (int) i, 3);
  for (guint m = 0; m < TS_N_COLORMAPS; m++) {
    const ColormapInfo *info = &infos[m];

    for (guint i = 0; info->kind != KIND_CATEGORICAL && i < 256; i++)
      memcpy (reversed_data[m][i], info->reversed != NULL ? info->reversed[i] : info->data[255 - i],
              3);
  }
  g_once_init_leave (&built, 1);
}

const guint8 (*ts_colormap_get_table (TsColormap colormap))[3]
{
  if (ts_colormap_is_categorical (colormap))
    return NULL;
  build_tables ();
  return get_info (colormap)->data;
}

const guint8 (*ts_colormap_get_reversed_table (TsColormap colormap))[3]
{
  if (ts_colormap_is_categorical (colormap))
    return NULL;
  build_tables ();
  return (const guint8 (*)[3]) reversed_data[colormap];
}

const guint8 (*ts_colormap_get_entries (TsColormap colormap, gboolean reversed, guint *n))[3]
{
  *n = colormap == TS_COLORMAP_TWILIGHT ? G_N_ELEMENTS (twilight_full_data) : 256;
  if (colormap == TS_COLORMAP_TWILIGHT)
    return reversed ? twilight_r_full_data : twilight_full_data;
  return reversed ? ts_colormap_get_reversed_table (colormap) : ts_colormap_get_table (colormap);
}

void
ts_colormap_get_reversed_label_color (TsColormap colormap, gint64 label, guint8 rgb[3])
{
  const ColormapInfo *info = get_info (colormap);
  guint64 magnitude = label < 0 ? 0 - (guint64) label : (guint64) label;

  g_return_if_fail (info->kind == KIND_CATEGORICAL);

  if (info->has_background && magnitude == 0)
    memcpy (rgb, info->data[0], 3);
  else if (info->has_background)
    memcpy (rgb, info->data[info->n - 1 - (magnitude - 1) % (info->n - 1)], 3);
  else
    memcpy (rgb, info->data[info->n - 1 - magnitude % info->n], 3);
}

void
ts_colormap_get_label_color (TsColormap colormap, gint64 label, guint8 rgb[3])
{
  const ColormapInfo *info = get_info (colormap);
  guint64 magnitude = label < 0 ? 0 - (guint64) label : (guint64) label;
  guint64 entry;

  g_return_if_fail (info->kind == KIND_CATEGORICAL);

  if (!info->has_background)
    entry = magnitude % info->n;
  else
    entry = magnitude == 0 ? 0 : 1 + (magnitude - 1) % (info->n - 1);
  memcpy (rgb, info->data[entry], 3);
}

void
ts_colormap_get_category (gint64 label, guint8 rgb[3])
{
  ts_colormap_get_label_color (TS_COLORMAP_CATEGORICAL, label, rgb);
}
