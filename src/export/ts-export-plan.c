/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-export-plan.h"

#include "base/ts-error.h"
#include "export/ts-export-array.h"
#include "export/ts-indices.h"
#include "export/ts-record-file.h"
#include "export/ts-tiff-stack.h"
#include "pixels/ts-colormap.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* {row} and {col} count as a contact sheet of 8 columns does, where the array has no second axis of
 * images to count. */
#define DEFAULT_COLUMNS 8

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TS_ERROR, TS_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

/* What only some formats have, and which. */
static gboolean
check_extras (const TsExportOptions *options, GError **error)
{
  const TsEncoder *encoder = options->encoder;
  gboolean is_jpeg = g_str_equal (encoder->id, "jpeg");

  if (options->lossless && !g_str_equal (encoder->id, "webp"))
    return encoder->has_quality         ? fail (error, _ ("%s is never lossless"), encoder->title)
                                        : fail (error, _ ("%s is always lossless"), encoder->title);
  if (options->subsampling != 0 && !is_jpeg)
    return fail (error, _ ("%s has no subsampling; JPEG has"), encoder->title);
  if (options->progressive && !is_jpeg)
    return fail (error, _ ("%s is never progressive; JPEG may be"), encoder->title);
  if (options->codec != TS_CODEC_AUTO) {
    const char *name = ts_codec_names[options->codec];

    if (encoder->codecs == NULL)
      return fail (error, _ ("%s leaves no choice of compression “%s”; TIFF does"), encoder->title,
                             name);
    if (!g_strv_contains (encoder->codecs, name))
      return fail (error, _ ("%s knows no compression “%s”"), encoder->title, name);
    if (!ts_tiff_has_codec (options->codec))
      return fail (error, _ ("the TIFF library here has no compression “%s”"), name);
  }
  if (options->palette && (!g_str_equal (encoder->id, "png") || options->depth != 8))
    return fail (error, _ ("%s of depth %s has no palette; PNG of depth 8 has"), encoder->title,
                           ts_depth_to_string (options->depth, options->half));
  if (options->stack && !g_str_equal (encoder->id, "tiff"))
    return fail (error, _ ("%s holds one image a file; TIFF holds a stack"), encoder->title);
  if (options->subdirs > 0 && (options->stack || encoder->encode == NULL))
    return fail (error, _ ("one file for all images needs no folders"));
  return TRUE;
}

static gboolean
check_format (const TsExportOptions *options, GError **error)
{
  const TsEncoder *encoder = options->encoder;
  const char *depth = ts_depth_to_string (options->depth, options->half);

  if (depth == NULL)
    return fail (error, _ ("the depth must be 8, 16, 16f or 32f, not %u"), options->depth);
  if (!g_strv_contains (encoder->depths, depth)) {
    g_autofree char *known = g_strjoinv (", ", (char **) encoder->depths);

    return fail (error, _ ("%s cannot hold depth %s; it holds %s"), encoder->title, depth, known);
  }
  if (options->values != TS_VALUES_DISPLAY && options->depth != 32)
    return fail (error, _ ("%s values need depth 32f; depth %s holds display values only"),
                           ts_values_names[options->values], depth);
  if (encoder->has_quality && !options->lossless &&
      (options->quality < 1 || options->quality > 100))
    return fail (error, _ ("the quality must be 1 to 100, not %d"), options->quality);
  return check_extras (options, error);
}

/* The colours of the labels 0 to 255. */
static gboolean
make_palette (TsExportPlan *self, GError **error)
{
  const TsRecipe *recipe = &self->pixel_recipe;

  if (!ts_colormap_is_categorical (recipe->colormap))
    return fail (error,
                 _ ("a palette is for labels: choose the colormap categorical, tab10 or tab20"));
  if (self->recipe.overlay != NULL || self->recipe.zebra)
    return fail (error, _ ("a palette has no colours for what lies over the images"));
  self->palette = g_malloc (256 * 4);
  for (int label = 0; label < 256; label++) {
    guint8 *entry = self->palette + 4 * label;

    if (recipe->invert)
      ts_colormap_get_reversed_label_color (recipe->colormap, label, entry);
    else
      ts_colormap_get_label_color (recipe->colormap, label, entry);
    entry[3] = 255;
    if (label == recipe->ignore_label)
      memset (entry, 0, 4);
  }
  return TRUE;
}

