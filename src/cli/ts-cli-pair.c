/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which things of two dumps belong together, and how they are read. */

#include "config.h"

#include "cli/ts-cli-pair.h"

#include "base/ts-error.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-ticker.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"

#include <math.h>
#include <string.h>

static void
side_clear (TsCliSide *self)
{
  g_free (self->path);
  g_clear_object (&self->batch);
  g_clear_object (&self->view);
}

void
ts_cli_pair_free (TsCliPair *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < self->n_images; i++)
    g_clear_error (&self->images[i].error);
  g_free (self->images);
  side_clear (&self->a);
  side_clear (&self->b);
  g_free (self->problem);
  g_free (self);
}

static void
take_problem (TsCliPair *self, gboolean is_unreadable, char *problem)
{
  if (self->problem == NULL) {
    self->problem = problem;
    self->is_unreadable = is_unreadable;
  } else {
    g_free (problem);
  }
}

/* Numbers that are no images: the first axis counts, the rest of a row is one image. */
static TsBatch *
open_rows (TsTensor *tensor, GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (tensor);
  const gint64 *strides = ts_tensor_get_strides (tensor);
  gint64 own_strides[3] = { 0, 0, 0 };
  TsShape own = { .n_dims = 3, .dims = { 1, 1, 1 } };
  g_autoptr (TsTensor) rows = NULL;
  TsLayout layout;

  if (shape->n_dims >= 3)
    return ts_layout_parse (&layout, "NHW", shape->n_dims, error)
               ? ts_batch_new (tensor, &layout, error)
               : NULL;
  for (guint i = 0; i < shape->n_dims; i++) {
    guint at = i == 0 ? 0 : 2;

    own.dims[at] = shape->dims[i];
    own_strides[at] = strides[i];
  }
  rows = ts_tensor_restride (tensor, 0, &own, own_strides, error);
  if (rows == NULL || !ts_layout_parse (&layout, "NHW", 3, error))
    return NULL;
  return ts_batch_new (rows, &layout, error);
}

static gboolean
looks_like_images (TsDocument *document, TsNode *node)
{
  g_autoptr (TsLayoutGuess) guess = NULL;

  if (ts_node_get_tensor (node) == NULL)
    return TRUE; /* a list, or nothing: the view says what is wrong */
  if (ts_node_get_kind (node) != TS_NODE_TENSOR)
    return FALSE;
  guess = ts_view_guess_layout (document, node);
  return guess != NULL && guess->confidence != TS_CONFIDENCE_NONE;
}

static gboolean
open_side (TsCliSide *side, TsDocument *document, TsNode *node, const char *layout, GError **error)
{
  TsTensor *tensor = ts_node_get_tensor (node);

  side->path = g_strdup (ts_node_get_path (node));
  if (ts_node_get_kind (node) == TS_NODE_ERROR) {
    g_propagate_error (error, g_error_copy (ts_node_get_error (node)));
  } else if (tensor != NULL && !ts_cli_check_walk (document, tensor, error)) {
    return FALSE;
  } else if (layout != NULL || looks_like_images (document, node)) {
    side->view = ts_view_new (document, node, layout, NULL, error);
    side->batch = side->view != NULL ? g_object_ref (ts_view_get_batch (side->view)) : NULL;
  } else {
    side->is_rows = TRUE;
    side->batch = open_rows (tensor, error);
  }
  if (side->batch == NULL) {
    g_prefix_error (error, "%s%s%s", ts_document_get_name (document),
                    *side->path != '\0' ? ": " : "", *side->path != '\0' ? side->path : "");
    return FALSE;
  }
  side->dtype = ts_batch_get_dtype (side->batch);
  return TRUE;
}

TsCliPair *
ts_cli_pair_new (TsDocument *document_a,
                 TsNode *a,
                 TsDocument *document_b,
                 TsNode *b,
                 const char *const layouts[2],
                 GError **error)
{
  g_autoptr (TsCliPair) self = g_new0 (TsCliPair, 1);

  if (!open_side (&self->a, document_a, a, layouts[0], error) ||
      !open_side (&self->b, document_b, b, layouts[1], error))
    return NULL;
  return g_steal_pointer (&self);
}

