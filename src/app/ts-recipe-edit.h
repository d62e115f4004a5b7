/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

/* Edits of a recipe as people make them, each leaving it consistent (a number changed by hand makes
 * the preset a custom one, a range set by hand is a fixed one). Pure functions; the result is still
 * to be validated where it came from text. */

/* "0.5,0.5,0.5"; one number when all channels share it. */
char *ts_recipe_edit_dup_numbers (const double *numbers, guint n) G_GNUC_WARN_UNUSED_RESULT;
char *ts_recipe_edit_dup_mean (const TsRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
char *ts_recipe_edit_dup_std (const TsRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
/* Numbers from such text, for all channels or for each: %TS_ERROR_INVALID when it is none. */
gboolean ts_recipe_edit_set_mean_text (TsRecipe *recipe, const char *text, GError **error);
gboolean ts_recipe_edit_set_std_text (TsRecipe *recipe, const char *text, GError **error);

/* One number of one channel; with @linked the other channels follow: means by the same difference,
 * deviations by the same factor. @n_channels: of the images. */
void ts_recipe_edit_set_mean (TsRecipe *recipe,
                              guint n_channels,
                              guint channel,
                              double value,
                              gboolean linked);
void ts_recipe_edit_set_std (TsRecipe *recipe,
                             guint n_channels,
                             guint channel,
                             double value,
                             gboolean linked);

/* "auto", "2", "0,1,2", "0,1,2,3". */
char *ts_recipe_edit_dup_channels (const TsRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
gboolean ts_recipe_edit_set_channels_text (TsRecipe *recipe, const char *text, GError **error);
/* The three that are red, green and blue now, as channels of choice. */
void ts_recipe_edit_mix_channels (TsRecipe *recipe, guint n_channels);
/* Auto, then each channel alone, then auto again; @step is 1 or -1. */
void ts_recipe_edit_step_channel (TsRecipe *recipe, guint n_channels, int step);

/* A fixed range, in display units, the same for all channels; no longer one around zero. */
void ts_recipe_edit_set_range (TsRecipe *recipe, double lo, double hi);
/* Another mode; going to fixed keeps what the automatic range came to (@resolved, nullable). */
void ts_recipe_edit_set_range_mode (TsRecipe *recipe, TsRangeMode mode, const TsResolved *resolved);
/* The smallest of 0..1, -1..1, 0..255, 0..65535 that holds [@lo, @hi] but for a little overshoot;
 * %FALSE when none does. */
gboolean ts_recipe_edit_snap_range (TsRecipe *recipe, double lo, double hi);
/* 0.1, 1, 5 % from both ends, in turn. */
void ts_recipe_edit_step_percentile (TsRecipe *recipe);

void ts_recipe_edit_step_colormap (TsRecipe *recipe, int step);

/* "#ff00ff"; "none" for -1. */
char *ts_recipe_edit_dup_color (int color) G_GNUC_WARN_UNUSED_RESULT;
/* From such text; "none" only where it is @optional. */
gboolean
ts_recipe_edit_parse_color (const char *text, gboolean optional, int *color, GError **error);

G_END_DECLS
