/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tile-cache.h"

#include "base/ts-pool.h"

#define MAX_WORKERS 4

/* The main thread writes down what it wants, workers take from the front of the list. A new list
 * replaces the old one, so nothing stale is ever begun, and what has been begun for an older list
 * is cancelled. A new batch makes a new Desk: results of the old one have nowhere to go.
 */
typedef struct
{
  gatomicrefcount ref_count;
  TsBatch *batch;

  GMutex lock;
  GArray *wanted; /* TsTileKey */
  guint next;     /* in wanted */
  GArray *bare;   /* guint64: images of which there is no tile at all */
  GArray *begun;  /* Begun: in the hands of workers or in done */
  gboolean closed;
  guint n_workers;
  GPtrArray *done; /* TsTile */
  gboolean idle_pending;

  TsTileCache *cache; /* main thread only; NULL when nobody waits */
} Desk;

typedef struct
{
  TsTileKey key;
  GCancellable *cancellable; /* owned */
  gboolean finished;         /* in done, out of the worker's hands */
} Begun;

struct _TsTileCache
{
  GObject parent_instance;

  gsize limit_bytes;
  gsize size_bytes;
  guint64 n_loaded;
  GHashTable *tiles;    /* TsTile by its TsTileKey prefix */
  GHashTable *by_image; /* index -> newest TsTile, borrowed */
  GQueue lru;           /* TsTile, borrowed, newest first */
  GHashTable *links;    /* TsTile -> its GList in lru */
  guint n_pinned;       /* asked for last: the newest of lru */
  Desk *desk;           /* NULL without a batch */
};

enum {
  SIGNAL_READY,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsTileCache, ts_tile_cache, G_TYPE_OBJECT)

static void
desk_unref (Desk *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->batch);
  g_mutex_clear (&self->lock);
  g_array_unref (self->wanted);
  g_array_unref (self->bare);
  g_array_unref (self->begun);
  g_ptr_array_unref (self->done);
  g_free (self);
}

static Desk *
desk_ref (Desk *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
begun_clear (gpointer data)
{
  g_clear_object (&((Begun *) data)->cancellable);
}

static Desk *
desk_new (TsTileCache *cache, TsBatch *batch)
{
  Desk *self = g_new0 (Desk, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->batch = g_object_ref (batch);
  g_mutex_init (&self->lock);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (TsTileKey));
  self->bare = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->begun = g_array_new (FALSE, FALSE, sizeof (Begun));
  g_array_set_clear_func (self->begun, begun_clear);
  self->done = g_ptr_array_new_with_free_func ((GDestroyNotify) ts_tile_unref);
  self->cache = cache;
  return self;
}

static gboolean
key_equal (const TsTileKey *a, const TsTileKey *b)
{
  return a->index == b->index && a->width == b->width && a->height == b->height &&
         a->sampling == b->sampling;
}

static guint
key_hash (gconstpointer data)
{
  const TsTileKey *key = data;
  guint64 mixed = key->index * 0x9e3779b97f4a7c15u ^ ((guint64) key->width << 20) ^ key->height ^
                  ((guint64) key->sampling << 17);

  return (guint) (mixed ^ (mixed >> 32));
}

static gboolean
key_equal_cb (gconstpointer a, gconstpointer b)
{
  return key_equal (a, b);
}

/* Whether it is on its way; what was cancelled is not. */
static gboolean
is_begun (Desk *desk, const TsTileKey *key)
{
  for (guint i = 0; i < desk->begun->len; i++) {
    Begun *begun = &g_array_index (desk->begun, Begun, i);
    if (key_equal (&begun->key, key) && !g_cancellable_is_cancelled (begun->cancellable))
      return TRUE;
  }
  return FALSE;
}

static Begun *
find_begun (Desk *desk, const GCancellable *cancellable)
{
  for (guint i = 0; i < desk->begun->len; i++)
    if (g_array_index (desk->begun, Begun, i).cancellable == cancellable)
      return &g_array_index (desk->begun, Begun, i);
  g_assert_not_reached ();
}

static void
cancel_begun (Desk *desk, const TsTileKey *keys, guint n_keys)
{
  for (guint i = 0; i < desk->begun->len; i++) {
    Begun *begun = &g_array_index (desk->begun, Begun, i);
    gboolean wanted = begun->finished;
    for (guint k = 0; k < n_keys && !wanted; k++)
      wanted = key_equal (&keys[k], &begun->key);
    if (!wanted)
      g_cancellable_cancel (begun->cancellable);
  }
}

static gboolean deliver_cb (gpointer data);

/* With the lock held. */
static void
queue_delivery (Desk *desk)
{
  if (desk->idle_pending)
    return;
  desk->idle_pending = TRUE;
  /* Not g_main_context_invoke(): that may run it right here. */
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_cb, desk_ref (desk), (GDestroyNotify) desk_unref);
  g_source_attach (source, NULL);
  g_source_unref (source);
}