/* What is compared at all: the leaves of the tree. */
static void
collect (TsNode *root, GPtrArray *leaves)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, root);
  while (stack->len > 0) {
    TsNode *node = g_ptr_array_steal_index (stack, stack->len - 1);
    guint n = ts_node_get_n_children (node);

    if (n == 0 && ts_node_get_kind (node) != TS_NODE_CONTAINER)
      g_ptr_array_add (leaves, node);
    for (guint i = n; i-- > 0;)
      g_ptr_array_add (stack, ts_node_get_child (node, i));
  }
}

/* Of what is no array: its text. */
static char *
dup_text (TsNode *node)
{
  if (ts_node_get_value (node) != NULL)
    return g_variant_print (ts_node_get_value (node), FALSE);
  return g_strdup (ts_node_get_text (node) != NULL ? ts_node_get_text (node)
                                                   : ts_node_get_summary (node));
}

static gboolean
is_empty (TsNode *node)
{
  TsTensor *tensor = ts_node_get_tensor (node);

  return tensor != NULL && (!ts_tensor_has_data (tensor) || ts_tensor_get_n_elements (tensor) == 0);
}

static void
pair_arrays (TsCliPair *self, TsDocument *document_a, TsNode *a, TsDocument *document_b, TsNode *b)
{
  g_autoptr (GError) error = NULL;

  if (is_empty (a) || is_empty (b)) {
    const TsShape *shape_a = ts_tensor_get_shape (ts_node_get_tensor (a));
    const TsShape *shape_b = ts_tensor_get_shape (ts_node_get_tensor (b));

    if (is_empty (a) != is_empty (b) || !ts_shape_equal (shape_a, shape_b))
      take_problem (self, FALSE,
                    g_strdup_printf ("%s and %s", ts_node_get_summary (a),
                                     ts_node_get_summary (b)));
    return;
  }
  if (!open_side (&self->a, document_a, a, NULL, &error) ||
      !open_side (&self->b, document_b, b, NULL, &error))
    take_problem (self, TRUE, g_strdup (error->message));
}

static TsCliPair *
pair_nodes (TsDocument *document_a, TsNode *a, TsDocument *document_b, TsNode *b)
{
  TsCliPair *self = g_new0 (TsCliPair, 1);
  TsNode *any = a != NULL ? a : b;

  if (a == NULL || b == NULL) {
    take_problem (self, FALSE,
                  g_strdup_printf ("only in the %s: %s", a != NULL ? "first" : "second",
                                   ts_node_get_summary (any)));
  } else if (ts_node_get_kind (a) == TS_NODE_ERROR || ts_node_get_kind (b) == TS_NODE_ERROR) {
    TsNode *broken = ts_node_get_kind (a) == TS_NODE_ERROR ? a : b;

    take_problem (self, TRUE, g_strdup (ts_node_get_error (broken)->message));
  } else if ((ts_node_get_tensor (a) == NULL) != (ts_node_get_tensor (b) == NULL)) {
    take_problem (self, FALSE,
                  g_strdup_printf ("%s and %s", ts_node_get_summary (a), ts_node_get_summary (b)));
  } else if (ts_node_get_tensor (a) != NULL) {
    pair_arrays (self, document_a, a, document_b, b);
  } else {
    g_autofree char *text_a = dup_text (a);
    g_autofree char *text_b = dup_text (b);

    if (!g_str_equal (text_a, text_b))
      take_problem (self, FALSE, g_strdup_printf ("%s and %s", text_a, text_b));
  }
  /* opening may have set them */
  if (self->a.path == NULL && a != NULL)
    self->a.path = g_strdup (ts_node_get_path (a));
  if (self->b.path == NULL && b != NULL)
    self->b.path = g_strdup (ts_node_get_path (b));
  return self;
}

