/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-overlay.h"

#include "base/ts-error.h"
#include "pixels/ts-colormap.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Masks are read in bands of about this many elements. */
#define BAND_ELEMENTS ((guint64) 1 << 22)
/* Bytes of masks kept for the screen. */
#define KEPT_BYTES ((gsize) 32 << 20)

#define LAST_KEY "ts-overlay"

struct _TsOverlay
{
  GObject parent_instance;

  char *path;
  TsBatch *images;
  TsBatch *masks;

  GMutex lock;      /* of what follows */
  GHashTable *kept; /* Kept, by its key */
  GQueue lru;       /* the same, newest first */
  gsize kept_bytes;
};

/* Elements that were read for a place on the screen. */
typedef struct
{
  guint64 index;
  TsRect rect;
  guint width, height;
  TsBlock *block;
  GList link;
} Kept;

static GMutex open_lock;

G_DEFINE_FINAL_TYPE (TsOverlay, ts_overlay, G_TYPE_OBJECT)

static guint
hash_kept (gconstpointer data)
{
  const Kept *kept = data;
  guint64 mixed = kept->index * 0x9e3779b97f4a7c15u ^ ((guint64) kept->width << 20) ^
                  ((guint64) kept->rect.x << 40) ^ ((guint64) kept->rect.y << 10) ^ kept->height;

  return (guint) (mixed ^ (mixed >> 32));
}

static gboolean
equal_kept (gconstpointer a, gconstpointer b)
{
  const Kept *x = a, *y = b;

  return x->index == y->index && x->width == y->width && x->height == y->height &&
         memcmp (&x->rect, &y->rect, sizeof x->rect) == 0;
}

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  ts_block_unref (kept->block);
  g_free (kept);
}

static void
ts_overlay_finalize (GObject *object)
{
  TsOverlay *self = TS_OVERLAY (object);

  g_free (self->path);
  g_clear_object (&self->images);
  g_clear_object (&self->masks);
  g_hash_table_unref (self->kept);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ts_overlay_parent_class)->finalize (object);
}

static void
ts_overlay_class_init (TsOverlayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_overlay_finalize;
}

static void
ts_overlay_init (TsOverlay *self)
{
  g_mutex_init (&self->lock);
  self->kept = g_hash_table_new_full (hash_kept, equal_kept, free_kept, NULL);
}

/* The one that @view was asked for last: what it keeps serves all who paint. */
static TsOverlay *
dup_last (TsView *view, const char *path)
{
  TsOverlay *last = g_object_get_data (G_OBJECT (view), LAST_KEY);

  return last != NULL && g_str_equal (last->path, path) ? g_object_ref (last) : NULL;
}

gboolean
ts_overlay_open (TsView *view, const TsRecipe *recipe, TsOverlay **overlay, GError **error)
{
  TsNode *node;
  TsBatch *masks;

  g_return_val_if_fail (TS_IS_VIEW (view), FALSE);

  *overlay = NULL;
  if (recipe->overlay == NULL)
    return TRUE;
  g_mutex_lock (&open_lock);
  *overlay = dup_last (view, recipe->overlay);
  g_mutex_unlock (&open_lock);
  if (*overlay != NULL)
    return TRUE;
  node = ts_document_find (ts_view_get_document (view), recipe->overlay);
  if (node == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND,
                 _ ("There is no “%s” in “%s” to lay over the images"), recipe->overlay,
                    ts_document_get_name (ts_view_get_document (view)));
    return FALSE;
  }
  masks = ts_view_open_overlay (view, node, error);
  if (masks == NULL)
    return FALSE;
  *overlay = g_object_new (TS_TYPE_OVERLAY, NULL);
  (*overlay)->path = g_strdup (recipe->overlay);
  (*overlay)->images = g_object_ref (ts_view_get_batch (view));
  (*overlay)->masks = masks;
  g_mutex_lock (&open_lock);
  g_object_set_data_full (G_OBJECT (view), LAST_KEY, g_object_ref (*overlay), g_object_unref);
  g_mutex_unlock (&open_lock);
  return TRUE;
}

