/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-npy.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "bytes/ts-mapped-source.h"
#include "reader/ts-pickle-tree.h"
#include "tensor/ts-tensor.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Strings are shown one by one up to here. */
#define MAX_TEXTS           4096u
#define MAX_TEXT_BYTES      (1u << 20)
#define MAX_TEXT_SPAN_BYTES (16u << 20)

/* Elements of one type that lie regularly in a source; the axes of the type's sub-array are
 * already part of shape and strides. */
typedef struct
{
  TsSource *source;
  guint64 offset;
  const TsNpyType *type;
  TsShape shape;
  guint64 strides[TS_MAX_DIMS]; /* bytes */
  guint64 n_elements;
} Elements;

static TsNode *
take_error (const char *name, const Elements *elements, GError *error)
{
  TsNode *node = ts_node_new_error (name, error);

  ts_node_set_declared (node, elements->type->descr, &elements->shape);
  g_error_free (error);
  return node;
}

/* The elements packed, in the order in which they lie in the file; @strides become those of the
 * packed order, in elements. */
static TsSource *
pack (const Elements *elements, gint64 strides[TS_MAX_DIMS], GError **error)
{
  guint n_dims = elements->shape.n_dims;
  guint order[TS_MAX_DIMS];
  guint64 dims[TS_MAX_DIMS], strides_bytes[TS_MAX_DIMS];
  gint64 packed = 1;

  for (guint i = 0; i < n_dims; i++) {
    guint at = i;

    /* Widest stride first. */
    while (at > 0 && elements->strides[order[at - 1]] < elements->strides[i]) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = i;
  }
  for (guint i = n_dims; i-- > 0;) {
    dims[i] = elements->shape.dims[order[i]];
    strides_bytes[i] = elements->strides[order[i]];
    strides[order[i]] = packed;
    packed *= (gint64) dims[i];
  }
  return ts_gather_source_new (elements->source, elements->offset,
                               (gsize) elements->type->size_bytes, n_dims, dims, strides_bytes,
                               error);
}

/* Numbers of a type with @size_bytes per element, in the strides of @elements. */
static TsTensor *
make_tensor (const Elements *elements, GError **error)
{
  const TsNpyType *type = elements->type;
  gint64 strides[TS_MAX_DIMS];
  gboolean expressible = TRUE;

  if (elements->n_elements == 0)
    return ts_tensor_new (elements->source, 0, type->dtype, type->byte_order, &elements->shape,
                          NULL, error);
  for (guint i = 0; i < elements->shape.n_dims; i++) {
    expressible &= elements->strides[i] % type->size_bytes == 0;
    strides[i] = (gint64) (elements->strides[i] / type->size_bytes);
  }
  if (!expressible) {
    g_autoptr (TsSource) packed = pack (elements, strides, error);

    if (packed == NULL)
      return NULL;
    return ts_tensor_new (packed, 0, type->dtype, type->byte_order, &elements->shape, strides,
                          error);
  }
  return ts_tensor_new (elements->source, elements->offset, type->dtype, type->byte_order,
                        &elements->shape, strides, error);
}

/* One x87 number: 64 bits of mantissa with its leading one, then sign and exponent. */
static double
x87_to_double (const guint8 *bytes)
{
  guint64 mantissa;
  guint16 top;
  double magnitude;
  int exponent;

  memcpy (&mantissa, bytes, sizeof mantissa);
  memcpy (&top, bytes + sizeof mantissa, sizeof top);
  mantissa = GUINT64_FROM_LE (mantissa);
  top = GUINT16_FROM_LE (top);
  exponent = top & 0x7fff;
  if (exponent == 0x7fff)
    magnitude = mantissa << 1 == 0 ? (double) INFINITY : (double) NAN;
  else
    magnitude = ldexp ((double) mantissa, MAX (exponent, 1) - 16383 - 63);
  return top & 0x8000 ? -magnitude : magnitude;
}

static void
map_x87_16 (const guint8 *in, guint8 *out, gsize n_units)
{
  for (gsize i = 0; i < n_units; i++) {
    double value = x87_to_double (in + 16 * i);

    memcpy (out + sizeof value * i, &value, sizeof value);
  }
}

