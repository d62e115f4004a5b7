/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-source.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

G_DEFINE_ABSTRACT_TYPE (TsSource, ts_source, G_TYPE_OBJECT)

static void
ts_source_class_init (TsSourceClass *klass)
{
}

static void
ts_source_init (TsSource *self)
{
}

guint64
ts_source_get_size (TsSource *self)
{
  g_return_val_if_fail (TS_IS_SOURCE (self), 0);

  return TS_SOURCE_GET_CLASS (self)->get_size (self);
}

gboolean
ts_source_read (TsSource *self,
                guint64 offset,
                void *out,
                gsize n_bytes,
                GCancellable *cancellable,
                GError **error)
{
  guint64 size;

  g_return_val_if_fail (TS_IS_SOURCE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  size = ts_source_get_size (self);
  if (!ts_range_fits (offset, n_bytes, size)) {
    g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
                 "%" G_GSIZE_FORMAT " bytes expected at offset %" G_GUINT64_FORMAT
                 ", but the data ends at %" G_GUINT64_FORMAT,
                 n_bytes, offset, size);
    return FALSE;
  }
  if (n_bytes == 0)
    return TRUE;
  return TS_SOURCE_GET_CLASS (self)->read (self, offset, out, n_bytes, cancellable, error);
}

GBytes *
ts_source_read_bytes (TsSource *self,
                      guint64 offset,
                      guint64 n_bytes,
                      guint64 max_bytes,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autofree guint8 *data = NULL;

  g_return_val_if_fail (TS_IS_SOURCE (self), NULL);

  if (n_bytes > max_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("%" PRIu64 " bytes at offset %" PRIu64
                 " are more than the limit of %" PRIu64),
                    n_bytes, offset, max_bytes);
    return NULL;
  }
  /* Looked at before memory is taken: a small file must not make us allocate what it claims. */
  if (!ts_range_fits (offset, n_bytes, ts_source_get_size (self))) {
    ts_source_read (self, offset, NULL, (gsize) n_bytes, cancellable, error);
    return NULL;
  }
  data = g_try_malloc ((gsize) MAX (n_bytes, 1));
  if (data == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory for %" PRIu64 " bytes"), n_bytes);
    return NULL;
  }
  if (!ts_source_read (self, offset, data, (gsize) n_bytes, cancellable, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), (gsize) n_bytes);
}

const guint8 *
ts_source_peek (TsSource *self)
{
  TsSourceClass *klass;

  g_return_val_if_fail (TS_IS_SOURCE (self), NULL);

  klass = TS_SOURCE_GET_CLASS (self);
  return klass->peek != NULL ? klass->peek (self) : NULL;
}

/* Memory */

#define TS_TYPE_MEMORY_SOURCE (ts_memory_source_get_type ())
G_DECLARE_FINAL_TYPE (TsMemorySource, ts_memory_source, TS, MEMORY_SOURCE, TsSource)

struct _TsMemorySource
{
  TsSource parent_instance;

  GBytes *bytes;
};

G_DEFINE_FINAL_TYPE (TsMemorySource, ts_memory_source, TS_TYPE_SOURCE)

static guint64
ts_memory_source_get_size (TsSource *source)
{
  return g_bytes_get_size (TS_MEMORY_SOURCE (source)->bytes);
}

static const guint8 *
ts_memory_source_peek (TsSource *source)
{
  return g_bytes_get_data (TS_MEMORY_SOURCE (source)->bytes, NULL);
}

static gboolean
ts_memory_source_read (TsSource *source,
                       guint64 offset,
                       void *out,
                       gsize n_bytes,
                       GCancellable *cancellable,
                       GError **error)
{
  memcpy (out, ts_memory_source_peek (source) + offset, n_bytes);
  return TRUE;
}

static void
ts_memory_source_finalize (GObject *object)
{
  g_bytes_unref (TS_MEMORY_SOURCE (object)->bytes);
  G_OBJECT_CLASS (ts_memory_source_parent_class)->finalize (object);
}

static void
ts_memory_source_class_init (TsMemorySourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_memory_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_memory_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_memory_source_read;
  TS_SOURCE_CLASS (klass)->peek = ts_memory_source_peek;
}

static void
ts_memory_source_init (TsMemorySource *self)
{
}

TsSource *
ts_memory_source_new (GBytes *bytes)
{
  TsMemorySource *self;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = g_object_new (TS_TYPE_MEMORY_SOURCE, NULL);
  self->bytes = g_bytes_ref (bytes);
  return TS_SOURCE (self);
}

/* A window of another source */

#define TS_TYPE_WINDOW_SOURCE (ts_window_source_get_type ())
G_DECLARE_FINAL_TYPE (TsWindowSource, ts_window_source, TS, WINDOW_SOURCE, TsSource)

struct _TsWindowSource
{
  TsSource parent_instance;

  TsSource *parent;
  guint64 offset;
  guint64 n_bytes;
};

G_DEFINE_FINAL_TYPE (TsWindowSource, ts_window_source, TS_TYPE_SOURCE)

static guint64
ts_window_source_get_size (TsSource *source)
{
  return TS_WINDOW_SOURCE (source)->n_bytes;
}

static const guint8 *
ts_window_source_peek (TsSource *source)
{
  TsWindowSource *self = TS_WINDOW_SOURCE (source);
  const guint8 *data = ts_source_peek (self->parent);

  return data != NULL ? data + self->offset : NULL;
}

static gboolean
ts_window_source_read (TsSource *source,
                       guint64 offset,
                       void *out,
                       gsize n_bytes,
                       GCancellable *cancellable,
                       GError **error)
{
  TsWindowSource *self = TS_WINDOW_SOURCE (source);

  return ts_source_read (self->parent, self->offset + offset, out, n_bytes, cancellable, error);
}

