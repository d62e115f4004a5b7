/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"
#include "app/ts-survey.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsInspectorSection:
 *
 * A group of controls of the inspector: one step on the way from values to pixels. The recipe of
 * the session is the truth: a section shows it, and hands edits of it to
 * ts_inspector_section_commit(). What the controls tell while they are being set is not an edit:
 * see ts_inspector_section_is_updating().
 */
#define TS_TYPE_INSPECTOR_SECTION (ts_inspector_section_get_type ())
G_DECLARE_DERIVABLE_TYPE (TsInspectorSection,
                          ts_inspector_section,
                          TS,
                          INSPECTOR_SECTION,
                          AdwPreferencesGroup)

/**
 * TsInspectorSectionClass:
 * @view_changed: (nullable) another batch is shown, or none; @update follows
 * @update: (nullable) shows @recipe
 * @resolved: (nullable) what the range came to is known, or came to something else
 *
 * Called with ts_inspector_section_is_updating() set.
 */
struct _TsInspectorSectionClass
{
  AdwPreferencesGroupClass parent_class;

  void (*view_changed) (TsInspectorSection *self);
  void (*update) (TsInspectorSection *self, const TsRecipe *recipe);
  void (*resolved) (TsInspectorSection *self);
};

void ts_inspector_section_set_session (TsInspectorSection *self, TsSession *session);
/* (nullable) */
TsSession *ts_inspector_section_get_session (TsInspectorSection *self);
gboolean ts_inspector_section_is_updating (TsInspectorSection *self);

/* A copy of the recipe in force, to be edited; of no session: the neutral one. */
TsRecipe ts_inspector_section_get_recipe (TsInspectorSection *self);
/* Of the images; 1 when there are none. */
guint ts_inspector_section_get_n_channels (TsInspectorSection *self);
/* Makes an edited recipe the one in force, in the history under @gesture (nullable); what does not
 * fit the images is not taken. */
void
ts_inspector_section_commit (TsInspectorSection *self, const TsRecipe *recipe, const char *gesture);

/* The steps, from values to pixels. */

/* Which values become black and white. */
#define TS_TYPE_INSPECTOR_RANGE (ts_inspector_range_get_type ())
G_DECLARE_FINAL_TYPE (TsInspectorRange, ts_inspector_range, TS, INSPECTOR_RANGE, TsInspectorSection)
/* @survey: (nullable): what the histogram shows */
void ts_inspector_range_set_survey (TsInspectorRange *self, TsSurvey *survey);

/* How a normalisation is undone. */
#define TS_TYPE_INSPECTOR_NORM (ts_inspector_norm_get_type ())
G_DECLARE_FINAL_TYPE (TsInspectorNorm, ts_inspector_norm, TS, INSPECTOR_NORM, TsInspectorSection)

/* Channels, curve and colormap. */
#define TS_TYPE_INSPECTOR_COLOR (ts_inspector_color_get_type ())
G_DECLARE_FINAL_TYPE (TsInspectorColor, ts_inspector_color, TS, INSPECTOR_COLOR, TsInspectorSection)

/* Another array over the images. */
#define TS_TYPE_INSPECTOR_MASK (ts_inspector_mask_get_type ())
G_DECLARE_FINAL_TYPE (TsInspectorMask, ts_inspector_mask, TS, INSPECTOR_MASK, TsInspectorSection)

/* Colours of values that are no numbers or beyond the range; rounding. */
#define TS_TYPE_INSPECTOR_DETAILS (ts_inspector_details_get_type ())
G_DECLARE_FINAL_TYPE (TsInspectorDetails,
                      ts_inspector_details,
                      TS,
                      INSPECTOR_DETAILS,
                      TsInspectorSection)

/* What the axes of the array mean. */
#define TS_TYPE_INSPECTOR_AXES (ts_inspector_axes_get_type ())
G_DECLARE_FINAL_TYPE (TsInspectorAxes, ts_inspector_axes, TS, INSPECTOR_AXES, TsInspectorSection)

G_END_DECLS
