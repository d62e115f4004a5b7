/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-animation-private.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-recipe-json.h"
#include "export/ts-sheet.h"
#include "export/ts-sidecar.h"

#include <math.h>
#include <string.h>

#define MAX_SCALE       64
#define MAX_RATE        65535
#define MAX_FRAME_BYTES ((guint64) 1 << 30)

const char *const ts_animation_format_names[] = { "apng", "webp", NULL };
const char *const ts_animation_order_names[] = { "forward", "reverse", "ping-pong", NULL };

void
ts_animation_options_init (TsAnimationOptions *self)
{
  *self = (TsAnimationOptions){ .rate = { 10, 1 }, .scale = 1, .depth = 8, .compression = 1 };
}

static const TsEncoder *
find_encoder (TsAnimationFormat format)
{
  return ts_encoder_find (format == TS_ANIMATION_WEBP ? "webp" : "png");
}

gboolean
ts_animation_has_format (TsAnimationFormat format)
{
  return find_encoder (format) != NULL;
}

static gboolean
set_rate (double numerator, double denominator, guint rate[2])
{
  guint64 a, b;

  if (!(numerator > 0 && denominator > 0 && numerator <= MAX_RATE && denominator <= MAX_RATE))
    return FALSE;
  a = (guint64) round (numerator);
  b = (guint64) round (denominator);
  for (guint64 x = a, y = b; TRUE;) { /* divided by what divides both */
    guint64 rest = x % y;

    if (rest == 0) {
      rate[0] = (guint) (a / y);
      rate[1] = (guint) (b / y);
      return rate[0] > 0;
    }
    x = y;
    y = rest;
  }
}

gboolean
ts_animation_parse_rate (const char *text, guint rate[2], GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  double numbers[2] = { 0, 1 };
  gboolean ok = parts[0] != NULL;

  for (guint i = 0; ok && parts[i] != NULL; i++) {
    char *end;

    numbers[i] = g_ascii_strtod (parts[i], &end);
    ok = end != parts[i] && *end == '\0' && isfinite (numbers[i]);
  }
  if (ok && parts[1] == NULL && numbers[0] != round (numbers[0])) {
    double digits = numbers[0] < 65 ? 1000 : numbers[0] < 655 ? 100 : 10;

    numbers[0] = round (numbers[0] * digits);
    numbers[1] = digits;
  }
  if (ok && parts[1] != NULL)
    ok = numbers[0] == round (numbers[0]) && numbers[1] == round (numbers[1]);
  if (ok && set_rate (numbers[0], numbers[1], rate))
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
               "a rate is a number of images a second, such as 12.5 or 30000/1001, not “%s”", text);
  return FALSE;
}

guint64
ts_animation_count (TsAnimationOrder order, guint64 n)
{
  return order == TS_ANIMATION_PING_PONG && n > 2 ? 2 * n - 2 : n;
}

guint64
ts_animation_get_position (TsAnimationOrder order, guint64 n, guint64 position)
{
  if (order == TS_ANIMATION_REVERSE)
    return n - 1 - position;
  return position < n ? position : 2 * n - 2 - position;
}

static gboolean
check_options (const TsAnimationOptions *options, const TsEncoder *encoder, GError **error)
{
  const char *message = NULL;

  if (encoder == NULL)
    message = "this program was built without WebP";
  else if (options->rate[0] == 0 || options->rate[1] == 0 || options->rate[0] > MAX_RATE ||
           options->rate[1] > MAX_RATE)
    message = "a rate is a fraction of two numbers of 1 to 65535";
  else if (options->scale == 0 || options->scale > MAX_SCALE)
    message = "the scale must be 1 to 64";
  else if (options->n_loops > G_MAXUINT16)
    message = "an animation is played up to 65535 times, or 0 times for ever";
  else if (options->depth != 8 && (options->depth != 16 || options->format != TS_ANIMATION_APNG))
    message = "frames have 8 bits a channel, those of APNG 8 or 16";
  else if (options->quality < 0 || options->quality > 100)
    message = "the quality must be 1 to 100, or 0 for lossless";
  else if (options->quality > 0 && options->format == TS_ANIMATION_APNG)
    message = "APNG is always lossless";
  if (message != NULL)
    g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, message);
  return message == NULL;
}