static void
map_x87_12 (const guint8 *in, guint8 *out, gsize n_units)
{
  for (gsize i = 0; i < n_units; i++) {
    double value = x87_to_double (in + 12 * i);

    memcpy (out + sizeof value * i, &value, sizeof value);
  }
}

static TsTensor *
make_long_double_tensor (const Elements *elements, GError **error)
{
  gsize size = (gsize) elements->type->size_bytes;
  gint64 strides[TS_MAX_DIMS];
  g_autoptr (TsSource) packed = NULL;
  g_autoptr (TsSource) mapped = NULL;

  if (elements->n_elements == 0)
    return ts_tensor_new (elements->source, 0, TS_DTYPE_FLOAT64, G_BYTE_ORDER, &elements->shape,
                          NULL, error);
  packed = pack (elements, strides, error);
  if (packed == NULL)
    return NULL;
  mapped = ts_mapped_source_new (packed, 0, elements->n_elements, size, sizeof (double),
                                 size == 16 ? map_x87_16 : map_x87_12, error);
  if (mapped == NULL)
    return NULL;
  return ts_tensor_new (mapped, 0, TS_DTYPE_FLOAT64, G_BYTE_ORDER, &elements->shape, strides,
                        error);
}

static TsNode *
make_numbers_node (const Elements *elements, const char *name)
{
  g_autoptr (TsTensor) tensor = NULL;
  GError *error = NULL;
  TsNode *node;

  if (elements->type->kind == TS_NPY_LONG_DOUBLE)
    tensor = make_long_double_tensor (elements, &error);
  else
    tensor = make_tensor (elements, &error);
  if (tensor == NULL)
    return take_error (name, elements, error);
  node = ts_node_new_tensor (name, tensor);
  ts_node_set_note (node, elements->type->kind == TS_NPY_LONG_DOUBLE
                    ? _ ("80-bit numbers, rounded to float64")
                    : elements->type->note);
  return node;
}

/* A string of fixed length, without the NULs that fill it. */
static char *
decode_text (const TsNpyType *type, const guint8 *bytes)
{
  gsize size = (gsize) type->size_bytes, n_text;
  GString *text;

  if (type->kind == TS_NPY_BYTES) {
    while (size > 0 && bytes[size - 1] == 0)
      size--;
    if (g_utf8_validate ((const char *) bytes, (gssize) size, NULL))
      return g_strndup ((const char *) bytes, size);
    return ts_npy_text_from_latin1 (bytes, size, &n_text);
  }
  text = g_string_new (NULL);
  for (gsize i = 0; i + 4 <= size; i += 4) {
    guint32 c;

    memcpy (&c, bytes + i, sizeof c);
    c = type->byte_order == G_BIG_ENDIAN ? GUINT32_FROM_BE (c) : GUINT32_FROM_LE (c);
    if (c == 0) {
      gsize rest = i;

      while (rest < size && bytes[rest] == 0)
        rest++;
      if (rest == size)
        break;
    }
    g_string_append_unichar (text, c != 0 && g_unichar_validate (c) ? c : 0xfffd);
  }
  return g_string_free (text, FALSE);
}

/* "3" or "0,2": where the element with row-major number @index stands. */
static char *
index_name (const TsShape *shape, guint64 index)
{
  GString *name = g_string_new (NULL);
  guint64 at[TS_MAX_DIMS];

  for (guint i = shape->n_dims; i-- > 0;) {
    at[i] = index % shape->dims[i];
    index /= shape->dims[i];
  }
  for (guint i = 0; i < shape->n_dims; i++)
    g_string_append_printf (name, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "", at[i]);
  return g_string_free (name, FALSE);
}

