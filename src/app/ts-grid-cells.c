/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-cells.h"

/* Above this many visible cells only the first ones are named: nobody reads such an overview. */
#define MAX_POOL 1024

#define TS_TYPE_GRID_CELL (ts_grid_cell_get_type ())
G_DECLARE_FINAL_TYPE (TsGridCell, ts_grid_cell, TS, GRID_CELL, GtkWidget)

struct _TsGridCell
{
  GtkWidget parent_instance;

  gboolean is_bound;
  guint64 index;
  gboolean selected;
};

G_DEFINE_FINAL_TYPE (TsGridCell, ts_grid_cell, GTK_TYPE_WIDGET)

static void
ts_grid_cell_class_init (TsGridCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_css_name (widget_class, "cell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID_CELL);
}

static void
ts_grid_cell_init (TsGridCell *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

struct _TsGridCells
{
  GtkWidget *parent; /* borrowed */
  TsGridCellNameFunc name;
  gpointer user_data;
  GPtrArray *pool;   /* TsGridCell, borrowed from the parent */
  TsGridCell *spare; /* takes the place of a focused one that must not be rebound */
  GtkBitset *selection;
};

static TsGridCell *
cell_new (TsGridCells *self)
{
  TsGridCell *cell = g_object_new (TS_TYPE_GRID_CELL, NULL);

  gtk_widget_set_child_visible (GTK_WIDGET (cell), FALSE);
  gtk_widget_set_parent (GTK_WIDGET (cell), self->parent);
  return cell;
}

TsGridCells *
ts_grid_cells_new (GtkWidget *parent, TsGridCellNameFunc name, gpointer user_data)
{
  TsGridCells *self = g_new0 (TsGridCells, 1);

  self->parent = parent;
  self->name = name;
  self->user_data = user_data;
  self->pool = g_ptr_array_new ();
  self->spare = cell_new (self);
  self->selection = gtk_bitset_new_empty ();
  return self;
}

void
ts_grid_cells_free (TsGridCells *self)
{
  for (guint i = 0; i < self->pool->len; i++)
    gtk_widget_unparent (self->pool->pdata[i]);
  gtk_widget_unparent (GTK_WIDGET (self->spare));
  g_ptr_array_unref (self->pool);
  gtk_bitset_unref (self->selection);
  g_free (self);
}

static void
name_cell (TsGridCells *self, TsGridCell *cell)
{
  g_autofree char *name = self->name (cell->index, self->user_data);

  gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
update_selected (TsGridCells *self, TsGridCell *cell, gboolean force)
{
  gboolean selected = gtk_bitset_contains (self->selection, (guint) cell->index);

  if (!force && selected == cell->selected)
    return;
  cell->selected = selected;
  gtk_accessible_update_state (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
}

static void
bind_cell (TsGridCells *self, TsGridCell *cell, guint64 index)
{
  if (cell->is_bound && cell->index == index)
    return;
  gboolean was_bound = cell->is_bound;
  cell->is_bound = TRUE;
  cell->index = index;
  name_cell (self, cell);
  update_selected (self, cell, !was_bound);
}

static gboolean
is_focused (TsGridCell *cell)
{
  return gtk_widget_is_focus (GTK_WIDGET (cell));
}

/* The slot's widget for @index. A focused widget goes to or comes from the spare place instead of
 * changing its image. */
static TsGridCell *
claim (TsGridCells *self, guint64 index)
{
  TsGridCell **slot = (TsGridCell **) &self->pool->pdata[index % self->pool->len];

  if (self->spare->is_bound && self->spare->index == index && is_focused (self->spare)) {
    TsGridCell *swap = *slot;
    *slot = self->spare;
    self->spare = swap;
  } else if ((*slot)->is_bound && (*slot)->index != index && is_focused (*slot)) {
    TsGridCell *swap = *slot;
    *slot = self->spare;
    self->spare = swap;
  }
  bind_cell (self, *slot, index);
  return *slot;
}

static void
resize_pool (TsGridCells *self, guint size)
{
  while (self->pool->len < size)
    g_ptr_array_add (self->pool, cell_new (self));
  while (self->pool->len > size) {
    TsGridCell *cell = g_ptr_array_steal_index (self->pool, self->pool->len - 1);
    if (is_focused (cell)) {
      TsGridCell *swap = self->spare;
      self->spare = cell;
      cell = swap;
    }
    gtk_widget_unparent (GTK_WIDGET (cell));
  }
}

static void
allocate (TsGridCells *self, TsGridCell *cell, TsGridCellRectFunc get_rect)
{
  GdkRectangle rect;

  get_rect (cell->index, &rect, self->user_data);
  gtk_widget_set_child_visible (GTK_WIDGET (cell), TRUE);
  /* GTK wants to be asked before a size is given */
  gtk_widget_measure (GTK_WIDGET (cell), GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_size_allocate (GTK_WIDGET (cell), &rect, -1);
}

void
ts_grid_cells_update (TsGridCells *self,
                      gboolean any,
                      guint64 first,
                      guint64 last,
                      guint64 focus,
                      TsGridCellRectFunc get_rect)
{
  guint n = any ? (guint) MIN (last - first + 1, MAX_POOL) : 0;

  /* room for more, so that scrolling seldom changes the pool and with it all slots */
  if (n > self->pool->len || 2 * n + 64 < self->pool->len)
    resize_pool (self, n + n / 8 + 8);
  for (guint i = 0; i < n; i++)
    claim (self, first + i);
  for (guint i = 0; i < self->pool->len; i++) {
    TsGridCell *cell = self->pool->pdata[i];
    if (cell->is_bound && cell->index >= first && cell->index < first + n)
      allocate (self, cell, get_rect);
    else if (is_focused (cell))
      allocate (self, cell, get_rect);
    else
      gtk_widget_set_child_visible (GTK_WIDGET (cell), FALSE);
  }

  /* the focus cell exists even while its image is out of sight */
  gboolean focus_in_pool = focus >= first && focus < first + n;
  if (any && !focus_in_pool) {
    if (!is_focused (self->spare))
      bind_cell (self, self->spare, focus);
    allocate (self, self->spare, get_rect);
  } else {
    gtk_widget_set_child_visible (GTK_WIDGET (self->spare), any && is_focused (self->spare));
    if (any && is_focused (self->spare))
      allocate (self, self->spare, get_rect);
  }
}

void
ts_grid_cells_set_selection (TsGridCells *self, GtkBitset *selection)
{
  gtk_bitset_unref (self->selection);
  self->selection = gtk_bitset_ref (selection);
  for (guint i = 0; i < self->pool->len; i++) {
    TsGridCell *cell = self->pool->pdata[i];
    if (cell->is_bound)
      update_selected (self, cell, FALSE);
  }
  if (self->spare->is_bound)
    update_selected (self, self->spare, FALSE);
}

void
ts_grid_cells_rename (TsGridCells *self)
{
  for (guint i = 0; i < self->pool->len; i++) {
    TsGridCell *cell = self->pool->pdata[i];
    if (cell->is_bound)
      name_cell (self, cell);
  }
  if (self->spare->is_bound)
    name_cell (self, self->spare);
}

GtkWidget *
ts_grid_cells_get (TsGridCells *self, guint64 index)
{
  for (guint i = 0; i < self->pool->len; i++) {
    TsGridCell *cell = self->pool->pdata[i];
    if (cell->is_bound && cell->index == index && gtk_widget_get_child_visible (GTK_WIDGET (cell)))
      return GTK_WIDGET (cell);
  }
  if (self->spare->is_bound && self->spare->index == index)
    return GTK_WIDGET (self->spare);
  return NULL;
}

gboolean
ts_grid_cells_grab_focus (TsGridCells *self, guint64 index)
{
  GtkWidget *cell = ts_grid_cells_get (self, index);

  if (cell == NULL) {
    /* where the focus is in the spare one now, a pool widget that is not shown takes over */
    TsGridCell *free_cell = self->spare;
    if (is_focused (free_cell)) {
      if (self->pool->len == 0)
        return FALSE;
      free_cell = self->pool->pdata[index % self->pool->len];
    }
    bind_cell (self, free_cell, index);
    gtk_widget_set_child_visible (GTK_WIDGET (free_cell), TRUE);
    cell = GTK_WIDGET (free_cell);
    gtk_widget_queue_allocate (self->parent);
  }
  return gtk_widget_grab_focus (cell);
}

gboolean
ts_grid_cells_have_focus (TsGridCells *self)
{
  return gtk_widget_get_focus_child (self->parent) != NULL;
}