static void
ts_window_source_finalize (GObject *object)
{
  g_clear_object (&TS_WINDOW_SOURCE (object)->parent);
  G_OBJECT_CLASS (ts_window_source_parent_class)->finalize (object);
}

static void
ts_window_source_class_init (TsWindowSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_window_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_window_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_window_source_read;
  TS_SOURCE_CLASS (klass)->peek = ts_window_source_peek;
}

static void
ts_window_source_init (TsWindowSource *self)
{
}

TsSource *
ts_window_source_new (TsSource *parent, guint64 offset, guint64 n_bytes, GError **error)
{
  TsWindowSource *self;

  g_return_val_if_fail (TS_IS_SOURCE (parent), NULL);

  if (!ts_range_fits (offset, n_bytes, ts_source_get_size (parent))) {
    g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
                 _ ("%" PRIu64 " bytes expected at offset %" PRIu64
                 ", but the data ends at %" PRIu64),
                    n_bytes, offset, ts_source_get_size (parent));
    return NULL;
  }
  self = g_object_new (TS_TYPE_WINDOW_SOURCE, NULL);
  /* Windows of windows are flattened, so that reads stay one call deep. */
  if (TS_IS_WINDOW_SOURCE (parent)) {
    offset += TS_WINDOW_SOURCE (parent)->offset;
    parent = TS_WINDOW_SOURCE (parent)->parent;
  }
  self->parent = g_object_ref (parent);
  self->offset = offset;
  self->n_bytes = n_bytes;
  return TS_SOURCE (self);
}

/* Computed once */

#define TS_TYPE_COMPUTED_SOURCE (ts_computed_source_get_type ())
G_DECLARE_FINAL_TYPE (TsComputedSource, ts_computed_source, TS, COMPUTED_SOURCE, TsSource)

struct _TsComputedSource
{
  TsSource parent_instance;

  guint64 n_bytes;
  TsComputeFunc compute;
  gpointer data;
  GDestroyNotify destroy;
  GMutex lock; /* held while computing */
  gboolean is_kept;
  GBytes *bytes; /* set once, atomically */
};

G_DEFINE_FINAL_TYPE (TsComputedSource, ts_computed_source, TS_TYPE_SOURCE)

static guint64
ts_computed_source_get_size (TsSource *source)
{
  return TS_COMPUTED_SOURCE (source)->n_bytes;
}

static const guint8 *
ts_computed_source_peek (TsSource *source)
{
  GBytes *bytes = g_atomic_pointer_get (&TS_COMPUTED_SOURCE (source)->bytes);

  return bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL;
}

static GBytes *
compute_checked (TsComputedSource *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = self->compute (self->data, cancellable, error);

  if (bytes == NULL)
    return NULL;
  if (g_bytes_get_size (bytes) != self->n_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "%" G_GSIZE_FORMAT " bytes came out where %" G_GUINT64_FORMAT " were announced",
                 g_bytes_get_size (bytes), self->n_bytes);
    return NULL;
  }
  return g_steal_pointer (&bytes);
}

static gboolean
ts_computed_source_read (TsSource *source,
                         guint64 offset,
                         void *out,
                         gsize n_bytes,
                         GCancellable *cancellable,
                         GError **error)
{
  TsComputedSource *self = TS_COMPUTED_SOURCE (source);

  if (!self->is_kept) {
    g_autoptr (GBytes) bytes = compute_checked (self, cancellable, error);

    if (bytes == NULL)
      return FALSE;
    memcpy (out, (const guint8 *) g_bytes_get_data (bytes, NULL) + offset, n_bytes);
    return TRUE;
  }
  if (g_atomic_pointer_get (&self->bytes) == NULL) {
    g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

    if (g_atomic_pointer_get (&self->bytes) == NULL) {
      GBytes *bytes = compute_checked (self, cancellable, error);

      if (bytes == NULL)
        return FALSE;
      g_atomic_pointer_set (&self->bytes, bytes);
    }
  }
  memcpy (out, ts_computed_source_peek (source) + offset, n_bytes);
  return TRUE;
}

static void
ts_computed_source_finalize (GObject *object)
{
  TsComputedSource *self = TS_COMPUTED_SOURCE (object);

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ts_computed_source_parent_class)->finalize (object);
}

static void
ts_computed_source_class_init (TsComputedSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_computed_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_computed_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_computed_source_read;
  TS_SOURCE_CLASS (klass)->peek = ts_computed_source_peek;
}

static void
ts_computed_source_init (TsComputedSource *self)
{
  g_mutex_init (&self->lock);
}

static TsSource *
new_computed (guint64 n_bytes,
              TsComputeFunc compute,
              gpointer data,
              GDestroyNotify destroy,
              gboolean is_kept)
{
  TsComputedSource *self = g_object_new (TS_TYPE_COMPUTED_SOURCE, NULL);

  self->n_bytes = n_bytes;
  self->compute = compute;
  self->data = data;
  self->destroy = destroy;
  self->is_kept = is_kept;
  return TS_SOURCE (self);
}

TsSource *
ts_computed_source_new (guint64 n_bytes,
                        TsComputeFunc compute,
                        gpointer data,
                        GDestroyNotify destroy)
{
  g_return_val_if_fail (compute != NULL, NULL);

  return new_computed (n_bytes, compute, data, destroy, TRUE);
}

TsSource *
ts_recomputed_source_new (guint64 n_bytes,
                          TsComputeFunc compute,
                          gpointer data,
                          GDestroyNotify destroy)
{
  g_return_val_if_fail (compute != NULL, NULL);

  return new_computed (n_bytes, compute, data, destroy, FALSE);
}
