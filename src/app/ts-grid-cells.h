/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsGridCells:
 *
 * What a screen reader sees of the grid: one empty child widget for each visible cell, with a name,
 * a selected state and the real keyboard focus. Slot = index modulo the size of the pool, so that
 * scrolling by a row rebinds one row. The focused widget keeps its image even where that is
 * scrolled away.
 */
typedef struct _TsGridCells TsGridCells;

/* The name of a cell, to be freed. */
typedef char *(*TsGridCellNameFunc) (guint64 index, gpointer user_data);

TsGridCells *ts_grid_cells_new (GtkWidget *parent,
                                TsGridCellNameFunc name,
                                gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Unparents all of them. */
void ts_grid_cells_free (TsGridCells *self);

/* Binds and sizes the cells of [@first, @last]; @get_rect gives the allocation of one. */
typedef void (*TsGridCellRectFunc) (guint64 index, GdkRectangle *rect, gpointer user_data);
void ts_grid_cells_update (TsGridCells *self,
                           gboolean any,
                           guint64 first,
                           guint64 last,
                           guint64 focus,
                           TsGridCellRectFunc get_rect);

/* States and names anew, where images stay as they are. */
void ts_grid_cells_set_selection (TsGridCells *self, GtkBitset *selection);
void ts_grid_cells_rename (TsGridCells *self);

/* The focus goes to that cell, which is bound if it is not. */
gboolean ts_grid_cells_grab_focus (TsGridCells *self, guint64 index);
gboolean ts_grid_cells_have_focus (TsGridCells *self);

/* (nullable), borrowed: the widget that stands for an image now. */
GtkWidget *ts_grid_cells_get (TsGridCells *self, guint64 index);

G_END_DECLS