static TsNode *
make_text_node (const Elements *elements, const char *name, TsNpyContext *context)
{
  const TsNpyType *type = elements->type;
  const TsShape *shape = &elements->shape;
  g_autofree char *shape_text = ts_shape_to_string (shape);
  g_autofree char *type_name =
      g_strdup_printf ("%s array %s", type->kind == TS_NPY_TEXT ? "str" : "bytes", shape_text);
  g_autoptr (TsNode) node = ts_node_new_container (name, type_name);
  g_autoptr (TsSource) packed = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *empty = NULL;
  const guint8 *data;
  guint64 n_bytes, span = 0;
  GError *error = NULL;

  for (guint i = 0; i < shape->n_dims; i++)
    span = MAX (span, elements->n_elements == 0 ? 0 : elements->strides[i] * shape->dims[i]);
  if (elements->n_elements > MIN (MAX_TEXTS, context->n_nodes_left) ||
      !ts_checked_mul (elements->n_elements, type->size_bytes, &n_bytes) ||
      n_bytes > MAX_TEXT_BYTES || span > MAX_TEXT_SPAN_BYTES) {
    ts_node_set_note (node, _ ("too many strings to list"));
    return g_steal_pointer (&node);
  }
  if (n_bytes > 0) {
    /* Row-major order, whatever lies in the file. */
    packed = ts_gather_source_new (elements->source, elements->offset, (gsize) type->size_bytes,
                                   shape->n_dims, shape->dims, elements->strides, &error);
    if (packed != NULL)
      bytes =
          ts_source_read_bytes (packed, 0, n_bytes, MAX_TEXT_BYTES, context->cancellable, &error);
    if (bytes == NULL)
      return take_error (name, elements, error);
    data = g_bytes_get_data (bytes, NULL);
  } else {
    data = empty = g_malloc0 (1);
  }
  if (shape->n_dims == 0) {
    g_autofree char *text = decode_text (type, data);

    return ts_node_new_text (name, text);
  }
  context->n_nodes_left -= (guint) elements->n_elements;
  for (guint64 i = 0; i < elements->n_elements; i++) {
    g_autofree char *text = decode_text (type, data + i * type->size_bytes);
    g_autofree char *child_name = index_name (shape, i);

    ts_node_take_child (node, ts_node_new_text (child_name, text));
  }
  return g_steal_pointer (&node);
}

static TsNode *make_node (const Elements *outer, const char *name, TsNpyContext *context);

static const TsNpyField *
get_field (const TsNpyType *type, guint index)
{
  return g_ptr_array_index (type->fields, index);
}

/* The @index-th field whose name is @letter, in either case. */
static const TsNpyField *
find_channel (const TsNpyType *type, char letter)
{
  for (guint i = 0; i < type->fields->len; i++) {
    const TsNpyField *field = get_field (type, i);

    if (g_ascii_tolower (field->name[0]) == letter && field->name[0] != '\0' &&
        field->name[1] == '\0')
      return field;
  }
  return NULL;
}

/* Fields r, g, b and perhaps a of one type at equal distances, as one more axis at the end. */
static TsNode *
make_channels_node (const Elements *elements)
{
  const char letters[] = "rgba";
  const TsNpyField *channels[4];
  Elements view = *elements;
  guint n = 0;
  guint64 distance;

  while (n < 4 && (channels[n] = find_channel (elements->type, letters[n])) != NULL)
    n++;
  if (n < 3 || elements->shape.n_dims == TS_MAX_DIMS ||
      channels[1]->offset_bytes <= channels[0]->offset_bytes)
    return NULL;
  distance = channels[1]->offset_bytes - channels[0]->offset_bytes;
  for (guint i = 0; i < n; i++) {
    const TsNpyType *type = channels[i]->type;

    if (type->kind != TS_NPY_NUMBERS || type->sub.n_dims > 0 ||
        type->dtype != channels[0]->type->dtype ||
        type->byte_order != channels[0]->type->byte_order ||
        channels[i]->offset_bytes != channels[0]->offset_bytes + i * distance)
      return NULL;
  }
  view.type = channels[0]->type;
  view.offset += channels[0]->offset_bytes;
  view.shape.dims[view.shape.n_dims] = n;
  view.strides[view.shape.n_dims++] = distance;
  view.n_elements *= n;
  {
    TsNode *node = make_numbers_node (&view, n == 3 ? "rgb" : "rgba");

    ts_node_set_note (node, _ ("the colour fields as channels"));
    return node;
  }
}

