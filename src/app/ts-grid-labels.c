/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <glib/gi18n.h>

#define MAX_LABELS ((guint64) 16 << 20) /* elements read at once */

/* Labels for captions and names: one small array, read once. */

char *
ts_grid_dup_label (TsGrid *self, guint64 index)
{
  if (self->labels == NULL || index >= self->labels->dims[0])
    return NULL;
  gsize size = ts_dtype_get_size (self->labels->dtype);
  gsize offset = (gsize) index * (gsize) self->labels->strides_elems[0] * size;
  return ts_dtype_format_element (self->labels->dtype, self->labels->data + offset);
}

char *
ts_grid_cell_name_cb (guint64 index, gpointer user_data)
{
  g_autofree char *label = ts_grid_dup_label (TS_GRID (user_data), index);

  if (label == NULL)
    return g_strdup_printf (_ ("Image %u"), (guint) index);
  return g_strdup_printf (_ ("Image %u, label %s"), (guint) index, label);
}

static void
labels_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  TsBlock *labels = ts_tensor_read_all (TS_TENSOR (data), cancellable, &error);

  if (labels == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, labels, (GDestroyNotify) ts_block_unref);
}

static void
labels_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TsGrid *self = TS_GRID (source);
  g_autoptr (TsBlock) labels = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self->labels_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->labels_cancellable);
  self->labels = g_steal_pointer (&labels);
  ts_grid_cells_rename (self->cells);
  ts_grid_bands_drop_decor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
ts_grid_load_labels (TsGrid *self, TsView *view)
{
  if (self->labels_cancellable != NULL)
    g_cancellable_cancel (self->labels_cancellable);
  g_clear_object (&self->labels_cancellable);
  g_clear_pointer (&self->labels, ts_block_unref);

  TsPairing *pairing = view != NULL ? ts_view_get_pairing (view) : NULL;
  const TsField *field = pairing != NULL ? ts_pairing_find_role (pairing, TS_FIELD_LABEL) : NULL;
  if (field == NULL || ts_tensor_get_n_dims (field->tensor) != 1 ||
      ts_tensor_get_n_elements (field->tensor) > MAX_LABELS)
    return;
  self->labels_cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->labels_cancellable, labels_cb, NULL);
  g_task_set_task_data (task, g_object_ref (field->tensor), g_object_unref);
  g_task_run_in_thread (task, labels_thread);
}
