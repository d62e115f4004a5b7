/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-provenance.h"

#include "base/ts-error.h"
#include "export/ts-encode-json.h"
#include "export/ts-indices.h"
#include "export/ts-name-template.h"
#include "export/ts-recipe-json.h"
#include "export/ts-sidecar.h"
#include "reader/ts-picture.h"
#include "reader/ts-raw.h"
#include "reader/ts-reader.h"

#include <math.h>
#include <string.h>

/* Folders above that of the picture that are looked into: DIR/images/x.png was written beside the
 * dump, or to a folder beside it. */
#define MAX_PARENTS 2

static const char *const schemas[] = { TS_SIDECAR_SCHEMA, "tenscope-sheet", "tenscope-figure",
                                       "tenscope-animation", NULL };

void
ts_provenance_free (TsProvenance *self)
{
  g_free (self->file);
  g_free (self->raw);
  g_free (self->key);
  g_free (self->layout);
  g_free (self->dtype);
  g_free (self->image_file);
  g_free (self->range_images);
  g_free (self->format);
  g_strfreev (self->latents);
  g_free (self);
}

static gboolean
read_string (JsonObject *object, const char *path, const char *name, char **out, GError **error)
{
  const char *text = NULL;

  if (!ts_json_get_string (object, path, name, &text, error))
    return FALSE;
  if (text == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s.%s” is missing", path, name);
    return FALSE;
  }
  *out = g_strdup (text);
  return TRUE;
}

/* A name that stands for nothing but a file in a folder that is looked into. */
static gboolean
is_plain_name (const char *name)
{
  return name[0] != '\0' && strlen (name) <= 255 && strchr (name, '/') == NULL &&
         strchr (name, '\\') == NULL && !g_str_equal (name, ".") && !g_str_equal (name, "..");
}

static gboolean
read_source (TsProvenance *self, JsonObject *source, GError **error)
{
  JsonArray *shape = NULL;

  if (!read_string (source, "source", "file", &self->file, error) ||
      !read_string (source, "source", "key", &self->key, error) ||
      !read_string (source, "source", "layout", &self->layout, error) ||
      !read_string (source, "source", "dtype", &self->dtype, error) ||
      (ts_json_has (source, "raw") && !read_string (source, "source", "raw", &self->raw, error)) ||
      !ts_json_get_int (source, "source", "index", &self->index, error) ||
      !ts_json_get_array (source, "source", "shape", &shape, error))
    return FALSE;
  if (!is_plain_name (self->file)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“source.file” is not the name of a file");
    return FALSE;
  }
  if (shape == NULL || json_array_get_length (shape) > TS_MAX_DIMS) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“source.shape” must be a list of sizes");
    return FALSE;
  }
  self->shape.n_dims = json_array_get_length (shape);
  for (guint i = 0; i < self->shape.n_dims; i++) {
    JsonNode *node = json_array_get_element (shape, i);

    if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 ||
        json_node_get_int (node) < 0) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“source.shape” must be a list of sizes");
      return FALSE;
    }
    self->shape.dims[i] = (guint64) json_node_get_int (node);
  }
  return TRUE;
}

static gboolean
read_image (TsProvenance *self, JsonObject *root, GError **error)
{
  JsonObject *image = NULL;
  const char *values = NULL;
  gint64 bits = 8;

  if (!ts_json_get_object (root, "", "image", &image, error))
    return FALSE;
  if (image == NULL)
    return TRUE;
  if (!read_string (image, "image", "file", &self->image_file, error) ||
      !read_string (image, "image", "format", &self->format, error) ||
      !ts_json_get_int (image, "image", "bits", &bits, error) ||
      !ts_json_get_boolean (image, "image", "palette", &self->palette, error) ||
      !ts_encode_options_read_json (&self->encode, image, "image", error) ||
      !ts_json_get_string (image, "image", "values", &values, error))
    return FALSE;
  self->bits = (int) CLAMP (bits, 0, 64);
  self->values = TS_VALUES_DISPLAY;
  if (values != NULL && !ts_name_lookup (ts_values_names, values, &self->values)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“image.values” is “%s”", values);
    return FALSE;
  }
  return TRUE;
}

