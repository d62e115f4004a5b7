/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsNumbersPage:
 *
 * A node that is not shown as images: the first values of an array as a table, a text, a number, or
 * what a container holds; with the layouts under which it could be images after all.
 */
#define TS_TYPE_NUMBERS_PAGE (ts_numbers_page_get_type ())
G_DECLARE_FINAL_TYPE (TsNumbersPage, ts_numbers_page, TS, NUMBERS_PAGE, GtkWidget)

void ts_numbers_page_set_session (TsNumbersPage *self, TsSession *session);

G_END_DECLS
