/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-raw.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAX_SUGGESTIONS 12
#define SAMPLE_BYTES    (1u << 16)

/* The text form. */

static gboolean invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
invalid (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
parse_shape (TsShape *shape, const char *text, GError **error)
{
  g_auto (GStrv) sizes = g_strsplit (text, "x", -1);
  guint64 dims[TS_MAX_DIMS];
  guint n = g_strv_length (sizes), n_fill = 0;

  if (n == 0 || n > TS_MAX_DIMS)
    return invalid (error, _ ("The shape needs 1 to %u sizes with x between, such as 64x3x64x64"),
                              TS_MAX_DIMS);
  for (guint i = 0; i < n; i++) {
    if (g_str_equal (sizes[i], "?") || g_str_equal (sizes[i], "-1")) {
      dims[i] = TS_RAW_FILL;
      n_fill++;
    } else if (!g_ascii_string_to_unsigned (sizes[i], 10, 1, G_MAXINT64, &dims[i], NULL)) {
      return invalid (error, _ ("“%s” is no size of an axis; a shape is written 64x3x64x64"),
                                sizes[i]);
    }
  }
  if (n_fill > 1)
    return invalid (error, _ ("Only one size of the shape can be left open"));
  ts_shape_init (shape, n, dims);
  return TRUE;
}

static gboolean
parse_word (TsRawOptions *self, const char *word, GError **error)
{
  if (g_str_equal (word, "big"))
    self->byte_order = G_BIG_ENDIAN;
  else if (g_str_equal (word, "little"))
    self->byte_order = G_LITTLE_ENDIAN;
  else if (!g_str_has_prefix (word, "row=") ||
           !g_ascii_string_to_unsigned (word + strlen ("row="), 10, 1, G_MAXINT64, &self->row_bytes,
                                        NULL))
    return invalid (error, _ ("“%s” is none of big, little, row=BYTES"), word);
  return TRUE;
}

gboolean
ts_raw_options_parse (TsRawOptions *self, const char *text, GError **error)
{
  g_auto (GStrv) words = NULL;
  char *colon, *at;

  g_return_val_if_fail (self != NULL && text != NULL, FALSE);

  words = g_strsplit (text, ",", -1);
  *self = (TsRawOptions){ .byte_order = G_LITTLE_ENDIAN };
  colon = words[0] != NULL ? strchr (words[0], ':') : NULL;
  if (colon == NULL)
    return invalid (error, _ ("“%s” is not of the form DTYPE:SHAPE[@OFFSET][,big], such as "
                    "float32:64x3x64x64@16"),
                              text);
  *colon = '\0';
  if (!ts_dtype_from_name (words[0], &self->dtype))
    return invalid (error,
                    _ ("There is no dtype “%s”; usual ones are uint8, uint16, float16, float32"),
                       words[0]);
  at = strchr (colon + 1, '@');
  if (at != NULL) {
    *at = '\0';
    if (!g_ascii_string_to_unsigned (at + 1, 10, 0, G_MAXINT64, &self->offset_bytes, NULL))
      return invalid (error, _ ("“%s” is no offset in bytes"), at + 1);
  }
  if (!parse_shape (&self->shape, colon + 1, error))
    return FALSE;
  for (guint i = 1; words[i] != NULL; i++) {
    if (!parse_word (self, words[i], error))
      return FALSE;
  }
  return TRUE;
}

char *
ts_raw_options_to_string (const TsRawOptions *self)
{
  GString *out = g_string_new (ts_dtype_get_name (self->dtype));

  for (guint i = 0; i < self->shape.n_dims; i++) {
    g_string_append_c (out, i == 0 ? ':' : 'x');
    if (self->shape.dims[i] == TS_RAW_FILL)
      g_string_append_c (out, '?');
    else
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, self->shape.dims[i]);
  }
  if (self->offset_bytes > 0)
    g_string_append_printf (out, "@%" G_GUINT64_FORMAT, self->offset_bytes);
  if (self->byte_order == G_BIG_ENDIAN)
    g_string_append (out, ",big");
  if (self->row_bytes > 0)
    g_string_append_printf (out, ",row=%" G_GUINT64_FORMAT, self->row_bytes);
  return g_string_free (out, FALSE);
}