/* The names of the latents that were written. */
static gboolean
read_latents (TsProvenance *self, JsonObject *root, GError **error)
{
  JsonObject *latents = NULL;
  g_autoptr (GList) names = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  if (!ts_json_get_object (root, "", "latents", &latents, error))
    return FALSE;
  if (latents == NULL)
    return TRUE;
  names = json_object_get_members (latents);
  for (GList *l = names; l != NULL; l = l->next)
    g_ptr_array_add (list, g_strdup (l->data));
  g_ptr_array_add (list, NULL);
  self->latents = (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
  return TRUE;
}

static gboolean
read_stats (TsProvenance *self, JsonObject *root, GError **error)
{
  JsonObject *stats = NULL;
  gint64 counts[3] = { 0 };
  static const char *const names[] = { "nan", "posinf", "neginf" };

  if (!ts_json_get_object (root, "", "stats", &stats, error))
    return FALSE;
  if (stats == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!ts_json_get_int (stats, "stats", names[i], &counts[i], error))
      return FALSE;
  self->stats.n_nan = (guint64) counts[0];
  self->stats.n_posinf = (guint64) counts[1];
  self->stats.n_neginf = (guint64) counts[2];
  self->stats.n_finite = ts_json_has (stats, "min") && ts_json_has (stats, "max");
  self->has_stats = TRUE;
  return self->stats.n_finite == 0 ||
         (ts_json_get_double (stats, "stats", "min", &self->stats.min, error) &&
          ts_json_get_double (stats, "stats", "max", &self->stats.max, error));
}

/* A range that was taken of a selection is the numbers it came to, wherever that selection is not
 * the one that is meant now. */
static void
settle_range (TsProvenance *self)
{
  self->range_mode = self->recipe.range_mode;
  if (self->recipe.scope != TS_SCOPE_SELECTION || self->recipe.range_mode == TS_RANGE_FIXED ||
      self->index < 0)
    return;
  self->recipe.range_mode = TS_RANGE_FIXED;
  self->recipe.scope = TS_SCOPE_BATCH;
}

TsProvenance *
ts_provenance_read (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = ts_json_parse (json, length, error);
  g_autoptr (TsProvenance) self = NULL;
  g_autofree char *inner = NULL;
  JsonObject *root, *source = NULL;
  const char *schema = NULL;

  if (node == NULL)
    return NULL;
  root = json_node_get_object (node);
  if (json_object_has_member (root, "tenscope") && !json_object_has_member (root, "schema")) {
    if (!ts_json_get_object (root, "", "tenscope", &root, error))
      return NULL;
    inner =
        json_to_string (json_object_get_member (json_node_get_object (node), "tenscope"), FALSE);
    json = inner;
    length = -1;
  }
  if (!ts_json_get_string (root, "", "schema", &schema, error))
    return NULL;
  if (schema == NULL || !g_strv_contains (schemas, schema)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“schema” is “%s”: this does not tell of a picture", schema != NULL ? schema : "");
    return NULL;
  }
  self = g_new0 (TsProvenance, 1);
  self->index = -1;
  self->encode =
      (TsEncodeOptions){ .quality = TS_DEFAULT_QUALITY, .compression = TS_DEFAULT_COMPRESSION };
  if (!ts_json_get_object (root, "", "source", &source, error))
    return NULL;
  if (source == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“source” is missing");
    return NULL;
  }
  ts_recipe_init (&self->recipe);
  if (!read_source (self, source, error) || !read_image (self, root, error) ||
      !read_latents (self, root, error) || !read_stats (self, root, error) ||
      !ts_recipe_from_json (&self->recipe, json, length, error))
    return NULL;
  if (self->recipe.scope == TS_SCOPE_SELECTION)
    self->range_images = ts_range_images_from_json (json, length);
  settle_range (self);
  return g_steal_pointer (&self);
}

TsProvenance *
ts_provenance_read_picture (const char *path, GCancellable *cancellable)
{
  g_autoptr (TsSource) source = ts_file_source_new (path, NULL);
  g_autofree char *text = NULL;

  if (source == NULL)
    return NULL;
  text = ts_picture_dup_settings (source, cancellable);
  return text != NULL ? ts_provenance_read (text, -1, NULL) : NULL;
}

static gboolean
same_array (const TsProvenance *self, TsView *view)
{
  TsBatch *batch = ts_view_get_batch (view);
  guint64 index = (guint64) MAX (self->index, 0), index_in_tensor;
  TsTensor *tensor;

  if (index >= ts_batch_get_n_images (batch))
    return FALSE;
  tensor = ts_batch_get_image_tensor (batch, index, &index_in_tensor);
  return ts_shape_equal (ts_tensor_get_shape (tensor), &self->shape) &&
         g_str_equal (ts_dtype_get_name (ts_tensor_get_dtype (tensor)), self->dtype);
}

static gboolean
same_values (const TsProvenance *self, TsView *view, GCancellable *cancellable)
{
  g_autoptr (TsBatchStats) batch_stats = NULL;
  TsStats stats;

  if (self->index < 0 || !self->has_stats)
    return TRUE;
  batch_stats = ts_batch_stats_new (ts_view_get_batch (view));
  if (!ts_batch_stats_get_image (batch_stats, (guint64) self->index, -1, &stats, cancellable, NULL))
    return FALSE;
  return stats.n_nan == self->stats.n_nan && stats.n_posinf == self->stats.n_posinf &&
         stats.n_neginf == self->stats.n_neginf &&
         (stats.n_finite > 0) == (self->stats.n_finite > 0) &&
         (stats.n_finite == 0 || (stats.min == self->stats.min && stats.max == self->stats.max));
}

/* The dump at @path as the picture's was looked at; %NULL when it cannot be the one. */
static TsView *
open_candidate (const TsProvenance *self, const char *path, GCancellable *cancellable)
{
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsView) view = NULL;
  TsRawOptions options;
  TsNode *node;

  if (self->raw == NULL)
    document = ts_reader_open_path (path, cancellable, NULL);
  else if (ts_raw_options_parse (&options, self->raw, NULL))
    document = ts_raw_open_path (path, &options, NULL);
  node = document != NULL ? ts_document_find (document, self->key) : NULL;
  if (node == NULL)
    return NULL;
  view = ts_view_new (document, node, NULL, cancellable, NULL);
  if (view == NULL ||
      !g_str_equal (ts_batch_get_layout (ts_view_get_batch (view))->roles, self->layout)) {
    g_clear_object (&view);
    view = ts_view_new (document, node, self->layout, cancellable, NULL);
  }
  return view != NULL && same_array (self, view) ? g_steal_pointer (&view) : NULL;
}

