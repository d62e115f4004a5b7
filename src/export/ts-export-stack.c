/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All images as pages of one TIFF. The first page's description speaks for the stack: ImageJ's
 * lines where ImageJ has such images, and the shaped form that tifffile made elsewhere. */

#include "config.h"

#include "base/ts-checked.h"
#include "export/ts-export-job-private.h"
#include "export/ts-ordered.h"
#include "export/ts-recipe-json.h"
#include "export/ts-tiff-stack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a file without 64-bit offsets can hold, less what directories may take. */
#define MAX_CLASSIC_BYTES  ((guint64) 3900 << 20)
#define MAX_PAGE_OVERHEAD  1024
#define IMAGEJ_VERSION     "1.54f"
#define MAX_SELECTION_TEXT 4096

char *
ts_export_stack_dup_name (const TsExportPlan *plan)
{
  TsImageSize size;

  ts_batch_get_max_size (ts_view_get_batch (plan->view), &size);

  guint n_channels = ts_pixel_format_get_n_channels (ts_export_plan_get_format (plan, &size));
  g_autofree char *channels = n_channels > 1 ? g_strdup_printf ("x%u", n_channels) : g_strdup ("");

  return g_strdup_printf ("samples_%" G_GSIZE_FORMAT "x%ux%u%s%s", plan->n, size.height, size.width,
                          channels, plan->encoder->suffix);
}

/* Source, view and images, as the file of a single image says them; in one line. */
static char *
describe_content (TsExportJob *self)
{
  const TsExportPlan *plan = self->plan;
  g_autofree char *selection = ts_export_plan_describe_selection (plan);
  GString *out = g_string_new (NULL);
  TsImageSize size;
  TsJsonWriter writer;

  ts_batch_get_max_size (ts_view_get_batch (plan->view), &size);
  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, "tenscope-stack", 1);
  ts_sidecar_write_source (plan->view, NULL, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (&plan->pixel_recipe,
                        self->has_shared_resolved ? &self->shared_resolved : NULL, &size, &writer);
  if (plan->depth == 32) {
    ts_json_writer_name (&writer, "values");
    ts_json_writer_string (&writer, ts_values_names[plan->values]);
  }
  if (strlen (selection) <= MAX_SELECTION_TEXT) {
    ts_json_writer_name (&writer, "images");
    ts_json_writer_string (&writer, selection);
  }
  ts_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

/* The numbers that are shown black and white, when they are the same for all images. */
static gboolean
get_span (TsExportJob *self, double *lo, double *hi)
{
  const TsExportPlan *plan = self->plan;
  const TsResolved *resolved = &self->shared_resolved;

  if (plan->depth != 32) {
    *lo = 0;
    *hi = plan->depth == 8 ? 255 : 65535;
    return TRUE;
  }
  if (!self->has_shared_resolved)
    return FALSE;
  if (plan->values == TS_VALUES_DISPLAY) {
    *lo = 0;
    *hi = 1;
  } else if (plan->values == TS_VALUES_VALUES) {
    *lo = resolved->lo[0] * plan->pixel_recipe.value_scale;
    *hi = resolved->hi[0] * plan->pixel_recipe.value_scale;
  } else {
    if (resolved->scale[0] == 0)
      return FALSE;
    *lo = -resolved->offset[0] / resolved->scale[0];
    *hi = (1 - resolved->offset[0]) / resolved->scale[0];
  }
  return isfinite (*lo) && isfinite (*hi);
}

static char *
make_description (TsExportJob *self, const TsImageSize *size, TsPixelFormat format, gboolean big)
{
  g_autofree char *content = describe_content (self);
  guint n_channels = ts_pixel_format_get_n_channels (format);
  gboolean for_imagej = !big && (n_channels == 1 || format == TS_PIXELS_RGB8);
  gsize n = self->plan->n;
  GString *out = g_string_new (NULL);
  double lo, hi;
  gboolean has_span = get_span (self, &lo, &hi);
  char text[2][G_ASCII_DTOSTR_BUF_SIZE];

  if (has_span) {
    g_ascii_dtostr (text[0], sizeof text[0], lo);
    g_ascii_dtostr (text[1], sizeof text[1], hi);
  }
  if (for_imagej) {
    g_string_append_printf (out,
                            "ImageJ=" IMAGEJ_VERSION "\nimages=%" G_GSIZE_FORMAT
                            "\nslices=%" G_GSIZE_FORMAT "\nloop=false\n",
                            n, n);
    if (has_span)
      g_string_append_printf (out, "min=%s\nmax=%s\n", text[0], text[1]);
    g_string_append_printf (out, "tenscope=%s\n", content);
  } else {
    g_string_append_printf (out, "{\"shape\": [%" G_GSIZE_FORMAT ", %u, %u", n, size->height,
                            size->width);
    if (n_channels > 1)
      g_string_append_printf (out, ", %u", n_channels);
    g_string_append_printf (out, "], \"axes\": \"QYX%s\"", n_channels > 1 ? "S" : "");
    if (has_span)
      g_string_append_printf (out, ", \"min\": %s, \"max\": %s", text[0], text[1]);
    g_string_append_printf (out, ", \"tenscope\": %s}", content);
  }
  return g_string_free (out, FALSE);
}

/* What the threads that render and the one that packs and writes share. */
typedef struct
{
  TsExportJob *job;
  TsTiffStack *stack;
  TsEncodeOptions options;
  const char *description;
  TsPicture page; /* without its pixels */
} Writing;

static GBytes *
make_page_cb (guint64 position, gpointer data, GCancellable *cancellable, GError **error)
{
  const Writing *self = data;
  TsExportWorker worker = { .job = self->job };
  TsExportImage image;

  if (!ts_export_image_render (&worker, (gsize) position, &image, error)) {
    g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ",
                    ts_export_plan_get_index (self->job->plan, (gsize) position));
    ts_export_worker_clear (&worker);
    return NULL;
  }
  return g_bytes_new_with_free_func (worker.pixels, self->page.stride_bytes * self->page.height,
                                     free, worker.pixels);
}