/* Opening. */

/* The axis that counts rows, or -1 where there is none. */
static int
find_row_axis (const TsShape *shape)
{
  int n = (int) shape->n_dims;

  return n >= 3 && shape->dims[n - 1] <= 4 ? n - 3 : n - 2;
}

/* Strides, and the bytes one step along axis 0 takes, as if its size did not matter. */
static gboolean
get_strides (const TsRawOptions *options,
             gint64 strides[TS_MAX_DIMS],
             guint64 bytes[TS_MAX_DIMS],
             GError **error)
{
  const TsShape *shape = &options->shape;
  int row_axis = options->row_bytes > 0 ? find_row_axis (shape) : -1;
  guint64 step = ts_dtype_get_size (options->dtype);

  if (options->row_bytes > 0 && row_axis < 0)
    return invalid (error, _ ("A single axis has no rows: leave the bytes of a row out"));
  for (int i = (int) shape->n_dims - 1; i >= 0; i--) {
    if (i == row_axis) {
      if (options->row_bytes < step)
        return invalid (error,
                        _ ("A row takes %" PRIu64 " bytes, more than the %" PRIu64
                        " given for it"),
                           step, options->row_bytes);
      step = options->row_bytes;
    }
    bytes[i] = step;
    if (step % ts_dtype_get_size (options->dtype) != 0)
      return invalid (error,
                      _ ("The bytes of a row, %" PRIu64
                      ", are no multiple of the %u bytes of %s"),
                         step, (guint) ts_dtype_get_size (options->dtype),
                         ts_dtype_get_name (options->dtype));
    strides[i] = (gint64) (step / ts_dtype_get_size (options->dtype));
    if (shape->dims[i] == TS_RAW_FILL)
      continue; /* only sizes in front of it are left; looked at again when it is known */
    if (__builtin_mul_overflow (step, shape->dims[i], &step) || step > G_MAXINT64)
      return invalid (error, _ ("An array of that shape is larger than any file"));
  }
  return TRUE;
}

/* Puts a size in for the open one: as much as @n_bytes hold. */
static gboolean
fill_shape (TsRawOptions *options, guint64 n_bytes, GError **error)
{
  gint64 strides[TS_MAX_DIMS];
  guint64 bytes[TS_MAX_DIMS];
  TsRawOptions one = *options;
  int open = -1;
  guint64 total;

  for (guint i = 0; i < options->shape.n_dims; i++) {
    if (options->shape.dims[i] == TS_RAW_FILL) {
      open = (int) i;
      one.shape.dims[i] = 1;
    }
  }
  if (open < 0)
    return TRUE;
  if (!get_strides (&one, strides, bytes, error) ||
      __builtin_mul_overflow (bytes[0], one.shape.dims[0], &total))
    return FALSE;
  if (n_bytes < total)
    return invalid (error, _ ("One step of the open axis takes %" PRIu64
                    " bytes; behind the offset the file has %" PRIu64),
                              total, n_bytes);
  options->shape.dims[open] = n_bytes / total;
  return TRUE;
}

/* Fewer bytes than the shape asks for. */
static gboolean
set_too_small (const TsRawOptions *options,
               guint64 needed,
               guint64 per_first,
               guint64 n_bytes,
               GError **error)
{
  g_autofree char *shape = ts_shape_to_string (&options->shape);
  g_autofree char *fits = NULL;

  if (options->shape.n_dims > 1 && n_bytes >= per_first)
    fits =
        g_strdup_printf ("; a first axis of %" G_GUINT64_FORMAT " would fit", n_bytes / per_first);
  return invalid (error, _ ("%s of %s needs %" PRIu64 " bytes, but the file has %" PRIu64
                  " from byte %" PRIu64 " on%s"),
                            shape, ts_dtype_get_name (options->dtype), needed, n_bytes,
                            options->offset_bytes, fits != NULL ? fits : "");
}