/* The files of that name in the places that are looked into, nearest first. */
static GPtrArray *
list_candidates (const TsProvenance *self, const char *picture, const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *absolute = g_canonicalize_filename (picture, NULL);
  g_autofree char *name = g_filename_from_utf8 (self->file, -1, NULL, NULL, NULL);
  g_autofree char *where = g_path_get_dirname (absolute);

  for (guint i = 0; name != NULL && i <= MAX_PARENTS + 1; i++) {
    g_autofree char *path = NULL;

    if (i > 0 && i <= MAX_PARENTS) {
      g_autofree char *below = g_steal_pointer (&where);

      where = g_path_get_dirname (below);
    } else if (i > MAX_PARENTS) {
      if (folder == NULL)
        break;
      g_free (where);
      where = g_strdup (folder);
    }
    path = g_build_filename (where, name, NULL);
    if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_str_equal (path, absolute) &&
        !g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
      g_ptr_array_add (paths, g_steal_pointer (&path));
  }
  return paths;
}

TsView *
ts_provenance_find (const TsProvenance *self,
                    const char *picture,
                    const char *folder,
                    gboolean *changed,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GPtrArray) paths = list_candidates (self, picture, folder);
  g_autoptr (TsView) other = NULL;

  *changed = FALSE;
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (TsView) view = open_candidate (self, g_ptr_array_index (paths, i), cancellable);

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    if (view != NULL && same_values (self, view, cancellable))
      return g_steal_pointer (&view);
    if (other == NULL)
      other = g_steal_pointer (&view);
  }
  *changed = other != NULL;
  if (other == NULL && paths->len == 0)
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND,
                 "the dump “%s” is not in the folder of the picture nor in the two above",
                 self->file);
  else if (other == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND,
                 "the dump “%s” that is there has no such array “%s”", self->file, self->key);
  return g_steal_pointer (&other);
}