/* Settings that would need statistics or pixels are checked image by image later. */
static gboolean
check_images (TsExportPlan *self, GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->view);
  guint64 n_images = ts_batch_get_n_images (batch);
  TsImageSize size;

  for (gsize i = 0; self->indices != NULL && i < self->n_selected; i++)
    if (self->indices[i] >= n_images)
      return fail (error, _ ("image %" PRIu64 " does not exist: there are %" PRIu64
                   " images, counted from 0"),
                             self->indices[i], n_images);
  if (self->n_selected == 0)
    return fail (error, _ ("no image is selected"));

  ts_batch_get_max_size (batch, &size);
  if (self->palette != NULL && self->recipe.channel_mode == TS_CHANNELS_AUTO &&
      size.n_channels != 1)
    return fail (error, _ ("a palette is for one channel, not for %u"), size.n_channels);
  if (!ts_recipe_validate (&self->recipe, ts_batch_is_uniform (batch) ? &size : NULL, error))
    return FALSE;
  if (ts_pixel_format_get_n_channels (ts_export_plan_get_format (self, &size)) == 4 &&
      !self->encoder->has_alpha)
    return fail (error,
                 _ ("%s cannot hold an alpha channel; choose three channels or another format"),
                    self->encoder->title);
  if (self->encoder->max_side != 0 && MAX (size.width, size.height) > self->encoder->max_side)
    return fail (error, _ ("%s holds at most %u pixels a side; the largest image has %u×%u"),
                           self->encoder->title, self->encoder->max_side, size.width, size.height);
  return TRUE;
}

static gboolean
take_shard (TsExportPlan *self, const TsExportOptions *options, GError **error)
{
  self->first = 0;
  self->n = self->n_selected;
  if (options->n_shards == 0 && options->shard == 0)
    return TRUE;
  if (options->shard < 1 || options->shard > options->n_shards)
    return fail (error, _ ("the shard must be 1 to %u, not %u"), options->n_shards, options->shard);
  if (options->collision == TS_COLLISION_NUMBER)
    return fail (error, _ ("shards cannot number files that exist: their names would depend on "
                        "which shard comes first"));

  gsize share = self->n_selected / options->n_shards, rest = self->n_selected % options->n_shards;
  gsize k = options->shard - 1;

  self->first = share * k + MIN (k, rest);
  self->n = share + (k < rest);
  return TRUE;
}

static guint64
count_columns (TsBatch *batch)
{
  const TsLayout *layout = ts_batch_get_layout (batch);
  guint n_counting = 0;
  int last = -1;

  for (guint axis = 0; axis < layout->n_dims; axis++) {
    if (strchr ("NTK", layout->roles[axis]) != NULL) {
      n_counting++;
      last = (int) axis;
    }
  }
  if (n_counting < 2 || !ts_batch_is_uniform (batch))
    return DEFAULT_COLUMNS;
  return MAX (ts_tensor_get_dim (ts_batch_get_image_tensor (batch, 0, NULL), (guint) last), 1);
}

char *
ts_export_describe_channels (const TsRecipe *recipe, const TsImageSize *size)
{
  guint n = recipe->channel_mode == TS_CHANNELS_RGB ? 3 : 4;
  GString *out;

  if (recipe->channel_mode == TS_CHANNELS_AUTO)
    return g_strdup (size->n_channels == 3 ? "rgb" : "0");
  if (recipe->channel_mode == TS_CHANNELS_SINGLE)
    return g_strdup_printf ("%d", recipe->channels[0]);
  if (recipe->channel_mode >= TS_CHANNELS_MEAN)
    return g_strdup (ts_channel_mode_names[recipe->channel_mode]);
  out = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%d", i > 0 ? "-" : "", recipe->channels[i]);
  return g_string_free (out, FALSE);
}

