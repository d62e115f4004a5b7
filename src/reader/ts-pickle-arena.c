/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-value.h"

#include "base/ts-checked.h"

#include <string.h>

/* Values come from chunks that are only ever freed together. The vectors of lists and dicts grow by
 * doubling: small ones inside the chunks, where a vector that was left serves the next that needs
 * its size; large ones on the heap, where growing them is cheap. One budget counts all of it. */

#define FIRST_CHUNK_BYTES 4096
#define CHUNK_BYTES       (1 << 20)
#define BIG_VECTOR_BYTES  (1 << 16)
#define N_SIZE_CLASSES    17

typedef struct _Chunk Chunk;

struct _Chunk
{
  Chunk *next;
  guint64 align;
};

typedef struct _BigVector BigVector;

struct _BigVector
{
  BigVector *next, *previous;
};

typedef struct _FreeVector FreeVector;

struct _FreeVector
{
  FreeVector *next;
};

struct _TsPickleArena
{
  Chunk *chunks;
  guint8 *next_byte;
  gsize room;
  gsize chunk_bytes;
  guint64 budget, max_bytes;
  BigVector big; /* head of a ring */
  FreeVector *free_vectors[N_SIZE_CLASSES];
};

TsPickleArena *
ts_pickle_arena_new (guint64 max_bytes)
{
  TsPickleArena *self = g_new0 (TsPickleArena, 1);

  self->budget = self->max_bytes = max_bytes;
  self->chunk_bytes = FIRST_CHUNK_BYTES;
  self->big.next = self->big.previous = &self->big;
  return self;
}

void
ts_pickle_arena_free (TsPickleArena *self)
{
  Chunk *chunk, *next_chunk;
  BigVector *vector, *next_vector;

  if (self == NULL)
    return;
  for (chunk = self->chunks; chunk != NULL; chunk = next_chunk) {
    next_chunk = chunk->next;
    g_free (chunk);
  }
  for (vector = self->big.next; vector != &self->big; vector = next_vector) {
    next_vector = vector->next;
    g_free (vector);
  }
  g_free (self);
}

guint64
ts_pickle_arena_get_used (TsPickleArena *self)
{
  return self->max_bytes - self->budget;
}

static gboolean
charge (TsPickleArena *self, gsize n_bytes)
{
  if (n_bytes > self->budget)
    return FALSE;
  self->budget -= n_bytes;
  return TRUE;
}

static gboolean
add_chunk (TsPickleArena *self, gsize content_bytes)
{
  Chunk *chunk;

  if (!charge (self, content_bytes))
    return FALSE;
  chunk = g_try_malloc (sizeof (Chunk) + content_bytes);
  if (chunk == NULL)
    return FALSE;
  chunk->next = self->chunks;
  self->chunks = chunk;
  self->next_byte = (guint8 *) (chunk + 1);
  self->room = content_bytes;
  return TRUE;
}

void *
ts_pickle_arena_alloc (TsPickleArena *self, gsize n_bytes)
{
  void *bytes;

  if (n_bytes > G_MAXUINT32)
    return NULL;
  n_bytes = (n_bytes + 7) & ~(gsize) 7;
  if (n_bytes > self->room) {
    if (!add_chunk (self, MAX (self->chunk_bytes, n_bytes)))
      return NULL;
    self->chunk_bytes = MIN (self->chunk_bytes * 2, CHUNK_BYTES);
  }
  bytes = self->next_byte;
  self->next_byte += n_bytes;
  self->room -= n_bytes;
  return bytes;
}

TsPickleValue *
ts_pickle_arena_new_value (TsPickleArena *self, TsPickleKind kind)
{
  TsPickleValue *value = ts_pickle_arena_alloc (self, sizeof (TsPickleValue));

  if (value != NULL)
    *value = (TsPickleValue){ .kind = (guint8) kind };
  return value;
}

/* log2 of a power of two of pointers, as the index of its free list */
static guint
size_class (gsize n_pointers)
{
  return g_bit_storage (n_pointers) - 1;
}

static TsPickleValue **
take_small_vector (TsPickleArena *self, gsize n_pointers)
{
  guint class = size_class (n_pointers);
  FreeVector *free_vector = self->free_vectors[class];

  if (free_vector != NULL) {
    self->free_vectors[class] = free_vector->next;
    return (TsPickleValue **) free_vector;
  }
  return ts_pickle_arena_alloc (self, n_pointers * sizeof (TsPickleValue *));
}

static TsPickleValue **
resize_big_vector (TsPickleArena *self, TsPickleValue **old, gsize old_room, gsize new_room)
{
  BigVector *vector = NULL;

  if (!charge (self, (new_room - old_room) * sizeof (TsPickleValue *)))
    return NULL;
  if (old != NULL) {
    vector = (BigVector *) (void *) old - 1;
    vector->next->previous = vector->previous;
    vector->previous->next = vector->next;
  }
  vector = g_realloc (vector, sizeof (BigVector) + new_room * sizeof (TsPickleValue *));
  vector->next = self->big.next;
  vector->previous = &self->big;
  vector->next->previous = vector;
  vector->previous->next = vector;
  return (TsPickleValue **) (void *) (vector + 1);
}

static gboolean
grow (TsPickleArena *self, TsPickleValue *container, gsize needed)
{
  gsize old_room = (gsize) container->extra;
  gsize new_room = MAX (old_room, 2);
  gboolean was_big = old_room * sizeof (TsPickleValue *) > BIG_VECTOR_BYTES;
  TsPickleValue **old = container->at.items;
  TsPickleValue **items;

  while (new_room < needed)
    new_room *= 2;
  if (new_room * sizeof (TsPickleValue *) <= BIG_VECTOR_BYTES) {
    items = take_small_vector (self, new_room);
  } else {
    items = resize_big_vector (self, was_big ? old : NULL, was_big ? old_room : 0, new_room);
  }
  if (items == NULL)
    return FALSE;
  if (old_room > 0 && !was_big) {
    FreeVector *left = (FreeVector *) (void *) old;

    memcpy (items, old, container->n_items * sizeof (TsPickleValue *));
    left->next = self->free_vectors[size_class (old_room)];
    self->free_vectors[size_class (old_room)] = left;
  }
  container->at.items = items;
  container->extra = new_room;
  return TRUE;
}

gboolean
ts_pickle_arena_append (TsPickleArena *self,
                        TsPickleValue *container,
                        TsPickleValue *const *items,
                        gsize n_items)
{
  gsize needed = container->n_items + n_items;

  if (n_items == 0)
    return TRUE;
  if (needed > G_MAXINT32)
    return FALSE;
  if (needed > container->extra && !grow (self, container, needed))
    return FALSE;
  memcpy (container->at.items + container->n_items, items, n_items * sizeof (TsPickleValue *));
  container->n_items = (guint32) needed;
  return TRUE;
}
