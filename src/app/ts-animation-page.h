/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-animation.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsAnimationPage:
 *
 * All settings of an animation.
 *
 * Signals: "changed".
 */
#define TS_TYPE_ANIMATION_PAGE (ts_animation_page_get_type ())
G_DECLARE_FINAL_TYPE (TsAnimationPage, ts_animation_page, TS, ANIMATION_PAGE, AdwBin)

/* @scale: to begin with. */
GtkWidget *ts_animation_page_new (guint scale);

/* Fills @options but for the format, which it goes by. */
void ts_animation_page_get_options (TsAnimationPage *self, TsAnimationOptions *options);
/* Shows what that format has. */
void ts_animation_page_set_format (TsAnimationPage *self, TsAnimationFormat format);

G_END_DECLS