static gboolean
check_images (TsAnimation *self, GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->view);
  guint64 n_images = ts_batch_get_n_images (batch);

  if (self->n_images == 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "no image is selected");
    return FALSE;
  }
  for (guint64 i = 0; i < self->n_images; i++) {
    guint64 index = self->indices != NULL ? self->indices[i] : i;
    TsImageSize size;

    if (index >= n_images) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   "image %" G_GUINT64_FORMAT " does not exist: there are %" G_GUINT64_FORMAT
                   " images, counted from 0",
                   index, n_images);
      return FALSE;
    }
    ts_batch_get_image_size (batch, index, &size);
    if (i == 0)
      self->size = size;
    if (memcmp (&size, &self->size, sizeof size) != 0) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   "an animation needs images of one size; image %" G_GUINT64_FORMAT
                   " is %u×%u with %u channels, the first one %u×%u with %u",
                   index, size.width, size.height, size.n_channels, self->size.width,
                   self->size.height, self->size.n_channels);
      return FALSE;
    }
    if (ts_batch_is_uniform (batch) && self->indices == NULL)
      break;
  }
  return ts_recipe_validate (self->recipe, &self->size, error);
}

static gboolean
set_frame (TsAnimation *self, GError **error)
{
  guint scale = self->options->scale;
  guint64 width, height, n_bytes;

  self->n_frames = ts_animation_count (self->options->order, self->n_images);
  if (self->n_frames > G_MAXINT32 || !ts_checked_mul (self->size.width, scale, &width) ||
      !ts_checked_mul (self->size.height, scale, &height) ||
      !ts_checked_mul (width * 8, height, &n_bytes) || n_bytes > MAX_FRAME_BYTES ||
      (self->encoder->max_side > 0 && MAX (width, height) > self->encoder->max_side)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "%u×%u pixels times %u are too many for a frame of %s", self->size.width,
                 self->size.height, scale, self->encoder->title);
    return FALSE;
  }
  self->width = (guint) width;
  self->height = (guint) height;
  self->format = ts_pixel_format_for (ts_recipe_get_output_channels (self->recipe, &self->size),
                                      self->options->depth);
  return TRUE;
}