static TsNode *
make_records_node (const Elements *elements, const char *name, TsNpyContext *context)
{
  g_autofree char *shape_text = ts_shape_to_string (&elements->shape);
  g_autofree char *type_name = g_strdup_printf ("structured array %s", shape_text);
  TsNode *node = ts_node_new_container (name, type_name);
  TsNode *channels = make_channels_node (elements);

  if (channels != NULL)
    ts_node_take_child (node, channels);
  for (guint i = 0; i < elements->type->fields->len; i++) {
    const TsNpyField *field = get_field (elements->type, i);
    Elements part = *elements;

    if (*field->name == '\0')
      continue; /* padding */
    if (context->n_nodes_left == 0) {
      ts_node_set_note (node, _ ("has more fields than are shown"));
      break;
    }
    part.type = field->type;
    part.offset += field->offset_bytes;
    ts_node_take_child (node, make_node (&part, field->name, context));
  }
  return node;
}

static TsNode *
make_refused_node (const Elements *elements, const char *name)
{
  GError *error = NULL;

  if (elements->type->kind == TS_NPY_OBJECTS)
    error = g_error_new_literal (
        TS_ERROR, TS_ERROR_REFUSED,
        _ ("This array holds pickled Python objects (dtype object), which are never executed. Save "
        "plain arrays instead: numpy.stack() for equal shapes, numpy.savez() with one name an "
        "array for different ones"));
  else
    error = g_error_new (TS_ERROR, TS_ERROR_UNSUPPORTED,
                         _ ("Elements of type %s are not read; convert them with astype(), for "
                         "example to float64 or complex128"),
                            elements->type->descr);
  return take_error (name, elements, error);
}

/* The data of an array of objects is a pickle. Whatever of it means data is shown; nothing of it is
 * executed. */
static TsNode *
make_objects_node (const Elements *elements, const char *name, TsNpyContext *context)
{
  g_autoptr (TsNode) tree = NULL;

  context->objects_end = 0;
  if (context->n_nodes_left > 0)
    tree =
        ts_pickle_tree_build_at (elements->source, elements->offset, name, &context->n_nodes_left,
                                 &context->objects_end, context->cancellable, NULL);
  if (tree == NULL || ts_node_get_kind (tree) != TS_NODE_CONTAINER ||
      ts_node_get_n_children (tree) == 0)
    return make_refused_node (elements, name);
  ts_node_set_note (
      tree, _ ("pickled Python objects, shown as far as they mean data and never executed; to keep "
            "arrays plain, save them with numpy.stack() or numpy.savez()"));
  return g_steal_pointer (&tree);
}

static TsNode *
make_node (const Elements *outer, const char *name, TsNpyContext *context)
{
  const TsNpyType *type = outer->type;
  Elements elements = *outer;
  guint n_outer = outer->shape.n_dims;
  guint64 stride = type->size_bytes;
  GError *error = NULL;

  if (n_outer + type->sub.n_dims > TS_MAX_DIMS || context->n_nodes_left == 0) {
    error = g_error_new (TS_ERROR, TS_ERROR_REFUSED,
                         _ ("More than %u %s"),
                            context->n_nodes_left == 0 ? TS_NPY_MAX_NODES : TS_MAX_DIMS,
                            context->n_nodes_left == 0 ? _ ("parts in one file") : "axes");
    return take_error (name, &elements, error);
  }
  context->n_nodes_left--;
  for (guint i = type->sub.n_dims; i-- > 0;) {
    elements.shape.dims[n_outer + i] = type->sub.dims[i];
    elements.strides[n_outer + i] = stride;
    stride *= type->sub.dims[i];
  }
  elements.shape.n_dims = n_outer + type->sub.n_dims;
  if (!ts_shape_count (&elements.shape, &elements.n_elements)) {
    error = g_error_new_literal (TS_ERROR, TS_ERROR_CORRUPT,
                                 _ ("The shape has more elements than any file can hold"));
    return take_error (name, &elements, error);
  }
  switch (type->kind) {
  case TS_NPY_NUMBERS:
  case TS_NPY_LONG_DOUBLE:
    return make_numbers_node (&elements, name);
  case TS_NPY_RECORDS:
    return make_records_node (&elements, name, context);
  case TS_NPY_BYTES:
  case TS_NPY_TEXT:
    return make_text_node (&elements, name, context);
  case TS_NPY_RAW: {
    g_autofree char *type_name =
        g_strdup_printf ("raw elements of %" G_GUINT64_FORMAT " bytes", type->size_bytes);

    return ts_node_new_opaque (name, type_name);
  }
  case TS_NPY_OBJECTS:
  case TS_NPY_UNSUPPORTED:
  default:
    return make_refused_node (&elements, name);
  }
}

