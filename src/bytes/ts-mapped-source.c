/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-mapped-source.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#define PIECE_BYTES (1u << 20)
#define MAX_AXES    128u

/* Units converted one by one */

#define TS_TYPE_MAPPED_SOURCE (ts_mapped_source_get_type ())
G_DECLARE_FINAL_TYPE (TsMappedSource, ts_mapped_source, TS, MAPPED_SOURCE, TsSource)

struct _TsMappedSource
{
  TsSource parent_instance;

  TsSource *parent;
  guint64 offset;
  guint64 n_units;
  gsize in_bytes, out_bytes;
  TsMapFunc map;
};

G_DEFINE_FINAL_TYPE (TsMappedSource, ts_mapped_source, TS_TYPE_SOURCE)

static guint64
ts_mapped_source_get_size (TsSource *source)
{
  TsMappedSource *self = TS_MAPPED_SOURCE (source);

  return self->n_units * self->out_bytes;
}

static gboolean
ts_mapped_source_read (TsSource *source,
                       guint64 offset,
                       void *out,
                       gsize n_bytes,
                       GCancellable *cancellable,
                       GError **error)
{
  TsMappedSource *self = TS_MAPPED_SOURCE (source);
  gsize per_piece = MAX (PIECE_BYTES / MAX (self->in_bytes, self->out_bytes), 1);
  g_autofree guint8 *in = g_malloc (per_piece * self->in_bytes);
  g_autofree guint8 *mapped = g_malloc (per_piece * self->out_bytes);
  guint8 *to = out;

  while (n_bytes > 0) {
    guint64 first = offset / self->out_bytes;
    gsize skip = (gsize) (offset % self->out_bytes);
    gsize n = (gsize) MIN ((n_bytes + skip - 1) / self->out_bytes + 1, per_piece);
    gsize n_taken = MIN (n * self->out_bytes - skip, n_bytes);

    if (!ts_source_read (self->parent, self->offset + first * self->in_bytes, in,
                         n * self->in_bytes, cancellable, error))
      return FALSE;
    self->map (in, mapped, n);
    memcpy (to, mapped + skip, n_taken);
    to += n_taken;
    offset += n_taken;
    n_bytes -= n_taken;
  }
  return TRUE;
}

static void
ts_mapped_source_finalize (GObject *object)
{
  g_clear_object (&TS_MAPPED_SOURCE (object)->parent);
  G_OBJECT_CLASS (ts_mapped_source_parent_class)->finalize (object);
}

static void
ts_mapped_source_class_init (TsMappedSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_mapped_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_mapped_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_mapped_source_read;
}

static void
ts_mapped_source_init (TsMappedSource *self)
{
}

static gboolean
check_fits (TsSource *parent, guint64 offset, guint64 n_bytes, GError **error)
{
  guint64 size = ts_source_get_size (parent);

  if (ts_range_fits (offset, n_bytes, size))
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
               _ ("%" PRIu64 " bytes expected at offset %" PRIu64
               ", but the data ends at %" PRIu64),
                  n_bytes, offset, size);
  return FALSE;
}

static gboolean
set_overflow (GError **error)
{
  g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                       _ ("The sizes are beyond those of any file"));
  return FALSE;
}

TsSource *
ts_mapped_source_new (TsSource *parent,
                      guint64 offset,
                      guint64 n_units,
                      gsize in_bytes,
                      gsize out_bytes,
                      TsMapFunc map,
                      GError **error)
{
  TsMappedSource *self;
  guint64 n_in, n_out;

  g_return_val_if_fail (TS_IS_SOURCE (parent), NULL);
  g_return_val_if_fail (in_bytes > 0 && out_bytes > 0 && map != NULL, NULL);

  if (!ts_checked_mul (n_units, in_bytes, &n_in) || !ts_checked_mul (n_units, out_bytes, &n_out)) {
    set_overflow (error);
    return NULL;
  }
  if (!check_fits (parent, offset, n_in, error))
    return NULL;
  self = g_object_new (TS_TYPE_MAPPED_SOURCE, NULL);
  self->parent = g_object_ref (parent);
  self->offset = offset;
  self->n_units = n_units;
  self->in_bytes = in_bytes;
  self->out_bytes = out_bytes;
  self->map = map;
  return TS_SOURCE (self);
}

/* Scattered elements */

#define TS_TYPE_GATHER_SOURCE (ts_gather_source_get_type ())
G_DECLARE_FINAL_TYPE (TsGatherSource, ts_gather_source, TS, GATHER_SOURCE, TsSource)

struct _TsGatherSource
{
  TsSource parent_instance;

  TsSource *parent;
  guint64 offset;
  gsize element_bytes;
  guint64 n_elements;
  guint n_dims; /* at least 1 */
  guint64 dims[MAX_AXES];
  guint64 strides[MAX_AXES]; /* bytes */
};

