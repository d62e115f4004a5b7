/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-drag-images.h"

#include "export/ts-export-job.h"

#include <glib/gstdio.h>
#include <string.h>

struct _TsDragImages
{
  GdkContentProvider parent_instance;

  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  GArray *indices; /* of guint64 */

  GPtrArray *files;   /* of GFile, once they are written; (nullable) */
  GPtrArray *waiting; /* of GTask; (nullable) unless they are being written */
};

G_DEFINE_FINAL_TYPE (TsDragImages, ts_drag_images, GDK_TYPE_CONTENT_PROVIDER)

/* The folders of this process. */
static GPtrArray *folders;

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir =
                 g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    remove_tree (child);
  }
  g_remove (path);
}

void
ts_drag_images_clean (void)
{
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    remove_tree (folders->pdata[i]);
  g_clear_pointer (&folders, g_ptr_array_unref);
}

/* Writing. */

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TsDragImages *self = source;
  const char *folder = data;
  GError *error = NULL;
  TsExportOptions options;

  ts_export_options_init (&options);
  options.folder = folder;
  options.encoder = ts_encoder_find ("png");
  options.sidecar = FALSE;
  g_autoptr (TsExportJob) job = ts_export_job_new (self->view, self->stats, &self->recipe, &options,
                                                   (const guint64 *) (gpointer) self->indices->data,
                                                   self->indices->len, &error);
  if (job == NULL || !ts_export_job_run (job, cancellable, &error)) {
    g_task_return_error (task, error);
    return;
  }
  GPtrArray *names = ts_export_job_get_files (job);
  GPtrArray *failures = ts_export_job_get_failures (job);
  if (names->len == 0) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             failures->len > 0 ? (const char *) failures->pdata[0] : "no images");
    return;
  }
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    g_ptr_array_add (files, g_file_new_for_path (path));
  }
  g_task_return_pointer (task, files, (GDestroyNotify) g_ptr_array_unref);
}

typedef struct
{
  char *mime_type;
  GOutputStream *stream;
  int priority;
} Request;

static void
request_free (Request *request)
{
  g_free (request->mime_type);
  g_object_unref (request->stream);
  g_free (request);
}

static void
serialized_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (gdk_content_serialize_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Takes @task. */
static void
answer (TsDragImages *self, GTask *task)
{
  const Request *request = g_task_get_task_data (task);
  g_auto (GValue) value = G_VALUE_INIT;

  if (g_str_has_prefix (request->mime_type, "image/")) {
    GError *error = NULL;
    g_autoptr (GdkTexture) texture = gdk_texture_new_from_file (self->files->pdata[0], &error);
    if (texture == NULL) {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
    g_value_init (&value, GDK_TYPE_TEXTURE);
    g_value_set_object (&value, texture);
  } else {
    GSList *list = NULL;
    for (guint i = self->files->len; i > 0; i--)
      list = g_slist_prepend (list, self->files->pdata[i - 1]);
    g_value_init (&value, GDK_TYPE_FILE_LIST);
    g_value_set_boxed (&value, list);
    g_slist_free (list);
  }
  gdk_content_serialize_async (request->stream, request->mime_type, &value, request->priority,
                               g_task_get_cancellable (task), serialized_cb, task);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsDragImages *self = TS_DRAG_IMAGES (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->files = g_task_propagate_pointer (G_TASK (result), &error);
  for (guint i = 0; i < waiting->len; i++) {
    GTask *task = waiting->pdata[i];
    if (self->files != NULL) {
      answer (self, task);
    } else {
      g_task_return_error (task, g_error_copy (error));
      g_object_unref (task);
    }
  }
}

/* In a folder that nobody else can enter. */
static gboolean
start_writing (TsDragImages *self, GError **error)
{
  char *folder = g_dir_make_tmp ("tenscope-XXXXXX", error);

  if (folder == NULL)
    return FALSE;
  if (folders == NULL)
    folders = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (folders, folder);
  self->waiting = g_ptr_array_new ();
  g_autoptr (GTask) task = g_task_new (self, NULL, written_cb, NULL);
  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_run_in_thread (task, write_thread);
  return TRUE;
}

static void
ts_drag_images_write_mime_type_async (GdkContentProvider *provider,
                                      const char *mime_type,
                                      GOutputStream *stream,
                                      int io_priority,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  TsDragImages *self = TS_DRAG_IMAGES (provider);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);
  GError *error = NULL;

  request->mime_type = g_strdup (mime_type);
  request->stream = g_object_ref (stream);
  request->priority = io_priority;
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  if (self->files != NULL) {
    answer (self, task);
  } else if (self->waiting != NULL || start_writing (self, &error)) {
    g_ptr_array_add (self->waiting, task);
  } else {
    g_task_return_error (task, error);
    g_object_unref (task);
  }
}

static gboolean
ts_drag_images_write_mime_type_finish (GdkContentProvider *provider,
                                       GAsyncResult *result,
                                       GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GdkContentFormats *
ts_drag_images_ref_formats (GdkContentProvider *provider)
{
  TsDragImages *self = TS_DRAG_IMAGES (provider);
  const char *mime_types[] = { "text/uri-list", "image/png" };

  return gdk_content_formats_new (mime_types, self->indices->len == 1 ? 2 : 1);
}

static void
ts_drag_images_finalize (GObject *object)
{
  TsDragImages *self = TS_DRAG_IMAGES (object);

  g_object_unref (self->view);
  g_object_unref (self->stats);
  g_array_unref (self->indices);
  g_clear_pointer (&self->files, g_ptr_array_unref);

  G_OBJECT_CLASS (ts_drag_images_parent_class)->finalize (object);
}

static void
ts_drag_images_class_init (TsDragImagesClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ts_drag_images_finalize;
  provider_class->ref_formats = ts_drag_images_ref_formats;
  provider_class->ref_storable_formats = ts_drag_images_ref_formats;
  provider_class->write_mime_type_async = ts_drag_images_write_mime_type_async;
  provider_class->write_mime_type_finish = ts_drag_images_write_mime_type_finish;
}

static void
ts_drag_images_init (TsDragImages *self)
{
  self->indices = g_array_new (FALSE, FALSE, sizeof (guint64));
}

GdkContentProvider *
ts_drag_images_new (TsView *view,
                    TsBatchStats *stats,
                    const TsRecipe *recipe,
                    const guint64 *indices,
                    gsize n_indices)
{
  g_return_val_if_fail (n_indices > 0, NULL);

  TsDragImages *self = g_object_new (TS_TYPE_DRAG_IMAGES, NULL);

  self->view = g_object_ref (view);
  self->stats = g_object_ref (stats);
  self->recipe = *recipe;
  g_array_append_vals (self->indices, indices, (guint) n_indices);
  return GDK_CONTENT_PROVIDER (self);
}
