/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsSqueezeBin:
 *
 * A child that gives way when there is less room than it asks for. A window can never become
 * narrower than what its content needs now, even where the content would need less if it knew. So
 * the bin asks for no width; where it is given less than the child needs, the child is cut off
 * until it has adapted, which is to be in the next frame.
 *
 * Property: child.
 */
#define TS_TYPE_SQUEEZE_BIN (ts_squeeze_bin_get_type ())
G_DECLARE_FINAL_TYPE (TsSqueezeBin, ts_squeeze_bin, TS, SQUEEZE_BIN, GtkWidget)

G_END_DECLS