/* With the lock held; once for an image. */
static gboolean
take_bare (Desk *desk, guint64 index)
{
  for (guint i = 0; i < desk->bare->len; i++)
    if (g_array_index (desk->bare, guint64, i) == index) {
      g_array_remove_index_fast (desk->bare, i);
      return TRUE;
    }
  return FALSE;
}

/* Something to look at while the tile itself is made. */
static void
load_coarse (Desk *desk, const TsTileKey *key, GCancellable *cancellable)
{
  TsTile *coarse = ts_tile_load_coarse (desk->batch, key, cancellable);

  if (coarse->block == NULL) {
    ts_tile_unref (coarse);
    return;
  }
  g_mutex_lock (&desk->lock);
  g_ptr_array_add (desk->done, coarse);
  queue_delivery (desk);
  g_mutex_unlock (&desk->lock);
}

static void
work_cb (gpointer data)
{
  Desk *desk = data;

  g_mutex_lock (&desk->lock);
  while (desk->next < desk->wanted->len && !desk->closed) {
    TsTileKey key = g_array_index (desk->wanted, TsTileKey, desk->next++);
    if (is_begun (desk, &key))
      continue;
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    Begun begun = { key, g_object_ref (cancellable), FALSE };
    g_array_append_val (desk->begun, begun);
    gboolean is_bare = take_bare (desk, key.index);
    g_mutex_unlock (&desk->lock);

    if (is_bare)
      load_coarse (desk, &key, cancellable);
    TsTile *tile = ts_tile_load (desk->batch, &key, cancellable);

    g_mutex_lock (&desk->lock);
    Begun *mine = find_begun (desk, cancellable);
    if (g_cancellable_is_cancelled (cancellable)) {
      g_array_remove_index_fast (desk->begun,
                                 (guint) (mine - (Begun *) (gpointer) desk->begun->data));
      ts_tile_unref (tile);
    } else {
      mine->finished = TRUE;
      g_ptr_array_add (desk->done, tile);
    }
    queue_delivery (desk);
  }
  desk->n_workers--;
  g_mutex_unlock (&desk->lock);
  desk_unref (desk);
}

static void
drop_tile (TsTileCache *self, TsTile *tile)
{
  self->size_bytes -= tile->size_bytes;
  g_queue_delete_link (&self->lru, g_hash_table_lookup (self->links, tile));
  g_hash_table_remove (self->links, tile);
  if (g_hash_table_lookup (self->by_image, &tile->index) == tile)
    g_hash_table_remove (self->by_image, &tile->index);
  g_hash_table_remove (self->tiles, tile);
}

/* From the oldest on, until within the limit or only what is on the screen is left. */
static void
trim (TsTileCache *self)
{
  while (self->size_bytes > self->limit_bytes && self->lru.length > self->n_pinned)
    drop_tile (self, self->lru.tail->data);
}

static void
touch (TsTileCache *self, TsTile *tile)
{
  GList *link = g_hash_table_lookup (self->links, tile);

  g_queue_unlink (&self->lru, link);
  g_queue_push_head_link (&self->lru, link);
}

static void
take_tile (TsTileCache *self, TsTile *tile)
{
  TsTile *old = g_hash_table_lookup (self->tiles, tile);

  if (old != NULL)
    drop_tile (self, old);
  self->size_bytes += tile->size_bytes;
  self->n_loaded++;
  g_queue_push_head (&self->lru, tile);
  g_hash_table_insert (self->links, tile, self->lru.head);
  g_hash_table_add (self->tiles, tile);
  g_hash_table_replace (self->by_image, &tile->index, tile);
}

static gboolean
deliver_cb (gpointer data)
{
  Desk *desk = data;

  g_mutex_lock (&desk->lock);
  desk->idle_pending = FALSE;
  g_autoptr (GPtrArray) done = desk->done;
  desk->done = g_ptr_array_new_with_free_func ((GDestroyNotify) ts_tile_unref);
  for (guint i = desk->begun->len; i > 0; i--)
    if (g_array_index (desk->begun, Begun, i - 1).finished)
      g_array_remove_index_fast (desk->begun, i - 1);
  g_mutex_unlock (&desk->lock);

  if (desk->cache != NULL) {
    g_autoptr (TsTileCache) self = g_object_ref (desk->cache);
    for (guint i = 0; i < done->len; i++)
      take_tile (self, ts_tile_ref (done->pdata[i]));
    trim (self);
    g_signal_emit (self, signals[SIGNAL_READY], 0);
  }
  return G_SOURCE_REMOVE;
}

static void
clear (TsTileCache *self)
{
  if (self->desk != NULL) {
    self->desk->cache = NULL;
    g_mutex_lock (&self->desk->lock);
    self->desk->closed = TRUE;
    cancel_begun (self->desk, NULL, 0);
    g_mutex_unlock (&self->desk->lock);
    g_clear_pointer (&self->desk, desk_unref);
  }
  g_hash_table_remove_all (self->links);
  g_hash_table_remove_all (self->by_image);
  g_queue_clear (&self->lru);
  g_hash_table_remove_all (self->tiles);
  self->n_pinned = 0;
  self->size_bytes = 0;
  self->n_loaded = 0;
}