const char *
ts_overlay_get_path (TsOverlay *self)
{
  g_return_val_if_fail (TS_IS_OVERLAY (self), NULL);

  return self->path;
}

/* The element of a mask in the middle of pixel @i of @n that lie over [@first, @first + @length) of
 * an image of @image elements a side. */
static guint
get_nearest (guint i, guint n, guint first, guint length, guint image, guint mask)
{
  double at = first + (i + 0.5) * length / n;

  return MIN ((guint) (at * mask / image), mask - 1);
}

TsBlock *
ts_overlay_read (TsOverlay *self,
                 guint64 index,
                 const TsRect *rect,
                 guint width,
                 guint height,
                 GCancellable *cancellable,
                 GError **error)
{
  guint64 dims[3] = { height, width, 1 };
  g_autofree guint *columns = g_new (guint, MAX (width, 1));
  g_autoptr (TsBlock) result = NULL;
  TsDtype dtype;
  TsImageSize image, mask;
  guint first_column, last_column;
  TsRect whole;
  guint8 *out;
  gsize size;

  g_return_val_if_fail (TS_IS_OVERLAY (self), NULL);

  dtype = ts_batch_get_dtype (self->masks);
  size = ts_dtype_get_size (dtype);
  ts_batch_get_image_size (self->images, index, &image);
  if (ts_batch_get_n_images (self->masks) == 1)
    index = 0;
  ts_batch_get_image_size (self->masks, index, &mask);
  whole = (TsRect){ 0, 0, image.width, image.height };
  if (rect == NULL)
    rect = &whole;
  result = ts_block_new_packed (dtype, 3, dims, &out, error);
  if (result == NULL || width == 0 || height == 0)
    return g_steal_pointer (&result);
  for (guint x = 0; x < width; x++)
    columns[x] = get_nearest (x, width, rect->x, rect->width, image.width, mask.width);
  first_column = columns[0];
  last_column = columns[width - 1];

  guint n_rows = (guint) CLAMP (BAND_ELEMENTS / (last_column - first_column + 1), 1, mask.height);
  for (guint y = 0; y < height;) {
    guint first = get_nearest (y, height, rect->y, rect->height, image.height, mask.height);
    guint bottom =
        get_nearest (height - 1, height, rect->y, rect->height, image.height, mask.height);
    TsRect part = { first_column, first, last_column - first_column + 1,
                    MIN (n_rows, bottom - first + 1) };
    g_autoptr (TsBlock) block = NULL;

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    block = ts_batch_read_image (self->masks, index, &part, cancellable, error);
    if (block == NULL)
      return NULL;
    for (; y < height; y++) {
      guint row = get_nearest (y, height, rect->y, rect->height, image.height, mask.height);
      const guint8 *src;

      if (row >= part.y + part.height)
        break;
      src = block->data + (gsize) (row - part.y) * (gsize) block->strides_elems[0] * size;
      for (guint x = 0; x < width; x++, out += size)
        memcpy (out,
                src + (gsize) (columns[x] - first_column) * (gsize) block->strides_elems[1] * size,
                size);
    }
  }
  return g_steal_pointer (&result);
}

static TsBlock *
look_up_kept (TsOverlay *self, const Kept *key)
{
  TsBlock *block = NULL;
  Kept *found;

  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->kept, key);
  if (found != NULL) {
    g_queue_unlink (&self->lru, &found->link);
    g_queue_push_head_link (&self->lru, &found->link);
    block = ts_block_ref (found->block);
  }
  g_mutex_unlock (&self->lock);
  return block;
}

static gsize
get_kept_bytes (const Kept *kept)
{
  return (gsize) ts_block_get_n_elements (kept->block) * ts_dtype_get_size (kept->block->dtype) +
         sizeof *kept + sizeof *kept->block;
}

static void
keep (TsOverlay *self, const Kept *key)
{
  Kept *kept = g_memdup2 (key, sizeof *key);

  ts_block_ref (kept->block);
  kept->link.data = kept;
  g_mutex_lock (&self->lock);
  if (g_hash_table_contains (self->kept, kept)) {
    free_kept (kept);
  } else {
    g_hash_table_add (self->kept, kept);
    g_queue_push_head_link (&self->lru, &kept->link);
    self->kept_bytes += get_kept_bytes (kept);
  }
  while (self->kept_bytes > KEPT_BYTES) {
    Kept *oldest = g_queue_pop_tail_link (&self->lru)->data;

    self->kept_bytes -= get_kept_bytes (oldest);
    g_hash_table_remove (self->kept, oldest);
  }
  g_mutex_unlock (&self->lock);
}

