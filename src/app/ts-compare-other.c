/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compare-private.h"

#include <glib/gi18n.h>

/* Another array of the dump, opened in a thread. */

/* Arrays that are offered to compare with. */
#define MAX_OTHERS 60
#define MAX_WALKED 10000 /* nodes looked at to find them */

void
ts_compare_view_drop_other (TsCompareView *self)
{
  if (self->other_cancellable != NULL)
    g_cancellable_cancel (self->other_cancellable);
  g_clear_object (&self->other_cancellable);
  g_clear_object (&self->other);
  g_clear_object (&self->other_stats);
  ts_range_count_clear (self->other_count);
  g_clear_pointer (&self->other_error, g_free);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *job = data; /* document, node */
  GError *error = NULL;
  TsView *view = ts_view_new (job->pdata[0], job->pdata[1], NULL, cancellable, &error);

  if (view != NULL)
    g_task_return_pointer (task, view, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsCompareView *self = TS_COMPARE_VIEW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsView) view = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->other_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->other_cancellable);
  if (view != NULL) {
    self->other_stats = ts_batch_stats_new_for_view (view);
    self->other = g_steal_pointer (&view);
  } else {
    self->other_error = g_strdup (error->message);
  }
  ts_compare_view_update (self);
}

const char *
ts_compare_view_get_other (TsCompareView *self)
{
  g_return_val_if_fail (TS_IS_COMPARE_VIEW (self), NULL);

  return self->other_path;
}

void
ts_compare_view_set_other (TsCompareView *self, const char *path)
{
  g_return_if_fail (TS_IS_COMPARE_VIEW (self));
  g_return_if_fail (path != NULL);

  if (g_str_equal (path, self->other_path))
    return;
  ts_compare_view_drop_other (self);
  g_free (self->other_path);
  self->other_path = g_strdup (path);

  TsDocument *document = ts_session_get_document (self->session);
  TsNode *node = document != NULL && *path != '\0' ? ts_document_find (document, path) : NULL;
  if (node == NULL) {
    *self->other_path = '\0';
  } else {
    GPtrArray *job = g_ptr_array_new_with_free_func (g_object_unref);
    g_ptr_array_add (job, g_object_ref (document));
    g_ptr_array_add (job, g_object_ref (node));
    self->other_cancellable = g_cancellable_new ();
    g_autoptr (GTask) task = g_task_new (self, self->other_cancellable, opened_cb, NULL);
    g_task_set_task_data (task, job, (GDestroyNotify) g_ptr_array_unref);
    g_task_run_in_thread (task, open_thread);
  }
  ts_compare_view_update (self);
}

/* Arrays that may be images; whether they are is found out when one is chosen. %FALSE when there
 * are @n_most of them, or too many nodes. */
static gboolean
list_others (TsNode *node, TsNode *shown, GPtrArray *others, guint n_most, guint *n_walked)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  gboolean goes_on = ++*n_walked <= MAX_WALKED;

  if (ts_node_get_kind (node) == TS_NODE_TENSOR && tensor != NULL && ts_tensor_has_data (tensor) &&
      ts_tensor_get_n_dims (tensor) >= 2 && ts_tensor_get_n_dims (tensor) <= 6 && node != shown) {
    g_ptr_array_add (others, node);
    goes_on = goes_on && others->len < n_most;
  }
  for (guint i = 0; goes_on && i < ts_node_get_n_children (node); i++)
    goes_on = list_others (ts_node_get_child (node, i), shown, others, n_most, n_walked);
  return goes_on;
}

static GPtrArray *
find_others (TsCompareView *self, guint n_most)
{
  TsDocument *document = ts_session_get_document (self->session);
  GPtrArray *others = g_ptr_array_new ();
  guint n_walked = 0;

  if (document != NULL)
    list_others (ts_document_get_root (document), ts_session_get_node (self->session), others,
                 n_most, &n_walked);
  return others;
}

static void
append_other (GMenu *menu, const char *label, const char *path)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.compare-with", "s", path);
  g_menu_append_item (menu, item);
}

/* Made when it is asked for: of a dump of many arrays it is long. */
static void
fill_menu_cb (GtkMenuButton *button, gpointer data)
{
  TsCompareView *self = data;
  g_autoptr (GPtrArray) others = find_others (self, MAX_OTHERS);
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) images = g_menu_new ();
  g_autoptr (GMenu) arrays = g_menu_new ();

  append_other (images, _ ("Images of This Array"), "");
  for (guint i = 0; i < others->len; i++) {
    const char *path = ts_node_get_path (others->pdata[i]);
    append_other (arrays, path, path);
  }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (images));
  g_menu_append_section (menu, _ ("The Same Image of"), G_MENU_MODEL (arrays));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

void
ts_compare_view_update_menu (TsCompareView *self)
{
  g_autoptr (GPtrArray) others = find_others (self, 1);

  gtk_menu_button_set_create_popup_func (self->other_button, fill_menu_cb, self, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->other_button), others->len > 0);
}

/* Values that mean the same are shown by the same settings. */
void
ts_compare_view_choose_recipe (TsCompareView *self, TsRecipe *recipe)
{
  TsBatch *batch = ts_view_get_batch (self->other);
  TsImageSize size;

  ts_batch_get_max_size (batch, &size);
  ts_recipe_init_for_range (recipe, ts_view_get_value_range (self->other), &size);
  if (ts_recipe_equal (recipe, ts_session_get_initial_recipe (self->session)) &&
      ts_recipe_validate (ts_session_get_recipe (self->session), &size, NULL))
    *recipe = *ts_session_get_recipe (self->session);
  if (recipe->range_mode != TS_RANGE_FIXED)
    ts_range_count_want (self->other_count, recipe, self->other_stats,
                         ts_session_get_current (self->session));
  else
    ts_range_count_clear (self->other_count);
}