static TsTensor *
make_tensor (TsSource *source, TsRawOptions *options, guint64 *n_left, GError **error)
{
  guint64 size = ts_source_get_size (source);
  gint64 strides[TS_MAX_DIMS];
  guint64 bytes[TS_MAX_DIMS];
  guint64 needed, whole, n_bytes;

  if (options->offset_bytes > size) {
    invalid (error, _ ("The offset, %" PRIu64 ", lies behind the end of the file, which has "
             "%" PRIu64 " bytes"),
                       options->offset_bytes, size);
    return NULL;
  }
  n_bytes = size - options->offset_bytes;
  if (!fill_shape (options, n_bytes, error) || !get_strides (options, strides, bytes, error))
    return NULL;
  needed = whole = bytes[0] * options->shape.dims[0]; /* get_strides() has checked it */
  if (options->row_bytes > 0) {
    /* nothing has to follow the last row */
    int row_axis = find_row_axis (&options->shape);

    needed -= options->row_bytes - bytes[row_axis + 1] * options->shape.dims[row_axis + 1];
  }
  if (needed > n_bytes) {
    set_too_small (options, needed, bytes[0], n_bytes, error);
    return NULL;
  }
  *n_left = n_bytes > whole ? n_bytes - whole : 0;
  return ts_tensor_new (source, options->offset_bytes, options->dtype, options->byte_order,
                        &options->shape, strides, error);
}

TsDocument *
ts_raw_open (TsSource *source, const char *name, const TsRawOptions *options, GError **error)
{
  TsRawOptions filled;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (TsNode) root = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *spec = NULL;
  TsDocument *document;
  guint64 n_left = 0;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);
  g_return_val_if_fail (name != NULL && options != NULL, NULL);

  filled = *options;
  shown = g_filename_display_basename (name);
  tensor = make_tensor (source, &filled, &n_left, error);
  if (tensor == NULL) {
    g_prefix_error (error, "%s: ", shown);
    return NULL;
  }
  root = ts_node_new_tensor ("", tensor);
  document = ts_document_new (source, shown, "raw", TS_ORIGIN_NUMPY, root);
  spec = ts_raw_options_to_string (&filled);
  ts_document_set_raw (document, spec);
  if (n_left > 0) {
    g_autofree char *warning =
        g_strdup_printf ("%" G_GUINT64_FORMAT " bytes after the array are ignored", n_left);

    ts_document_add_warning (document, warning);
  }
  return document;
}

TsDocument *
ts_raw_open_path (const char *path, const TsRawOptions *options, GError **error)
{
  g_autoptr (TsSource) source = NULL;
  g_autofree char *absolute = NULL;
  TsDocument *document;

  g_return_val_if_fail (path != NULL, NULL);

  source = ts_file_source_new (path, error);
  document = source != NULL ? ts_raw_open (source, path, options, error) : NULL;
  if (document == NULL)
    return NULL;
  absolute = g_canonicalize_filename (path, NULL);
  ts_document_set_path (document, absolute);
  return document;
}

/* Suggestions. */

/* How much the bytes look like numbers of @dtype, 0 to 1: most floats of a dump are neither huge
 * nor tiny, which bytes of another type seldom look like. */
static double
look_like (TsDtype dtype, const guint8 *bytes, gsize n_bytes)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  gsize n = n_bytes / ts_dtype_get_size (dtype), n_good = 0, n_zero = 0;
  g_autofree double *values = NULL;

  if (n == 0)
    return 0;
  if (ts_dtype_is_integer (dtype))
    return dtype == TS_DTYPE_UINT8 ? 0.6 : 0.4;
  values = g_new (double, n);
  info->load (bytes, (gssize) ts_dtype_get_size (dtype), n, values);
  for (gsize i = 0; i < n; i++) {
    n_zero += values[i] == 0;
    n_good += isfinite (values[i]) && fabs (values[i]) > 1e-6 && fabs (values[i]) < 1e5;
  }
  return n_zero == n ? 0.1 : (double) n_good / (double) (n - n_zero) * (n_good + n_zero > 0);
}