static gboolean
prepare_names (TsExportPlan *self, GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->view);
  g_autoptr (GDateTime) created = g_date_time_new_from_iso8601 (self->created, NULL);
  TsImageSize size;

  if (created == NULL)
    return fail (error, _ ("“%s” is not a time in ISO 8601 form"), self->created);
  ts_batch_get_max_size (batch, &size);
  self->stem = ts_name_dup_stem (ts_document_get_name (ts_view_get_document (self->view)));
  self->channel = ts_export_describe_channels (&self->recipe, &size);
  self->date = g_date_time_format (created, "%Y-%m-%d");
  self->time = g_date_time_format (created, "%H-%M-%S");
  self->name_context = (TsNameContext){
    .stem = self->stem,
    .key = ts_node_get_path (ts_view_get_node (self->view)),
    .channel = self->channel,
    .date = self->date,
    .time = self->time,
    .params = self->params,
    .n_images = ts_batch_get_n_images (batch),
    .n_total = self->n_selected,
    .n_columns = count_columns (batch),
  };
  self->names = ts_name_template_new (self->name_template, self->params, error);
  return self->names != NULL;
}

static void
copy_options (TsExportPlan *self, const TsExportOptions *options)
{
  self->encoder = options->encoder;
  self->depth = options->depth;
  self->values = options->values;
  self->quality = options->quality;
  self->lossless = options->lossless;
  self->compression = options->compression;
  self->codec = options->codec;
  self->half = options->half;
  self->subsampling = options->subsampling;
  self->progressive = options->progressive;
  self->stack = options->stack;
  self->subdirs = options->subdirs;
  self->folder = g_strdup (options->folder);
  self->name_template = g_strdup (options->name_template != NULL ? options->name_template
                                                                 : TS_EXPORT_DEFAULT_TEMPLATE);
  self->latents = g_strdupv ((char **) options->latents);
  self->sidecar = options->sidecar && options->encoder->encode != NULL && !options->stack;
  self->yaml = options->yaml;
  self->latents_npz = options->latents_npz;
  self->collision = options->collision;
  self->n_threads = options->n_threads;
  self->dry_run = options->dry_run;
  self->shard = options->shard;
  self->n_shards = options->n_shards;
  self->created = options->created != NULL ? g_strdup (options->created) : ts_record_get_time ();
}

/* What is visible is known now only: records keep the numbers it came to. */
static gboolean
settle_visible (TsExportPlan *self, GError **error)
{
  TsResolved resolved;

  if (self->recipe.scope != TS_SCOPE_VISIBLE || self->recipe.range_mode == TS_RANGE_FIXED)
    return TRUE;
  if (!ts_resolve (&self->recipe, self->stats, 0, &resolved, NULL, error))
    return FALSE;
  self->recipe.n_range = resolved.n;
  memcpy (self->recipe.lo, resolved.lo, sizeof resolved.lo);
  memcpy (self->recipe.hi, resolved.hi, sizeof resolved.hi);
  return TRUE;
}

