/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-columns.h"
#include "view/ts-view-private.h"

#include <math.h>

/* Which array of a dump to show first: by the points of its layout (names and colours count there),
 * plus one for each doubling of its size. */

#define MAX_ARRAYS  50000 /* of a dump looked at by shape */
#define N_FINALISTS 6     /* looked at by data */

typedef struct
{
  TsNode *node;
  TsTensor *tensor; /* of a list, the largest */
  double bonus;
  double score;
} Contender;

static int
compare_contenders (gconstpointer a, gconstpointer b)
{
  const Contender *x = a, *y = b;

  return (x->score < y->score) - (x->score > y->score);
}

/* The best reading as images; -1 when there is none. Where another reading is better, it is none.
 */
static double
score_guess (const TsLayoutGuess *guess)
{
  if (guess->n_candidates == 0 || !ts_layout_is_image (&guess->candidates[0].layout))
    return -1;
  return guess->candidates[0].score;
}

static void
add_contender (GArray *contenders,
               TsDocument *document,
               TsNode *node,
               TsTensor *tensor,
               guint64 n_elements)
{
  Contender contender = { .node = node, .tensor = tensor };
  g_autoptr (TsLayoutGuess) guess = NULL;
  double score;

  if (!ts_tensor_has_data (tensor) || n_elements == 0)
    return;
  guess = ts_view_guess_tensor (document, node, tensor, FALSE);
  score = score_guess (guess);
  if (score < 0)
    return;
  contender.bonus = log2 ((double) n_elements);
  contender.score = score + contender.bonus;
  g_array_append_val (contenders, contender);
}

/* A list of images: numbered, or each a single picture; all of one kind. */
static GPtrArray *
get_image_list (TsDocument *document, TsNode *node)
{
  g_autoptr (GPtrArray) tensors = NULL;
  g_autoptr (TsLayoutGuess) guess = NULL;
  const TsLayout *layout;
  gboolean is_numbered = TRUE;
  int c;

  if (ts_node_get_n_children (node) < 2)
    return NULL;
  tensors = ts_view_collect_tensors (node);
  if (tensors == NULL)
    return NULL;
  guess = ts_view_guess_tensor (document, node, ts_view_get_largest (tensors), FALSE);
  if (score_guess (guess) < 0)
    return NULL;
  layout = &guess->candidates[0].layout;
  for (guint i = 0; is_numbered && i < ts_node_get_n_children (node); i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);

    is_numbered = g_str_equal (ts_node_get_name (ts_node_get_child (node, i)), number);
  }
  if (!is_numbered &&
      ts_layout_find (layout, 'N') + ts_layout_find (layout, 'T') + ts_layout_find (layout, 'K') !=
          -3)
    return NULL;
  c = ts_layout_find (layout, 'C');
  for (guint i = 1; c >= 0 && i < tensors->len; i++) {
    if (ts_tensor_get_dim (g_ptr_array_index (tensors, i), (guint) c) !=
        ts_tensor_get_dim (g_ptr_array_index (tensors, 0), (guint) c))
      return NULL;
  }
  return g_steal_pointer (&tensors);
}

static void
add_list (GArray *contenders, TsDocument *document, TsNode *node)
{
  g_autoptr (GPtrArray) tensors = get_image_list (document, node);
  guint64 n_elements = 0;

  if (tensors == NULL)
    return;
  for (guint i = 0; i < tensors->len; i++)
    n_elements += ts_tensor_get_n_elements (g_ptr_array_index (tensors, i));
  add_contender (contenders, document, node, ts_view_get_largest (tensors), n_elements);
}

/* One array a record, where @list is one of records. */
static void
add_columns (GArray *contenders, TsDocument *document, TsNode *list)
{
  TsNode *columns = ts_columns_get (list);

  for (guint i = 0; columns != NULL && i < ts_node_get_n_children (columns); i++)
    add_list (contenders, document, ts_node_get_child (columns, i));
}