TsNode *
ts_npy_make_typed_node (TsSource *source,
                        guint64 offset,
                        const TsNpyType *type,
                        const TsShape *shape,
                        const guint64 *strides_bytes,
                        const char *name,
                        TsNpyContext *context)
{
  Elements elements = { .source = source, .offset = offset, .type = type, .shape = *shape };

  if (shape->n_dims > 0)
    memcpy (elements.strides, strides_bytes, shape->n_dims * sizeof *strides_bytes);
  return make_node (&elements, name, context);
}

gboolean
ts_npy_get_data_bytes (const TsNpyHeader *header, guint64 *n_bytes)
{
  guint64 n_elements;

  return ts_shape_count (&header->shape, &n_elements) &&
         ts_checked_mul (n_elements, ts_npy_type_get_total (header->type), n_bytes) &&
         *n_bytes <= G_MAXINT64;
}

/* Shortens @shape to what @available of @needed bytes hold, along the axis whose parts lie one
 * after another in the file. Returns that axis, or -1 when not even one part is whole. */
static int
cut_shape (TsShape *shape, gboolean fortran_order, guint64 needed, guint64 available)
{
  guint axis = fortran_order && shape->n_dims > 0 ? shape->n_dims - 1 : 0;

  if (shape->n_dims == 0)
    return -1;
  /* Leading axes of one part are skipped: "1 of 1" says nothing. */
  while (shape->dims[axis] == 1) {
    if (axis == (fortran_order ? 0 : shape->n_dims - 1))
      return -1;
    axis += fortran_order ? -1u : 1u;
  }
  shape->dims[axis] = available / (needed / shape->dims[axis]);
  return shape->dims[axis] > 0 ? (int) axis : -1;
}

TsNode *
ts_npy_make_node (TsSource *source,
                  guint64 offset,
                  const TsNpyHeader *header,
                  const char *name,
                  TsNpyContext *context)
{
  Elements elements = { .source = source, .type = header->type, .shape = header->shape };
  guint64 needed, available, item;
  GError *error = NULL;
  int cut = -1;
  TsNode *node;

  g_return_val_if_fail (TS_IS_SOURCE (source) && header != NULL, NULL);

  if (header->type->kind == TS_NPY_OBJECTS) {
    elements.offset = offset + header->data_offset;
    return make_objects_node (&elements, name, context);
  }
  if (!ts_npy_get_data_bytes (header, &needed)) {
    error = g_error_new_literal (TS_ERROR, TS_ERROR_CORRUPT,
                                 _ ("The shape has more elements than any file can hold"));
    return take_error (name, &elements, error);
  }
  elements.offset = offset + header->data_offset;
  available = ts_source_get_size (source);
  available = available > elements.offset ? available - elements.offset : 0;
  if (available < needed) {
    cut = cut_shape (&elements.shape, header->fortran_order, needed, available);
    if (cut < 0) {
      error = g_error_new (TS_ERROR, TS_ERROR_TRUNCATED,
                           _ ("The data is cut off: %" PRIu64 " of %" PRIu64
                           " bytes are there"),
                              available, needed);
      return take_error (name, &elements, error);
    }
  }
  item = ts_npy_type_get_total (header->type);
  for (guint i = 0; i < elements.shape.n_dims; i++) {
    guint axis = header->fortran_order ? i : elements.shape.n_dims - 1 - i;

    elements.strides[axis] = item;
    /* Wraps only in an empty array, whose strides are not used. */
    item *= elements.shape.dims[axis];
  }
  node = make_node (&elements, name, context);
  if (cut >= 0) {
    const char *other = ts_node_get_note (node);
    g_autofree char *note = g_strdup_printf ("cut off: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                             " along axis %d%s%s",
                                             elements.shape.dims[cut], header->shape.dims[cut], cut,
                                             other != NULL ? "; " : "", other != NULL ? other : "");

    ts_node_set_note (node, note);
  }
  return node;
}