G_DEFINE_FINAL_TYPE (TsGatherSource, ts_gather_source, TS_TYPE_SOURCE)

static guint64
ts_gather_source_get_size (TsSource *source)
{
  TsGatherSource *self = TS_GATHER_SOURCE (source);

  return self->n_elements * self->element_bytes;
}

/* The @n elements from number @first on, which lie in one run of the last axis. */
static gboolean
gather_run (TsGatherSource *self,
            guint64 first,
            gsize n,
            guint8 *span,
            guint8 *out,
            GCancellable *cancellable,
            GError **error)
{
  guint64 at = self->offset, rest = first;
  gsize stride = (gsize) self->strides[self->n_dims - 1];

  for (guint axis = self->n_dims; axis-- > 0;) {
    at += rest % self->dims[axis] * self->strides[axis];
    rest /= self->dims[axis];
  }
  if (!ts_source_read (self->parent, at, span, (n - 1) * stride + self->element_bytes, cancellable,
                       error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    memcpy (out + i * self->element_bytes, span + i * stride, self->element_bytes);
  return TRUE;
}

static gboolean
ts_gather_source_read (TsSource *source,
                       guint64 offset,
                       void *out,
                       gsize n_bytes,
                       GCancellable *cancellable,
                       GError **error)
{
  TsGatherSource *self = TS_GATHER_SOURCE (source);
  gsize element = self->element_bytes;
  guint64 inner = self->dims[self->n_dims - 1];
  /* As many elements at once as lie within one piece of the file. */
  gsize per_piece =
      (gsize) MIN (PIECE_BYTES / MAX (self->strides[self->n_dims - 1], element), inner);
  g_autofree guint8 *span = NULL;
  g_autofree guint8 *packed = NULL;
  guint8 *to = out;

  per_piece = MAX (per_piece, 1);
  span = g_malloc ((per_piece - 1) * (gsize) self->strides[self->n_dims - 1] + element);
  packed = g_malloc (per_piece * element);
  while (n_bytes > 0) {
    guint64 first = offset / element;
    gsize skip = (gsize) (offset % element);
    gsize n =
        (gsize) MIN (MIN ((n_bytes + skip - 1) / element + 1, per_piece), inner - first % inner);
    gsize n_taken = MIN (n * element - skip, n_bytes);

    if (!gather_run (self, first, n, span, packed, cancellable, error))
      return FALSE;
    memcpy (to, packed + skip, n_taken);
    to += n_taken;
    offset += n_taken;
    n_bytes -= n_taken;
  }
  return TRUE;
}

static void
ts_gather_source_finalize (GObject *object)
{
  g_clear_object (&TS_GATHER_SOURCE (object)->parent);
  G_OBJECT_CLASS (ts_gather_source_parent_class)->finalize (object);
}

static void
ts_gather_source_class_init (TsGatherSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_gather_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_gather_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_gather_source_read;
}

static void
ts_gather_source_init (TsGatherSource *self)
{
}

TsSource *
ts_gather_source_new (TsSource *parent,
                      guint64 offset,
                      gsize element_bytes,
                      guint n_dims,
                      const guint64 *dims,
                      const guint64 *strides_bytes,
                      GError **error)
{
  g_autoptr (TsGatherSource) self = NULL;
  guint64 reach = element_bytes, n_bytes, n_elements = 1;

  g_return_val_if_fail (TS_IS_SOURCE (parent), NULL);
  g_return_val_if_fail (element_bytes > 0 && n_dims <= MAX_AXES, NULL);

  self = g_object_new (TS_TYPE_GATHER_SOURCE, NULL);
  self->parent = g_object_ref (parent);
  self->offset = offset;
  self->element_bytes = element_bytes;
  self->n_dims = MAX (n_dims, 1);
  self->dims[0] = 1;
  for (guint i = 0; i < n_dims; i++) {
    self->dims[i] = dims[i];
    self->strides[i] = strides_bytes[i];
    if (dims[i] == 0)
      n_elements = 0;
  }
  for (guint i = 0; i < n_dims && n_elements > 0; i++) {
    guint64 last;

    if (!ts_checked_mul (dims[i] - 1, strides_bytes[i], &last) ||
        !ts_checked_add (reach, last, &reach) ||
        !ts_checked_mul (n_elements, dims[i], &n_elements)) {
      set_overflow (error);
      return NULL;
    }
  }
  if (!ts_checked_mul (n_elements, element_bytes, &n_bytes)) {
    set_overflow (error);
    return NULL;
  }
  self->n_elements = n_elements;
  if (n_elements > 0 && !check_fits (parent, offset, reach, error))
    return NULL;
  return TS_SOURCE (g_steal_pointer (&self));
}