void
ts_tile_cache_set_limit (TsTileCache *self, gsize limit_bytes)
{
  g_return_if_fail (TS_IS_TILE_CACHE (self));

  self->limit_bytes = limit_bytes;
}

void
ts_tile_cache_set_batch (TsTileCache *self, TsBatch *batch)
{
  g_return_if_fail (TS_IS_TILE_CACHE (self));

  clear (self);
  if (batch != NULL)
    self->desk = desk_new (self, batch);
}

TsTile *
ts_tile_cache_lookup (TsTileCache *self, const TsTileKey *key)
{
  TsTile *tile = g_hash_table_lookup (self->tiles, key);

  if (tile != NULL)
    touch (self, tile);
  return tile;
}

TsTile *
ts_tile_cache_lookup_any (TsTileCache *self, guint64 index)
{
  return g_hash_table_lookup (self->by_image, &index);
}

void
ts_tile_cache_request (TsTileCache *self, const TsTileKey *keys, guint n_keys)
{
  g_return_if_fail (TS_IS_TILE_CACHE (self));

  Desk *desk = self->desk;
  if (desk == NULL)
    return;

  /* Backwards, so that the first ones come to lie newest. */
  self->n_pinned = n_keys;
  for (guint i = n_keys; i > 0; i--)
    ts_tile_cache_lookup (self, &keys[i - 1]);

  guint max_workers = MIN (ts_pool_get_n_threads (), MAX_WORKERS);
  g_mutex_lock (&desk->lock);
  cancel_begun (desk, keys, n_keys);
  g_array_set_size (desk->wanted, 0);
  desk->next = 0;
  g_array_set_size (desk->bare, 0);
  for (guint i = 0; i < n_keys; i++) {
    if (g_hash_table_contains (self->tiles, &keys[i]) || is_begun (desk, &keys[i]))
      continue;
    g_array_append_val (desk->wanted, keys[i]);
    if (ts_tile_is_slow (desk->batch, &keys[i]) &&
        !g_hash_table_contains (self->by_image, &keys[i].index))
      g_array_append_val (desk->bare, keys[i].index);
  }
  guint n_new = 0;
  while (desk->n_workers < max_workers && n_new < desk->wanted->len) {
    desk->n_workers++;
    n_new++;
  }
  g_mutex_unlock (&desk->lock);
  for (guint i = 0; i < n_new; i++)
    ts_pool_push (TS_POOL_SCREEN, work_cb, desk_ref (desk));
}

gboolean
ts_tile_cache_is_busy (TsTileCache *self)
{
  if (self->desk == NULL)
    return FALSE;
  g_mutex_lock (&self->desk->lock);
  gboolean busy = self->desk->next < self->desk->wanted->len || self->desk->begun->len > 0;
  g_mutex_unlock (&self->desk->lock);
  return busy;
}

gsize
ts_tile_cache_get_size (TsTileCache *self)
{
  return self->size_bytes;
}

guint
ts_tile_cache_get_n_tiles (TsTileCache *self)
{
  return g_hash_table_size (self->tiles);
}

guint64
ts_tile_cache_get_n_loaded (TsTileCache *self)
{
  return self->n_loaded;
}

TsTileCache *
ts_tile_cache_new (gsize limit_bytes)
{
  TsTileCache *self = g_object_new (TS_TYPE_TILE_CACHE, NULL);

  self->limit_bytes = limit_bytes;
  return self;
}

static void
ts_tile_cache_finalize (GObject *object)
{
  TsTileCache *self = TS_TILE_CACHE (object);

  clear (self);
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->by_image);
  g_hash_table_unref (self->tiles);

  G_OBJECT_CLASS (ts_tile_cache_parent_class)->finalize (object);
}

static void
ts_tile_cache_class_init (TsTileCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_tile_cache_finalize;

  signals[SIGNAL_READY] = g_signal_new ("ready", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ts_tile_cache_init (TsTileCache *self)
{
  /* a tile begins with its key */
  G_STATIC_ASSERT (G_STRUCT_OFFSET (TsTile, index) == G_STRUCT_OFFSET (TsTileKey, index));
  G_STATIC_ASSERT (G_STRUCT_OFFSET (TsTile, width) == G_STRUCT_OFFSET (TsTileKey, width));
  G_STATIC_ASSERT (G_STRUCT_OFFSET (TsTile, height) == G_STRUCT_OFFSET (TsTileKey, height));
  G_STATIC_ASSERT (G_STRUCT_OFFSET (TsTile, sampling) == G_STRUCT_OFFSET (TsTileKey, sampling));

  self->tiles =
      g_hash_table_new_full (key_hash, key_equal_cb, (GDestroyNotify) ts_tile_unref, NULL);
  self->by_image = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->links = g_hash_table_new (NULL, NULL);
}