TsBlock *
ts_overlay_read_kept (TsOverlay *self,
                      guint64 index,
                      const TsRect *rect,
                      guint width,
                      guint height,
                      GCancellable *cancellable,
                      GError **error)
{
  Kept key = { .index = index, .width = width, .height = height };
  TsBlock *block;

  g_return_val_if_fail (TS_IS_OVERLAY (self), NULL);

  if (rect != NULL)
    key.rect = *rect; /* no size is all of it */
  block = look_up_kept (self, &key);
  if (block != NULL)
    return block;
  block = ts_overlay_read (self, index, rect, width, height, cancellable, error);
  if (block != NULL) {
    key.block = block;
    keep (self, &key);
  }
  return block;
}

/* What one element draws. */
typedef struct
{
  gboolean is_drawn;
  guint8 rgb[3];
} Paint;

static Paint
get_paint (const TsRecipe *recipe, double value)
{
  Paint paint = { FALSE, { 0 } };
  gint64 label;

  if (!isfinite (value))
    return paint;
  label = (gint64) floor (CLAMP (value, -0x1p62, 0x1p62) + 0.5);
  if (recipe->overlay_color >= 0) {
    paint.is_drawn = value > recipe->overlay_threshold &&
                     (recipe->overlay_ignore < 0 || value != recipe->overlay_ignore);
    paint.rgb[0] = (guint8) (recipe->overlay_color >> 16);
    paint.rgb[1] = (guint8) (recipe->overlay_color >> 8);
    paint.rgb[2] = (guint8) recipe->overlay_color;
  } else if (label >= 0 && (recipe->overlay_ignore < 0 || label != recipe->overlay_ignore)) {
    paint.is_drawn = TRUE;
    ts_colormap_get_label_color (recipe->overlay_palette, label, paint.rgb);
  }
  return paint;
}

static inline guint
mix (guint under, guint over, guint alpha)
{
  return (under * (255 - alpha) + over * alpha + 127) / 255;
}

/* One pixel of @n channels of 8 bits. */
static inline void
blend_8 (guint8 *pixel, guint n, const guint8 rgb[3], guint alpha)
{
  if (n == 1) {
    guint luma = (299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500) / 1000;

    pixel[0] = (guint8) mix (pixel[0], luma, alpha);
    return;
  }
  if (n == 4 && pixel[3] != 255) {
    /* Both are transparent: straight alpha of what they come to, in 255 * 255ths. */
    guint below = pixel[3] * (255 - alpha), all = alpha * 255 + below;

    for (guint c = 0; c < 3 && all > 0; c++)
      pixel[c] = (guint8) ((pixel[c] * below + rgb[c] * alpha * 255 + all / 2) / all);
    pixel[3] = (guint8) ((all + 127) / 255);
    return;
  }
  for (guint c = 0; c < 3; c++)
    pixel[c] = (guint8) mix (pixel[c], rgb[c], alpha);
}

static void
blend_16 (guint8 *out, guint n, const guint8 rgb[3], guint alpha)
{
  guint16 pixel[4] = { 0 };
  guint luma = (299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500) / 1000;

  memcpy (pixel, out, n * sizeof *pixel);
  if (n == 4 && pixel[3] != 65535) {
    guint64 below = (guint64) pixel[3] * (255 - alpha),
            all = alpha * G_GUINT64_CONSTANT (65535) + below;

    for (guint c = 0; c < 3 && all > 0; c++)
      pixel[c] = (guint16) ((pixel[c] * below +
                             rgb[c] * 257u * (alpha * G_GUINT64_CONSTANT (65535)) + all / 2) /
                            all);
    pixel[3] = (guint16) ((all + 127) / 255);
  } else {
    for (guint c = 0; c < MIN (n, 3); c++)
      pixel[c] = (guint16) mix (pixel[c], (n == 1 ? luma : rgb[c]) * 257u, alpha);
  }
  memcpy (out, pixel, n * sizeof *pixel);
}