/* The name of the image as a template that always gives it. */
static char *
make_template (const char *image_file)
{
  g_autofree char *stem = ts_name_dup_stem (image_file);
  GString *out = g_string_new (NULL);

  for (const char *p = stem; *p != '\0'; p++) {
    if (*p == '{' || *p == '}')
      g_string_append_c (out, *p);
    g_string_append_c (out, *p == '/' ? '_' : *p);
  }
  return g_string_free (out, FALSE);
}

gboolean
ts_provenance_restore_range (const TsProvenance *self,
                             guint64 n_images,
                             TsRecipe *recipe,
                             GArray **images)
{
  *images = NULL;
  if (self->range_images == NULL || self->range_mode == TS_RANGE_FIXED)
    return FALSE;
  if (!g_str_equal (self->range_images, "all"))
    *images = ts_indices_from_string (self->range_images, n_images, NULL);
  if (*images == NULL && !g_str_equal (self->range_images, "all"))
    return FALSE;
  recipe->range_mode = self->range_mode;
  recipe->scope = TS_SCOPE_SELECTION;
  return TRUE;
}

TsExportSettings *
ts_provenance_to_settings (const TsProvenance *self, GError **error)
{
  g_autoptr (TsExportSettings) settings = g_new0 (TsExportSettings, 1);

  ts_export_options_init (&settings->options);
  if (self->index < 0 || self->format == NULL) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                         "this is a picture of several images, which “sheet” and “figure” write; "
                         "--recipe takes its settings");
    return NULL;
  }
  settings->options.encoder = ts_export_format_find (self->format);
  if (settings->options.encoder == NULL || settings->options.encoder->encode == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“image.format”: there is no “%s” here",
                 self->format);
    return NULL;
  }
  settings->raw = g_strdup (self->raw);
  settings->file = g_strdup (self->file);
  settings->key = g_strdup (self->key);
  settings->layout = g_strdup (self->layout);
  settings->images = g_strdup_printf ("%" G_GINT64_FORMAT, self->index);
  settings->recipe = self->recipe;
  settings->name_template = make_template (self->image_file);
  settings->latents = g_strdupv (self->latents);
  if (self->range_images != NULL && self->range_mode != TS_RANGE_FIXED) {
    settings->recipe.range_mode = self->range_mode;
    settings->recipe.scope = TS_SCOPE_SELECTION;
    settings->range_images = g_strdup (self->range_images);
  }
  /* 16 bits of a format that has no such numbers are halves */
  settings->options.half =
      self->bits == 16 && !g_strv_contains (settings->options.encoder->depths, "16");
  settings->options.depth = settings->options.half ? 32 : (guint) self->bits;
  settings->options.palette = self->palette;
  settings->options.zebra = TRUE; /* recorded only where it was drawn */
  ts_export_options_set_encode (&settings->options, &self->encode);
  settings->options.values = (TsValues) self->values;
  settings->options.name_template = settings->name_template;
  settings->options.latents = (const char *const *) settings->latents;
  return g_steal_pointer (&settings);
}
