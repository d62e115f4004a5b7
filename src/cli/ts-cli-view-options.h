/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

/**
 * TsCliViewOptions:
 *
 * The options that say which images of a dump and how they are looked at; the same for every
 * command that makes pictures. Set to zero before parsing.
 */
typedef struct
{
  char *raw;
  char *key;
  char *layout;
  char *index;
  char *recipe;
  char *preset;
  char *mean;
  char *std;
  char *range;
  char *scope;
  char *gamma;
  char *channel;
  char *colormap;
  char *rounding;
  char *curve;
  char *nan_color;
  char *under_color;
  char *over_color;
  char *posinf_color;
  char *neginf_color;
  char *ignore_label;
  char *complex_part;
  char *overlay;
  char *overlay_alpha;
  char *overlay_color;
  char *overlay_threshold;
  char *overlay_ignore;
  gboolean centered;
  gboolean zebra;
  gboolean invert;
} TsCliViewOptions;

void ts_cli_view_options_clear (TsCliViewOptions *self);

/* The group for ts_cli_parse(); @self must outlive the parsing. */
GOptionGroup *ts_cli_view_options_new_group (TsCliViewOptions *self) G_GNUC_WARN_UNUSED_RESULT;

/* The array that --key names (or the one that shows best) as --layout reads it. */
TsView *ts_cli_view_options_open (const TsCliViewOptions *self,
                                  TsDocument *document,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The recipe the window would show the view with, changed by the options. */
gboolean ts_cli_view_options_get_recipe (const TsCliViewOptions *self,
                                         TsView *view,
                                         TsRecipe *recipe,
                                         GError **error);

/* --index as a list of guint64; *@indices is %NULL for all images. */
gboolean ts_cli_view_options_get_indices (const TsCliViewOptions *self,
                                          TsView *view,
                                          GArray **indices,
                                          GError **error);

/* "0,3,8-20"; "8-" runs to the end of @n_images. */
GArray *
ts_cli_parse_indices (const char *text, guint64 n_images, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsCliViewOptions, ts_cli_view_options_clear)

G_END_DECLS