/* Path -> those of that path in their order: nothing keeps a dump from naming two things alike. */
static GHashTable *
index_by_path (GPtrArray *leaves)
{
  GHashTable *by_path =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_queue_free);

  for (guint i = 0; i < leaves->len; i++) {
    const char *path = ts_node_get_path (g_ptr_array_index (leaves, i));
    GQueue *same = g_hash_table_lookup (by_path, path);

    if (same == NULL) {
      same = g_queue_new ();
      g_hash_table_insert (by_path, (char *) path, same);
    }
    g_queue_push_tail (same, g_ptr_array_index (leaves, i));
  }
  return by_path;
}

GPtrArray *
ts_cli_pairs_new_all (TsDocument *document_a, TsDocument *document_b)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) ts_cli_pair_free);
  g_autoptr (GPtrArray) leaves_a = g_ptr_array_new ();
  g_autoptr (GPtrArray) leaves_b = g_ptr_array_new ();
  g_autoptr (GHashTable) by_path = NULL;

  collect (ts_document_get_root (document_a), leaves_a);
  collect (ts_document_get_root (document_b), leaves_b);
  by_path = index_by_path (leaves_b);
  for (guint i = 0; i < leaves_a->len; i++) {
    TsNode *a = g_ptr_array_index (leaves_a, i);
    GQueue *same = g_hash_table_lookup (by_path, ts_node_get_path (a));
    TsNode *b = same != NULL ? g_queue_pop_head (same) : NULL;

    g_ptr_array_add (pairs, pair_nodes (document_a, a, document_b, b));
  }
  for (guint i = 0; i < leaves_b->len; i++) {
    TsNode *b = g_ptr_array_index (leaves_b, i);
    GQueue *same = g_hash_table_lookup (by_path, ts_node_get_path (b));

    if (g_queue_peek_head (same) == b) {
      g_queue_pop_head (same);
      g_ptr_array_add (pairs, pair_nodes (document_a, NULL, document_b, b));
    }
  }
  return pairs;
}

gboolean
ts_cli_diff_rules_accept (const TsCliDiffRules *self, const TsComparedImage *image)
{
  const TsComparison *result = &image->comparison;

  if (image->error != NULL || result->n_special > 0)
    return FALSE;
  if (isnan (self->min_psnr) && isnan (self->min_ssim))
    return result->n_different == 0;
  return (!self->has_tolerance || result->n_different == 0) &&
         (isnan (self->min_psnr) || result->n_compared == 0 || result->psnr >= self->min_psnr) &&
         (isnan (self->min_ssim) || result->ssim >= self->min_ssim || result->mse == 0);
}

/* Whether some of the images may fit each other; pixels have the channels that are asked for. */
static gboolean
may_fit (TsCliPair *self, gboolean pixels)
{
  TsImageSize a, b;

  ts_batch_get_max_size (self->a.batch, &a);
  ts_batch_get_max_size (self->b.batch, &b);
  if (pixels)
    b.n_channels = a.n_channels;
  if (!ts_batch_is_uniform (self->a.batch) || !ts_batch_is_uniform (self->b.batch) ||
      memcmp (&a, &b, sizeof a) == 0)
    return TRUE;
  take_problem (self, FALSE,
                g_strdup_printf ("the sizes differ: %u×%u with %u channels and %u×%u with %u",
                                 a.width, a.height, a.n_channels, b.width, b.height, b.n_channels));
  return FALSE;
}

/* The images to compare: those asked for, or as many as both have. */
static gboolean
choose_images (TsCliPair *self, const char *text, GError **error)
{
  guint64 n_a = ts_batch_get_n_images (self->a.batch);
  guint64 n_b = ts_batch_get_n_images (self->b.batch), n = MIN (n_a, n_b);
  g_autoptr (GArray) indices = NULL;

  if (text != NULL) {
    indices = ts_cli_parse_indices (text, n, error);
    if (indices == NULL)
      return FALSE;
    n = indices->len;
  } else if (n_a != n_b) {
    take_problem (self, FALSE,
                  g_strdup_printf ("%" G_GUINT64_FORMAT " images and %" G_GUINT64_FORMAT, n_a,
                                   n_b));
  }
  if (n > G_MAXSSIZE / sizeof (TsComparedImage))
    return ts_cli_invalid (error, "these are too many images; choose some with --index");
  self->images = g_try_new0 (TsComparedImage, (gsize) n);
  if (self->images == NULL)
    return ts_cli_invalid (error, "these are too many images; choose some with --index");
  self->n_images = (gsize) n;
  for (gsize i = 0; i < self->n_images; i++)
    self->images[i].index_a = self->images[i].index_b =
        indices != NULL ? g_array_index (indices, guint64, i) : i;
  return TRUE;
}