/* What the file says about itself; equal settings give equal bytes. */
static char *
describe (const TsAnimation *self)
{
  const TsAnimationOptions *options = self->options;
  g_autofree char *images = ts_indices_to_string (self->indices, self->n_images);
  guint64 rate[] = { options->rate[0], options->rate[1] };
  GString *out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, "tenscope-animation", 1);
  ts_sidecar_write_source (self->view, NULL, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (self->recipe, NULL, NULL, &writer);
  ts_json_writer_name (&writer, "animation");
  ts_json_writer_begin_object (&writer);
  ts_json_writer_name (&writer, "rate");
  ts_json_writer_uints (&writer, rate, 2);
  ts_json_writer_name (&writer, "loops");
  ts_json_writer_uint (&writer, options->n_loops);
  ts_json_writer_name (&writer, "scale");
  ts_json_writer_uint (&writer, options->scale);
  ts_json_writer_name (&writer, "order");
  ts_json_writer_string (&writer, ts_animation_order_names[options->order]);
  ts_json_writer_name (&writer, "depth");
  ts_json_writer_uint (&writer, options->depth);
  if (options->quality > 0) {
    ts_json_writer_name (&writer, "quality");
    ts_json_writer_int (&writer, options->quality);
  }
  ts_json_writer_name (&writer, "compression");
  ts_json_writer_string (&writer, ts_compression_names[CLAMP (options->compression, 0, 2)]);
  ts_json_writer_name (&writer, "images");
  ts_json_writer_string (&writer, images);
  ts_json_writer_end_object (&writer);
  ts_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

typedef struct
{
  TsAnimationWriter writer;
  TsAnimationProgressFunc progress;
  gpointer data;
} Output;

gboolean
ts_animation_put (TsAnimationWriter *self, const void *data, gsize n_bytes, GError **error)
{
  self->n_bytes += n_bytes;
  return n_bytes == 0 ||
         g_output_stream_write_all (self->stream, data, n_bytes, NULL, self->cancellable, error);
}

static gboolean
take_frame (GBytes *frame, guint64 position, gpointer data, GError **error)
{
  Output *output = data;
  const TsAnimation *animation = output->writer.animation;
  gboolean ok = animation->options->format == TS_ANIMATION_WEBP
                    ? ts_animation_add_webp (&output->writer, frame, position, error)
                    : ts_animation_add_apng (&output->writer, frame, position, error);

  if (ok && output->progress != NULL)
    output->progress (position + 1, animation->n_frames, output->data);
  return ok;
}

static gboolean
write_all (const TsAnimation *self,
           TsOutputDir *folder,
           const char *staged,
           Output *output,
           GError **error)
{
  GOutputStream *stream = output->writer.stream;
  GCancellable *cancellable = output->writer.cancellable;
  guint32 riff_size;

  if (!ts_animation_make_frames (self, take_frame, output, cancellable, error))
    return FALSE;
  if (self->options->format == TS_ANIMATION_APNG)
    return ts_animation_finish_apng (&output->writer, error) &&
           g_output_stream_close (stream, cancellable, error);
  return ts_animation_finish_webp (&output->writer, &riff_size, error) &&
         g_output_stream_close (stream, cancellable, error) &&
         ts_output_dir_patch (folder, staged, 4, &riff_size, sizeof riff_size, error);
}

gboolean
ts_animation_write (TsView *view,
                    TsBatchStats *stats,
                    const TsRecipe *recipe,
                    const TsAnimationOptions *options,
                    const guint64 *indices,
                    gsize n_indices,
                    TsOutputDir *folder,
                    char **staged,
                    guint64 *n_bytes,
                    TsAnimationProgressFunc progress,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error)
{
  TsAnimation self = { .view = view,
                       .recipe = recipe,
                       .options = options,
                       .encoder = find_encoder (options->format),
                       .indices = indices,
                       .n_images = indices != NULL
                                       ? n_indices
                                       : ts_batch_get_n_images (ts_view_get_batch (view)) };
  Output output = { .writer = { .animation = &self, .cancellable = cancellable },
                    .progress = progress,
                    .data = data };
  g_autoptr (GOutputStream) stream = NULL;
  gboolean ok;

  *staged = NULL;
  if (!check_options (options, self.encoder, error) || !check_images (&self, error) ||
      !set_frame (&self, error) || !ts_overlay_open (view, recipe, &self.overlay, error))
    return FALSE;
  stream = ts_output_dir_stage_stream (folder, staged, error);
  if (stream == NULL) {
    g_clear_object (&self.overlay);
    return FALSE;
  }
  self.stats = ts_batch_stats_dup_for_images (stats, self.recipe, self.indices, self.n_images);
  self.metadata = describe (&self);
  output.writer.stream = stream;
  ok = write_all (&self, folder, *staged, &output, error);
  if (n_bytes != NULL)
    *n_bytes = output.writer.n_bytes;
  if (!ok) {
    g_output_stream_close (stream, NULL, NULL);
    ts_output_dir_discard (folder, *staged);
    g_clear_pointer (staged, g_free);
  }
  g_object_unref (self.stats);
  g_clear_object (&self.overlay);
  g_free (self.metadata);
  return ok;
}
