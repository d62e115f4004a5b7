/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"
#include "view/ts-view.h"

#include <math.h>
#include <string.h>

/* Fuzz target of the guesses: what the axes of an array are, how its values are meant, which array
 * of a dump shows best. The input: u8 number of arrays, and for each
 *   u8 dtype, u8 origin, u8 kind of strides, u8 n_dims, u16 dims[n_dims] (the highest bit: times
 *   1024), u8 length of the name, name, u8 length of a layout text, text, u16 n_bytes, bytes that
 *   are repeated to fill the array */

#define MAX_ARRAYS 6u
#define MAX_BYTES  (4u << 20)

typedef struct
{
  const guint8 *data;
  gsize n_left;
} Input;

static guint
take_u8 (Input *input)
{
  if (input->n_left == 0)
    return 0;
  input->n_left--;
  return *input->data++;
}

static guint
take_u16 (Input *input)
{
  guint low = take_u8 (input);

  return low | take_u8 (input) << 8;
}

static const guint8 *
take_bytes (Input *input, gsize n_wanted, gsize *n_bytes)
{
  const guint8 *bytes = input->data;

  *n_bytes = MIN (n_wanted, input->n_left);
  input->data += *n_bytes;
  input->n_left -= *n_bytes;
  return bytes;
}

static char *
take_text (Input *input)
{
  gsize n_bytes;
  guint length = take_u8 (input);
  const guint8 *bytes = take_bytes (input, length, &n_bytes);
  g_autofree char *raw = g_strndup ((const char *) bytes, n_bytes);

  return g_utf8_make_valid (raw, -1);
}

/* Strides of which many readers know one kind: rows, columns, an axis that stands still, an axis
 * that runs backwards. */
static void
set_strides (const TsShape *shape, guint kind, gint64 *strides, guint64 *offset)
{
  *offset = 0;
  if (kind % 4 == 1)
    ts_shape_get_fortran_strides (shape, strides);
  else
    ts_shape_get_c_strides (shape, strides);
  if (kind % 4 >= 2 && shape->n_dims > 0) {
    guint axis = (kind / 4) % shape->n_dims;

    if (kind % 4 == 2) {
      strides[axis] = 0;
    } else if (shape->dims[axis] > 0) {
      *offset = (guint64) strides[axis] * (shape->dims[axis] - 1);
      strides[axis] = -strides[axis];
    }
  }
}

static TsTensor *
make_tensor (Input *input, TsDtype dtype, guint stride_kind, const TsShape *shape, guint n_pattern)
{
  gsize size = ts_dtype_get_size (dtype), n_found;
  const guint8 *pattern = take_bytes (input, n_pattern, &n_found);
  gint64 strides[TS_MAX_DIMS];
  g_autofree guint8 *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsSource) source = NULL;
  guint64 n_elements, offset;

  if (!ts_shape_count (shape, &n_elements) || n_elements > MAX_BYTES / size)
    return NULL;
  set_strides (shape, stride_kind, strides, &offset);
  data = g_malloc0 (MAX (n_elements * size, 1));
  for (gsize at = 0; n_found > 0 && at < n_elements * size; at += n_found)
    memcpy (data + at, pattern, MIN (n_found, n_elements * size - at));
  bytes = g_bytes_new_take (g_steal_pointer (&data), n_elements * size);
  source = ts_memory_source_new (bytes);
  return ts_tensor_new (source, offset * size, dtype, G_BYTE_ORDER, shape, strides, NULL);
}

static void
check_guess (const TsLayoutGuess *guess, guint n_dims)
{
  g_assert_nonnull (guess);
  g_assert_cmpuint (guess->n_candidates, <=, G_N_ELEMENTS (guess->candidates));
  g_assert_nonnull (guess->reason);
  g_assert_true (g_utf8_validate (guess->reason, -1, NULL));
  g_assert_nonnull (ts_confidence_to_string (guess->confidence));
  for (guint i = 0; i < guess->n_candidates; i++) {
    const TsLayoutCandidate *candidate = &guess->candidates[i];
    g_autoptr (GError) error = NULL;
    TsLayout parsed;

    g_assert_true (isfinite (candidate->score));
    g_assert_true (i == 0 || candidate->score <= guess->candidates[i - 1].score);
    g_assert_cmpuint (candidate->layout.n_dims, ==, n_dims);
    g_assert_cmpuint (strlen (candidate->layout.roles), ==, n_dims);
    ts_layout_parse (&parsed, candidate->layout.roles, n_dims, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (parsed.roles, ==, candidate->layout.roles);
  }
}

static void
look (TsDocument *document, TsNode *node, const char *layout)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsView) view = ts_view_new (document, node, layout, NULL, &error);
  g_autofree char *text = NULL;
  g_autoptr (TsBlock) block = NULL;
  const TsValueRange *range;

  g_assert_true ((view == NULL) == (error != NULL));
  if (view == NULL)
    return;
  range = ts_view_get_value_range (view);
  g_assert_true (isfinite (range->lo) && isfinite (range->hi));
  g_assert_true (range->lo <= range->hi);
  text = ts_value_range_describe (range);
  g_assert_nonnull (text);
  block =
      ts_batch_read_image (ts_view_get_batch (view),
                           ts_batch_get_n_images (ts_view_get_batch (view)) - 1, NULL, NULL, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  Input input = { data, n_bytes };
  guint n_arrays = MIN (take_u8 (&input), MAX_ARRAYS);
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  g_autoptr (GPtrArray) layouts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (TsDocument) document = NULL;
  TsOrigin origin = TS_ORIGIN_NUMPY;
  TsNode *node;

  for (guint i = 0; i < n_arrays; i++) {
    TsDtype dtype = (TsDtype) (take_u8 (&input) % TS_N_DTYPES);
    TsShape shape = { 0 };
    g_autofree char *name = NULL;
    g_autofree char *layout = NULL;
    g_autoptr (TsTensor) tensor = NULL;
    guint strides;

    origin = (TsOrigin) (take_u8 (&input) % 4);
    strides = take_u8 (&input);
    shape.n_dims = take_u8 (&input) % 12;
    for (guint k = 0; k < shape.n_dims; k++) {
      guint64 dim = take_u16 (&input);

      shape.dims[k] = dim & 0x8000 ? (dim & 0x7fff) << 10 : dim;
    }
    name = take_text (&input);
    layout = take_text (&input);
    {
      const TsLayoutHints hints = { origin, name, NULL, NULL };
      g_autoptr (TsLayoutGuess) guess = ts_layout_guess (&shape, dtype, &hints);

      check_guess (guess, shape.n_dims);
    }
    tensor = make_tensor (&input, dtype, strides, &shape, take_u16 (&input));
    if (tensor != NULL) {
      ts_node_take_child (root, ts_node_new_tensor (name, tensor));
      g_ptr_array_add (layouts, g_steal_pointer (&layout));
    }
  }
  document = ts_document_new (source, "input.npz", "npz", origin, root);
  for (guint i = 0; i < layouts->len; i++) {
    const char *layout = g_ptr_array_index (layouts, i);
    g_autoptr (TsLayoutGuess) guess = NULL;

    node = ts_node_get_child (root, i);
    guess = ts_view_guess_layout (document, node);
    check_guess (guess, ts_tensor_get_n_dims (ts_node_get_tensor (node)));
    look (document, node, NULL);
    if (layout[0] != '\0')
      look (document, node, layout);
    if (guess->reshape != NULL)
      look (document, node, guess->reshape);
  }
  node = ts_view_choose_node (document);
  if (node != NULL)
    look (document, node, NULL);
  return 0;
}