/* With the range in options->data_range. */
static gboolean
compare_sides (TsCliPair *self,
               const TsCompareSide sides[2],
               const TsCliDiffRules *rules,
               const TsCompareOptions *options,
               GError **error)
{
  gint n_done = 0;
  g_autoptr (TsCliTicker) ticker = ts_cli_ticker_new (&rules->report, self->n_images, &n_done);

  self->data_range = options->data_range;
  return ts_compare_images (&sides[0], &sides[1], options, self->images, self->n_images,
                            rules->n_threads, &n_done, NULL, error);
}

static gboolean
compare_values (TsCliPair *self, const TsCliDiffRules *rules, GError **error)
{
  const TsCompareSide sides[2] = { ts_compare_side_for_batch (self->a.batch),
                                   ts_compare_side_for_batch (self->b.batch) };
  TsCompareOptions options = rules->compare;

  self->data_range_reason = "given";
  if (!(options.data_range > 0) &&
      !ts_compare_get_data_range (self->a.batch, &options.data_range, &self->data_range_reason,
                                  NULL, error))
    return FALSE;
  return compare_sides (self, sides, rules, &options, error);
}

static gboolean
compare_pixels (TsCliPair *self, const TsCliDiffRules *rules, GError **error)
{
  TsCliPixels a = { 0 }, b = { 0 };
  TsCompareOptions options = rules->compare;
  TsCompareSide sides[2];
  gboolean ok;

  if (self->a.view == NULL || self->b.view == NULL)
    return ts_cli_invalid (error, "--pixels: these are rows of numbers, not images");
  self->data_range_reason = options.data_range > 0 ? "given" : "pixels of 8 bits";
  if (!(options.data_range > 0))
    options.data_range = 255;
  ok = ts_cli_pixels_init (&a, self->a.view, rules->recipe, error) &&
       ts_cli_pixels_init (&b, self->b.view, rules->recipe, error);
  if (ok) {
    ts_cli_pixels_get_sides (&a, &b, sides);
    ok = compare_sides (self, sides, rules, &options, error);
  }
  ts_cli_pixels_clear (&a);
  ts_cli_pixels_clear (&b);
  return ok;
}

gboolean
ts_cli_pair_compare (TsCliPair *self,
                     const TsCliDiffRules *rules,
                     const char *indices,
                     GError **error)
{
  self->is_same = self->problem == NULL;
  if (self->a.batch == NULL || self->b.batch == NULL)
    return TRUE;
  if (!may_fit (self, rules->pixels)) {
    self->is_same = FALSE;
    return TRUE;
  }
  if (!choose_images (self, indices, error))
    return FALSE;
  if (!(rules->pixels ? compare_pixels (self, rules, error) : compare_values (self, rules, error)))
    return FALSE;
  for (gsize i = 0; i < self->n_images; i++) {
    const GError *why = self->images[i].error;

    self->n_different += !ts_cli_diff_rules_accept (rules, &self->images[i]);
    /* two that do not fit are different, one that cannot be read is an error */
    if (why != NULL && !g_error_matches (why, TS_ERROR, TS_ERROR_INVALID))
      take_problem (self, TRUE,
                    g_strdup_printf ("image %" G_GUINT64_FORMAT ": %s", self->images[i].index_a,
                                     why->message));
  }
  self->is_same = self->problem == NULL && self->n_different == 0;
  return TRUE;
}