TsExportPlan *
ts_export_plan_new (TsView *view,
                    TsBatchStats *stats,
                    const TsRecipe *recipe,
                    const TsExportOptions *options,
                    const guint64 *indices,
                    gsize n_indices,
                    GError **error)
{
  g_autoptr (TsExportPlan) self = NULL;

  if (!check_format (options, error))
    return NULL;
  if (options->folder == NULL || options->folder[0] == '\0') {
    fail (error, _ ("no output folder was given"));
    return NULL;
  }

  self = g_new0 (TsExportPlan, 1);
  self->view = g_object_ref (view);
  /* Before a shard takes its part: all shards choose the same images. What the window has chosen
   * stays, so that files are what is on the screen. */
  self->stats = ts_batch_stats_dup_for_images (stats, recipe, indices, n_indices);
  if (recipe->scope == TS_SCOPE_SELECTION && recipe->range_mode != TS_RANGE_FIXED) {
    gsize n_chosen;
    const guint64 *chosen = ts_batch_stats_get_subset (self->stats, &n_chosen);

    self->range_images = ts_indices_to_string (chosen, n_chosen);
  }
  self->recipe = *recipe;
  self->recipe.zebra = recipe->zebra && options->zebra;
  if (!settle_visible (self, error))
    return NULL;
  self->pixel_recipe = self->recipe;
  copy_options (self, options);
  if (self->values != TS_VALUES_DISPLAY || self->depth == 32) {
    self->pixel_recipe.colormap = TS_COLORMAP_GRAY;
    self->pixel_recipe.zebra = FALSE;
    ts_recipe_set_overlay (&self->pixel_recipe, NULL);
  }
  self->indices = indices != NULL ? g_memdup2 (indices, n_indices * sizeof *indices) : NULL;
  self->n_selected =
      indices != NULL ? n_indices : (gsize) ts_batch_get_n_images (ts_view_get_batch (view));
  self->params = ts_params_new (ts_view_get_pairing (view));
  if ((options->palette && !make_palette (self, error)) || !take_shard (self, options, error) ||
      !check_images (self, error) ||
      !ts_overlay_open (view, &self->pixel_recipe, &self->overlay, error) ||
      !prepare_names (self, error))
    return NULL;
  self->sidecar_writer =
      ts_sidecar_writer_new (view, self->params, &self->pixel_recipe,
                             (const char *const *) self->latents, self->created, error);
  if (self->sidecar_writer == NULL)
    return NULL;
  ts_sidecar_writer_set_range_images (self->sidecar_writer, self->range_images);
  if (ts_export_plan_is_array (self) && !ts_export_array_check (self, error))
    return NULL;
  if (self->latents_npz && self->n_shards > 0) {
    fail (error, _ ("latents.npz is one file, which shards cannot write together"));
    return NULL;
  }
  if (self->latents_npz && ts_sidecar_writer_get_latents (self->sidecar_writer)->len == 0) {
    fail (error, _ ("there are no latents to write to latents.npz"));
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
ts_export_plan_free (TsExportPlan *self)
{
  g_clear_pointer (&self->sidecar_writer, ts_sidecar_writer_free);
  g_clear_pointer (&self->names, ts_name_template_free);
  g_clear_pointer (&self->params, ts_params_free);
  g_strfreev (self->numbered);
  g_strfreev (self->latents);
  g_free (self->palette);
  g_free (self->range_images);
  g_free (self->indices);
  g_free (self->folder);
  g_free (self->name_template);
  g_free (self->created);
  g_free (self->stem);
  g_free (self->channel);
  g_free (self->date);
  g_free (self->time);
  g_clear_object (&self->overlay);
  g_object_unref (self->stats);
  g_object_unref (self->view);
  g_free (self);
}

guint64
ts_export_plan_get_index (const TsExportPlan *self, gsize position)
{
  return self->indices != NULL ? self->indices[self->first + position] : self->first + position;
}

char *
ts_export_plan_dup_stem (const TsExportPlan *self,
                         gsize position,
                         GCancellable *cancellable,
                         GError **error)
{
  if (self->numbered != NULL)
    return g_strdup (self->numbered[position]);
  return ts_name_template_expand (self->names, &self->name_context,
                                  ts_export_plan_get_index (self, position), self->first + position,
                                  cancellable, error);
}

char *
ts_export_plan_dup_subdir (const TsExportPlan *self, gsize position)
{
  gsize last = self->subdirs > 0 ? (self->n_selected - 1) / self->subdirs : 0;
  int n_digits = 5;

  if (self->subdirs == 0)
    return NULL;
  for (gsize limit = 100000; last >= limit && n_digits < 19; limit *= 10)
    n_digits++;
  return g_strdup_printf ("%0*" G_GSIZE_FORMAT, n_digits, (self->first + position) / self->subdirs);
}

const char *
ts_export_plan_get_sidecar_suffix (const TsExportPlan *self)
{
  return self->yaml ? ".yaml" : ".json";
}

TsEncodeOptions
ts_export_plan_get_encode_options (const TsExportPlan *self, const char *metadata)
{
  return (TsEncodeOptions){ .quality = self->quality,
                            .lossless = self->lossless,
                            .compression = self->compression,
                            .codec = self->codec,
                            .subsampling = self->subsampling,
                            .progressive = self->progressive,
                            .half = self->half,
                            .metadata = metadata };
}

TsPixelFormat
ts_export_plan_get_format (const TsExportPlan *self, const TsImageSize *size)
{
  if (self->palette != NULL)
    return TS_PIXELS_GRAY8;
  return ts_pixel_format_for (ts_recipe_get_output_channels (&self->pixel_recipe, size),
                              self->depth);
}

/* Duplicates are found by hashes, so that names need not be kept: 8 bytes an image. */
typedef struct
{
  guint64 hash;
  gsize position;
} NameHash;

static guint64
hash_name (const char *name)
{
  guint64 hash = 0xcbf29ce484222325;

  for (; *name != '\0'; name++)
    hash = (hash ^ (guint8) *name) * 0x100000001b3;
  return hash;
}

static int
compare_hashes (const void *a, const void *b)
{
  const NameHash *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return x->position < y->position ? -1 : 1;
}

static gboolean
number_duplicates (TsExportPlan *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) stems = g_new0 (char *, self->n + 1);

  for (gsize i = 0; i < self->n; i++) {
    g_autofree char *stem = ts_export_plan_dup_stem (self, i, cancellable, error);

    if (stem == NULL)
      return FALSE;
    for (guint k = 0; stems[i] == NULL || g_hash_table_contains (taken, stems[i]); k++) {
      g_free (stems[i]);
      stems[i] = k == 0 ? g_strdup (stem) : g_strdup_printf ("%s-%u", stem, k);
    }
    g_hash_table_add (taken, stems[i]);
  }
  self->numbered = g_steal_pointer (&stems);
  return TRUE;
}

/* The file that stands in the way of the image or its sidecar, or %NULL. */
static char *
find_taken (TsExportPlan *self, TsOutputDir *images, gsize position, const char *stem)
{
  g_autofree char *image = g_strconcat (stem, self->encoder->suffix, NULL);
  g_autofree char *sidecar = g_strconcat (stem, ts_export_plan_get_sidecar_suffix (self), NULL);
  g_autofree char *subdir = ts_export_plan_dup_subdir (self, position);
  g_autoptr (TsOutputDir) child = NULL;
  TsOutputDir *folder = images;

  if (subdir != NULL) {
    if (!ts_output_dir_has (images, subdir))
      return NULL;
    folder = child = ts_output_dir_new_child (images, subdir, NULL);
    if (child == NULL)
      return g_steal_pointer (&subdir);
  }
  if (ts_output_dir_has (folder, image))
    return g_steal_pointer (&image);
  if (self->sidecar && ts_output_dir_has (folder, sidecar))
    return g_steal_pointer (&sidecar);
  return NULL;
}

gboolean
ts_export_plan_settle_names (TsExportPlan *self,
                             TsOutputDir *images,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autofree NameHash *hashes = g_new (NameHash, MAX (self->n, 1));
  g_autofree char *first_taken = NULL;
  gsize n_taken = 0;

  for (gsize i = 0; i < self->n; i++) {
    g_autofree char *stem = ts_export_plan_dup_stem (self, i, cancellable, error);

    if (stem == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    hashes[i] = (NameHash){ hash_name (stem), i };
    if (self->collision == TS_COLLISION_FAIL && images != NULL) {
      g_autofree char *taken = find_taken (self, images, i, stem);

      n_taken += taken != NULL;
      if (n_taken == 1 && taken != NULL)
        first_taken = g_steal_pointer (&taken);
    }
  }
  if (n_taken > 0) {
    g_autofree char *more =
        n_taken > 1 ? g_strdup_printf (" and so do %" G_GSIZE_FORMAT " more", n_taken - 1) : NULL;

    g_set_error (error, TS_ERROR, TS_ERROR_EXISTS,
                 _ ("“%s/%s” exists already%s; nothing was written"),
                    ts_output_dir_get_path (images), first_taken, more != NULL ? more : "");
    return FALSE;
  }

  qsort (hashes, self->n, sizeof *hashes, compare_hashes);
  for (gsize i = 1; i < self->n; i++) {
    if (hashes[i].hash != hashes[i - 1].hash)
      continue;
    if (self->collision == TS_COLLISION_NUMBER)
      return number_duplicates (self, cancellable, error);

    g_autofree char *stem = ts_export_plan_dup_stem (self, hashes[i].position, cancellable, error);

    return fail (error, _ ("images %" PRIu64 " and %" PRIu64
                 " would both be named “%s”; add {index} to the name template"),
                           ts_export_plan_get_index (self, hashes[i - 1].position),
                           ts_export_plan_get_index (self, hashes[i].position),
                           stem != NULL ? stem : "");
  }
  return TRUE;
}

char *
ts_export_plan_describe_selection (const TsExportPlan *self)
{
  return ts_indices_to_string (self->indices, self->n_selected);
}