static void
add_suggestions (GArray *out, TsDtype dtype, guint64 offset_bytes, guint64 n_bytes)
{
  static const guint sides[] = {
    64, 128, 256, 32, 512, 28, 1024, 224, 96, 16, 299, 384, 768, 2048
  };
  static const guint channels[] = { 3, 1, 4 };

  for (guint s = 0; s < G_N_ELEMENTS (sides); s++) {
    for (guint c = 0; c < G_N_ELEMENTS (channels); c++) {
      guint64 image = (guint64) sides[s] * sides[s] * channels[c] * ts_dtype_get_size (dtype);
      gboolean last = ts_dtype_is_integer (dtype);
      guint64 dims[4] = { n_bytes / image, last ? sides[s] : channels[c], sides[s],
                          last ? channels[c] : sides[s] };
      TsRawOptions options = { dtype, G_BYTE_ORDER, offset_bytes, { 0 }, 0 };

      if (n_bytes < image || n_bytes % image != 0)
        continue;
      if (channels[c] == 1)
        dims[1] = dims[2] = sides[s];
      ts_shape_init (&options.shape, channels[c] == 1 ? 3 : 4, dims);
      g_array_append_val (out, options);
    }
  }
}

/* One square image of any size. */
static void
add_square (GArray *out, TsDtype dtype, guint64 offset_bytes, guint64 n_bytes)
{
  guint64 size = ts_dtype_get_size (dtype);
  guint64 side = (guint64) floor (sqrt ((double) (n_bytes / size)) + 0.5);
  guint64 dims[2] = { side, side };
  TsRawOptions options = { dtype, G_BYTE_ORDER, offset_bytes, { 0 }, 0 };

  if (side < 8 || side > G_MAXINT32 || side * side * size != n_bytes)
    return;
  ts_shape_init (&options.shape, 2, dims);
  g_array_append_val (out, options);
}

GArray *
ts_raw_suggest (TsSource *source, guint64 offset_bytes, GCancellable *cancellable)
{
  static const TsDtype dtypes[] = { TS_DTYPE_FLOAT32, TS_DTYPE_FLOAT16, TS_DTYPE_FLOAT64,
                                    TS_DTYPE_UINT8, TS_DTYPE_UINT16 };
  const gsize n_dtypes = G_N_ELEMENTS (dtypes);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (TsRawOptions));
  g_autoptr (GBytes) sample = NULL;
  double scores[G_N_ELEMENTS (dtypes)];
  guint64 size, n_bytes;

  g_return_val_if_fail (TS_IS_SOURCE (source), out);

  size = ts_source_get_size (source);
  if (offset_bytes >= size)
    return out;
  n_bytes = size - offset_bytes;
  sample = ts_source_read_bytes (source, offset_bytes, MIN (n_bytes, SAMPLE_BYTES), SAMPLE_BYTES,
                                 cancellable, NULL);
  if (sample == NULL)
    return out;
  for (gsize i = 0; i < n_dtypes; i++)
    scores[i] = look_like (dtypes[i], g_bytes_get_data (sample, NULL), g_bytes_get_size (sample));
  for (gsize k = 0; k < n_dtypes && out->len < MAX_SUGGESTIONS; k++) {
    gsize best = 0;
    guint had = out->len;

    for (gsize i = 1; i < n_dtypes; i++) {
      if (scores[i] > scores[best])
        best = i;
    }
    add_suggestions (out, dtypes[best], offset_bytes, n_bytes);
    /* the others have their say too */
    g_array_set_size (out, MIN (out->len, had + MAX_SUGGESTIONS / 2));
    add_square (out, dtypes[best], offset_bytes, n_bytes);
    scores[best] = -1;
  }
  g_array_set_size (out, MIN (out->len, MAX_SUGGESTIONS));
  return out;
}
