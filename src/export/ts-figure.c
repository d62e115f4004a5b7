/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From settings to a file: what is wanted is checked, laid out (ts-figure-layout.c) and drawn by
 * one of the backends. */

#include "config.h"

#include "export/ts-figure.h"

#include "base/ts-error.h"
#include "export/ts-export-plan.h"
#include "export/ts-figure-layout.h"
#include "export/ts-recipe-json.h"
#include "export/ts-sheet.h"
#include "pixels/ts-render.h"

#include <string.h>

static gboolean
check_options (const TsFigureOptions *options, GError **error)
{
  if (options->n_columns == 0)
    return ts_figure_fail (error, "a figure has at least 1 column");
  if (!(options->dpi >= 36 && options->dpi <= 2400))
    return ts_figure_fail (error, "the resolution must be 36 to 2400 dpi");
  if (!(options->font_pt >= 1 && options->font_pt <= 200))
    return ts_figure_fail (error, "the size of the text must be 1 to 200 points");
  if (!(options->gap_pt >= 0 && options->gap_pt <= 1000))
    return ts_figure_fail (error, "the gap must be 0 to 1000 points");
  if (!(options->width_mm >= 0 && options->width_mm <= 5000))
    return ts_figure_fail (error, "the width must be up to 5000 mm");
  if (options->scale > 1024)
    return ts_figure_fail (error, "the scale must be 1 to 1024");
  if (options->n_loupes > TS_FIGURE_MAX_LOUPES)
    return ts_figure_fail (error, "there can be %d loupes", TS_FIGURE_MAX_LOUPES);
  return TRUE;
}