static void
blend_float (guint8 *out, guint n, const guint8 rgb[3], double alpha)
{
  double luma = (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / 255;
  float pixel[4] = { 0 };
  double below, all;

  memcpy (pixel, out, n * sizeof *pixel);
  below = (n == 4 ? (double) pixel[3] : 1) * (1 - alpha);
  all = alpha + below;
  for (guint c = 0; c < MIN (n, 3) && all > 0; c++) {
    double over = n == 1 ? luma : rgb[c] / 255.0;

    pixel[c] = (float) (below > 0 ? ((double) pixel[c] * below + over * alpha) / all : over);
  }
  if (n == 4)
    pixel[3] = (float) all;
  memcpy (out, pixel, n * sizeof *pixel);
}

static void
blend_pixel (const Paint *paint, const TsRecipe *recipe, TsPixelFormat format, guint8 *out)
{
  guint n = ts_pixel_format_get_n_channels (format), bits = ts_pixel_format_get_bits (format);
  guint alpha = (guint) (recipe->overlay_alpha * 255 + 0.5);

  if (bits == 8)
    blend_8 (out, n, paint->rgb, alpha);
  else if (bits == 16)
    blend_16 (out, n, paint->rgb, alpha);
  else
    blend_float (out, n, paint->rgb, recipe->overlay_alpha);
}

/* Masks of bytes have 256 things to draw at most. */
static void
blend_bytes (const TsBlock *mask,
             const TsRecipe *recipe,
             TsPixelFormat format,
             guint8 *pixels,
             gsize stride_bytes)
{
  const TsDtypeInfo *info = ts_dtype_get_info (mask->dtype);
  gsize size = ts_pixel_format_get_size (format);
  gboolean is_8 = ts_pixel_format_get_bits (format) == 8;
  guint n = ts_pixel_format_get_n_channels (format);
  guint alpha = (guint) (recipe->overlay_alpha * 255 + 0.5);
  Paint paints[256];

  for (guint i = 0; i < 256; i++) {
    guint8 byte = (guint8) i;
    double value;

    info->load (&byte, 1, 1, &value);
    paints[i] = get_paint (recipe, value);
  }
  for (guint64 y = 0; y < mask->dims[0]; y++, pixels += stride_bytes) {
    const guint8 *src = mask->data + (gsize) y * (gsize) mask->strides_elems[0];
    guint8 *out = pixels;

    for (guint64 x = 0; x < mask->dims[1]; x++, src += mask->strides_elems[1], out += size) {
      const Paint *paint = &paints[*src];

      if (!paint->is_drawn)
        continue;
      if (is_8)
        blend_8 (out, n, paint->rgb, alpha);
      else
        blend_pixel (paint, recipe, format, out);
    }
  }
}

void
ts_overlay_blend (const TsBlock *mask,
                  const TsRecipe *recipe,
                  TsPixelFormat format,
                  guint8 *pixels,
                  gsize stride_bytes)
{
  const TsDtypeInfo *info = ts_dtype_get_info (mask->dtype);
  gsize size = ts_pixel_format_get_size (format);
  g_autofree double *row = NULL;

  g_return_if_fail (mask->n_dims == 3 && mask->dims[2] == 1);

  if (info->size_bytes == 1) {
    blend_bytes (mask, recipe, format, pixels, stride_bytes);
    return;
  }
  row = g_new (double, MAX (mask->dims[1], 1));
  for (guint64 y = 0; y < mask->dims[0]; y++, pixels += stride_bytes) {
    info->load (mask->data + (gsize) y * (gsize) mask->strides_elems[0] * info->size_bytes,
                (gssize) mask->strides_elems[1] * (gssize) info->size_bytes, (gsize) mask->dims[1],
                row);
    for (guint64 x = 0; x < mask->dims[1]; x++) {
      Paint paint = get_paint (recipe, row[x]);

      if (paint.is_drawn)
        blend_pixel (&paint, recipe, format, pixels + x * size);
    }
  }
}