static gboolean
take_page_cb (GBytes *pixels, guint64 position, gpointer data, GError **error)
{
  Writing *self = data;

  self->page.pixels = g_bytes_get_data (pixels, NULL);
  if (!ts_tiff_stack_add (self->stack, &self->page, &self->options,
                          position == 0 ? self->description : NULL, error)) {
    g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ",
                    ts_export_plan_get_index (self->job->plan, (gsize) position));
    return FALSE;
  }
  g_mutex_lock (&self->job->lock);
  self->job->progress.n_done++;
  g_mutex_unlock (&self->job->lock);
  return TRUE;
}

static gboolean
write_pages (TsExportJob *self,
             TsTiffStack *stack,
             const char *description,
             const TsImageSize *size,
             TsPixelFormat format,
             GCancellable *cancellable,
             GError **error)
{
  const TsExportPlan *plan = self->plan;
  gsize row_bytes = size->width * ts_pixel_format_get_size (format);
  Writing writing = { .job = self,
                      .stack = stack,
                      .options = ts_export_plan_get_encode_options (plan, NULL),
                      .description = description,
                      .page = { .width = size->width,
                                .height = size->height,
                                .format = format,
                                .stride_bytes = row_bytes,
                                .palette = plan->palette } };
  guint64 dump_bytes = (guint64) size->width * size->height * size->n_channels *
                       ts_dtype_get_size (ts_batch_get_dtype (ts_view_get_batch (plan->view)));

  return ts_ordered_run (plan->n, plan->n_threads, row_bytes * size->height + dump_bytes,
                         make_page_cb, take_page_cb, &writing, cancellable, error);
}

/* Deflate never makes it much larger than it is. */
static gboolean
may_be_big (const TsExportPlan *plan, const TsImageSize *size, TsPixelFormat format)
{
  guint64 page, n_bytes;

  return !ts_checked_mul ((guint64) size->width * ts_pixel_format_get_size (format), size->height,
                          &page) ||
         !ts_checked_mul (page + page / 256 + MAX_PAGE_OVERHEAD, plan->n, &n_bytes) ||
         n_bytes > MAX_CLASSIC_BYTES;
}

gboolean
ts_export_stack_write (TsExportJob *self,
                       TsOutputDir *folder,
                       const char *name,
                       gboolean replace,
                       GCancellable *cancellable,
                       GError **error)
{
  const TsExportPlan *plan = self->plan;
  g_autoptr (TsTiffStack) stack = NULL;
  g_autofree char *staged = NULL;
  g_autofree char *description = NULL;
  TsImageSize size;
  guint64 n_bytes = 0;
  gboolean ok;
  int fd;

  ts_batch_get_max_size (ts_view_get_batch (plan->view), &size);

  TsPixelFormat format = ts_export_plan_get_format (plan, &size);
  gboolean big = may_be_big (plan, &size, format);

  fd = ts_output_dir_stage_fd (folder, &staged, error);
  if (fd < 0)
    return FALSE;
  description = make_description (self, &size, format, big);
  stack = ts_tiff_stack_new (fd, big, error);
  ok = stack != NULL && write_pages (self, stack, description, &size, format, cancellable, error) &&
       ts_tiff_stack_finish (stack, &n_bytes, error);
  g_clear_pointer (&stack, ts_tiff_stack_free);
  close (fd);
  ok = ok && ts_output_dir_commit (folder, staged, name, replace, error);
  if (!ok)
    ts_output_dir_discard (folder, staged);
  self->progress.n_bytes += n_bytes;
  return ok;
}