/* What the file says about itself, in one line and without the time. */
static char *
describe (const TsFigureLayout *self)
{
  g_autofree char *images = ts_indices_to_string (self->indices, self->n);
  GString *out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, "tenscope-figure", 1);
  ts_sidecar_write_source (self->figure->view, NULL, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (self->figure->recipe, NULL, NULL, &writer);
  ts_json_writer_name (&writer, "figure");
  ts_json_writer_begin_object (&writer);
  ts_figure_options_write_json (self->options, &writer);
  ts_json_writer_name (&writer, "images");
  ts_json_writer_string (&writer, images);
  ts_json_writer_end_object (&writer);
  ts_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

guint8 *
ts_figure_render_image (const TsFigure *self,
                        const TsFigureImage *image,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autofree guint8 *pixels = g_try_malloc ((gsize) image->rect.width * image->rect.height * 4);
  TsResolved resolved;

  if (pixels == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for an image");
    return NULL;
  }
  if (!ts_resolve (self->recipe, self->stats, image->index, &resolved, cancellable, error) ||
      !ts_render_with_overlay (ts_view_get_batch (self->view), self->overlay, image->index,
                               &image->rect, self->recipe, &resolved, TS_PIXELS_RGBA8,
                               TS_VALUES_DISPLAY, pixels, (gsize) image->rect.width * 4, NULL,
                               cancellable, error)) {
    g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ", image->index);
    return NULL;
  }
  return g_steal_pointer (&pixels);
}

static void
clear_text (gpointer data)
{
  g_free (((TsFigureText *) data)->text);
}

static void
figure_init (TsFigure *self, const TsFigureOptions *options)
{
  self->dpi = options->dpi;
  self->paper = options->dark ? 0x1e1e1e : 0xffffff;
  self->ink = options->dark ? 0xf0f0f0 : 0x000000;
  self->font = options->font != NULL ? options->font : "sans-serif";
  self->title = options->title;
  self->images = g_array_new (FALSE, FALSE, sizeof (TsFigureImage));
  self->insets = g_array_new (FALSE, FALSE, sizeof (TsFigureImage));
  self->outlines = g_array_new (FALSE, FALSE, sizeof (TsFigureBox));
  self->frames = g_array_new (FALSE, FALSE, sizeof (TsFigureBox));
  self->ticks = g_array_new (FALSE, FALSE, sizeof (TsFigureBox));
  self->leaders = g_array_new (FALSE, FALSE, sizeof (TsFigureLine));
  self->texts = g_array_new (FALSE, FALSE, sizeof (TsFigureText));
  g_array_set_clear_func (self->texts, clear_text);
}

static void
figure_clear (TsFigure *self)
{
  GArray *arrays[] = { self->images, self->insets,  self->outlines, self->frames,
                       self->ticks,  self->leaders, self->texts };

  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_array_unref (arrays[i]);
  g_clear_object (&self->stats);
  g_clear_object (&self->overlay);
  g_free (self->metadata);
}

/* Fills what captions are made of, then lays out. */
static gboolean
lay_out (TsFigureLayout *layout, GCancellable *cancellable, GError **error)
{
  TsView *view = layout->figure->view;
  const TsFigureOptions *options = layout->options;
  g_autoptr (TsParams) params = ts_params_new (ts_view_get_pairing (view));
  g_autoptr (TsNameTemplate) labels = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stem = ts_name_dup_stem (ts_document_get_name (ts_view_get_document (view)));
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *channel = NULL;
  TsImageSize size;

  if (options->labels != NULL) {
    labels = ts_name_template_new_for_text (options->labels, params, error);
    if (labels == NULL)
      return FALSE;
  }
  ts_batch_get_max_size (ts_view_get_batch (view), &size);
  channel = ts_export_describe_channels (layout->figure->recipe, &size);
  layout->labels = labels;
  layout->names = (TsNameContext){ .stem = stem,
                                   .key = ts_node_get_path (ts_view_get_node (view)),
                                   .channel = channel,
                                   .date = date,
                                   .time = time,
                                   .params = params,
                                   .n_images = ts_batch_get_n_images (ts_view_get_batch (view)),
                                   .n_total = layout->n };
  return ts_figure_lay_out (layout, params, cancellable, error);
}

/* Lays out and lets @draw make of it what it makes; %NULL with an error. */
static gpointer
make (TsFigure *figure,
      const TsFigureOptions *options,
      TsFigureFormat format,
      const guint64 *indices,
      gsize n_indices,
      gpointer (*draw) (const TsFigure *figure, gpointer data, GCancellable *, GError **),
      gpointer data,
      GCancellable *cancellable,
      GError **error)
{
  gsize n_images = (gsize) ts_batch_get_n_images (ts_view_get_batch (figure->view));
  TsFigureLayout layout = { .options = options,
                            .figure = figure,
                            .format = format,
                            .indices = indices,
                            .n = indices != NULL ? n_indices : n_images };
  gpointer result = NULL;

  if (!check_options (options, error) ||
      !ts_overlay_open (figure->view, figure->recipe, &figure->overlay, error))
    return NULL;
  figure_init (figure, options);
  figure->stats = ts_batch_stats_dup_for_images (figure->stats, figure->recipe, indices, n_indices);
  figure->whole_pixels = format == TS_FIGURE_PNG;
  layout.cells = g_array_new (FALSE, FALSE, sizeof (TsFigureCell));
  layout.context = ts_figure_new_context ();
  if (lay_out (&layout, cancellable, error)) {
    figure->metadata = describe (&layout);
    result = draw (figure, data, cancellable, error);
  }
  g_object_unref (layout.context);
  g_array_unref (layout.cells);
  g_strfreev (layout.row_values);
  figure_clear (figure);
  return result;
}

static gpointer
draw_file (const TsFigure *figure, gpointer data, GCancellable *cancellable, GError **error)
{
  switch (*(TsFigureFormat *) data) {
  case TS_FIGURE_PDF:
    return ts_figure_draw_pdf (figure, cancellable, error);
  case TS_FIGURE_SVG:
    return ts_figure_draw_svg (figure, cancellable, error);
  case TS_FIGURE_PNG:
  default:
    return ts_figure_draw_png (figure, cancellable, error);
  }
}

GBytes *
ts_figure_render (TsView *view,
                  TsBatchStats *stats,
                  const TsRecipe *recipe,
                  const TsFigureOptions *options,
                  TsFigureFormat format,
                  const guint64 *indices,
                  gsize n_indices,
                  GCancellable *cancellable,
                  GError **error)
{
  TsFigure figure = { .view = view, .stats = stats, .recipe = recipe };

  return make (&figure, options, format, indices, n_indices, draw_file, &format, cancellable,
               error);
}

static gpointer
draw_preview (const TsFigure *figure, gpointer data, GCancellable *cancellable, GError **error)
{
  const guint *size = data;

  return ts_figure_draw_preview (figure, size[0], size[1], cancellable, error);
}

TsFigurePreview *
ts_figure_preview (TsView *view,
                   TsBatchStats *stats,
                   const TsRecipe *recipe,
                   const TsFigureOptions *options,
                   TsFigureFormat format,
                   const guint64 *indices,
                   gsize n_indices,
                   guint max_width,
                   guint max_height,
                   GCancellable *cancellable,
                   GError **error)
{
  TsFigure figure = { .view = view, .stats = stats, .recipe = recipe };
  guint size[] = { MAX (max_width, 1), MAX (max_height, 1) };

  return make (&figure, options, format, indices, n_indices, draw_preview, size, cancellable,
               error);
}

void
ts_figure_preview_free (TsFigurePreview *self)
{
  g_free (self->pixels);
  g_clear_pointer (&self->panels, g_array_unref);
  g_free (self);
}