TsNode *
ts_view_choose_node (TsDocument *document)
{
  g_autoptr (GArray) contenders = g_array_new (FALSE, TRUE, sizeof (Contender));
  g_autoptr (GHashTable) parents = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) lists = g_hash_table_new (NULL, NULL);
  GPtrArray *arrays;
  TsNode *best = NULL;
  double best_score = -1;

  g_return_val_if_fail (TS_IS_DOCUMENT (document), NULL);

  arrays = ts_document_get_arrays (document);
  for (guint i = 0; i < MIN (arrays->len, MAX_ARRAYS); i++) {
    TsNode *node = g_ptr_array_index (arrays, i);
    TsNode *parent = ts_node_get_parent (node);

    if (ts_node_get_kind (node) != TS_NODE_TENSOR)
      continue;
    if (parent != NULL && g_hash_table_add (parents, parent)) {
      TsNode *list = ts_node_get_parent (parent);

      add_list (contenders, document, parent);
      if (list != NULL && g_hash_table_add (lists, list))
        add_columns (contenders, document, list);
    }
    add_contender (contenders, document, node, ts_node_get_tensor (node),
                   ts_tensor_get_n_elements (ts_node_get_tensor (node)));
  }
  g_array_sort (contenders, compare_contenders);
  for (guint i = 0; i < MIN (contenders->len, N_FINALISTS); i++) {
    const Contender *contender = &g_array_index (contenders, Contender, i);
    g_autoptr (TsLayoutGuess) guess =
                   ts_view_guess_tensor (document, contender->node, contender->tensor, TRUE);

    if (guess->confidence != TS_CONFIDENCE_NONE &&
        guess->candidates[0].score + contender->bonus > best_score) {
      best = contender->node;
      best_score = guess->candidates[0].score + contender->bonus;
    }
  }
  /* The only array there is, whatever it looks like: a given layout can still show it. */
  if (best == NULL && arrays->len == 1 &&
      ts_node_get_kind (g_ptr_array_index (arrays, 0)) == TS_NODE_TENSOR)
    best = g_ptr_array_index (arrays, 0);
  return best;
}

/* A batch of @node by its best guess, or %NULL where that is not images. */
static TsBatch *
guess_batch (TsDocument *document, TsNode *node)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  g_autoptr (TsLayoutGuess) guess = NULL;

  if (!ts_tensor_has_data (tensor) || ts_tensor_get_n_elements (tensor) == 0)
    return NULL;
  for (guint with_data = 0; with_data < 2; with_data++) {
    g_clear_pointer (&guess, ts_layout_guess_free);
    guess = ts_view_guess_tensor (document, node, tensor, with_data != 0);
    if (guess->confidence == TS_CONFIDENCE_NONE || score_guess (guess) < 0)
      return NULL;
  }
  return ts_batch_new (tensor, &guess->candidates[0].layout, NULL);
}

GPtrArray *
ts_view_dup_other_batches (TsView *self, GCancellable *cancellable)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) own = NULL;
  GPtrArray *arrays;

  g_return_val_if_fail (TS_IS_VIEW (self), batches);

  own = ts_view_collect_tensors (ts_view_get_node (self));
  arrays = ts_document_get_arrays (ts_view_get_document (self));
  for (guint i = 0; i < MIN (arrays->len, MAX_ARRAYS); i++) {
    TsNode *node = g_ptr_array_index (arrays, i);
    TsBatch *batch;

    if (g_cancellable_is_cancelled (cancellable))
      break;
    if (ts_node_get_kind (node) != TS_NODE_TENSOR ||
        (own != NULL && g_ptr_array_find (own, ts_node_get_tensor (node), NULL)))
      continue;
    batch = guess_batch (ts_view_get_document (self), node);
    if (batch != NULL)
      g_ptr_array_add (batches, batch);
  }
  return batches;
}
