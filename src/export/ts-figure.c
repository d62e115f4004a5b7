/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lays a figure out: title, column titles, then rows of images with captions below, row titles on
 * the left, colour bar on the right. Lengths are pixels of the page, those of images whole. */

#include "config.h"

#include "export/ts-figure-private.h"

#include "base/ts-error.h"
#include "export/ts-export-plan.h"
#include "export/ts-figure-bar.h"
#include "export/ts-recipe-json.h"
#include "export/ts-sheet.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE        32767
#define MAX_IMAGE_BYTES ((guint64) 1 << 30)
#define MARGIN_PT       5
#define READABLE_PT     54 /* the side of small images, where no scale is asked for */
#define LINE_HEIGHT     1.4
#define ASCENT          1.05
#define TITLE_SIZE      1.3
#define LEAST_CAPTION   0.6 /* of the text size, before captions are cut */

const char *const ts_figure_format_names[] = { "png", "pdf", "svg", NULL };

/* What the layout goes by. */
typedef struct
{
  const TsFigureOptions *options;
  TsFigure *figure;
  TsFigureFormat format;
  PangoContext *context;
  const guint64 *indices; /* (nullable) */
  gsize n;
  TsNameTemplate *labels; /* (nullable) */
  TsNameContext names;
  TsImageSize cell;
  guint n_columns, n_rows;
  double pt; /* pixels a point */
  double scale, gap, margin, text_size;
  double left, right, top, row_step; /* around and between images */
  TsFigureBarScale bar;
} Layout;

void
ts_figure_options_init (TsFigureOptions *self)
{
  *self = (TsFigureOptions){ .n_columns = 8, .gap_pt = 3, .dpi = 150, .font_pt = 8 };
}

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

static guint64
get_index (const Layout *self, gsize k)
{
  return self->indices != NULL ? self->indices[k] : k;
}

static gboolean
check_options (const TsFigureOptions *options, GError **error)
{
  if (options->n_columns == 0)
    return fail (error, "a figure has at least 1 column");
  if (!(options->dpi >= 36 && options->dpi <= 2400))
    return fail (error, "the resolution must be 36 to 2400 dpi");
  if (!(options->font_pt >= 1 && options->font_pt <= 200))
    return fail (error, "the size of the text must be 1 to 200 points");
  if (!(options->gap_pt >= 0 && options->gap_pt <= 1000))
    return fail (error, "the gap must be 0 to 1000 points");
  if (!(options->width_mm >= 0 && options->width_mm <= 5000))
    return fail (error, "the width must be up to 5000 mm");
  if (options->scale > 1024)
    return fail (error, "the scale must be 1 to 1024");
  return TRUE;
}

static gboolean
check_titles (const char *const *titles, guint n, const char *what, GError **error)
{
  guint n_titles = titles != NULL ? g_strv_length ((char **) titles) : n;

  if (n_titles == n)
    return TRUE;
  return fail (error, "there are %u %ss, but %u %s titles", n, what, n_titles, what);
}

static gboolean
measure_images (Layout *self, GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->figure->view);
  guint64 n_images = ts_batch_get_n_images (batch), n_bytes = 0;

  if (self->n == 0)
    return fail (error, "no image is selected");
  for (gsize k = 0; k < self->n; k++) {
    TsImageSize size;

    if (get_index (self, k) >= n_images)
      return fail (error,
                   "image %" G_GUINT64_FORMAT " does not exist: there are %" G_GUINT64_FORMAT
                   " images, counted from 0",
                   get_index (self, k), n_images);
    ts_batch_get_image_size (batch, get_index (self, k), &size);
    if (!ts_recipe_validate (self->figure->recipe, &size, error))
      return FALSE;
    self->cell.width = MAX (self->cell.width, size.width);
    self->cell.height = MAX (self->cell.height, size.height);
    self->cell.n_channels = MAX (self->cell.n_channels, size.n_channels);
    n_bytes += (guint64) size.width * size.height * 4;
    if (n_bytes > MAX_IMAGE_BYTES)
      return fail (error, "%" G_GSIZE_FORMAT " images are too much for a figure; choose fewer",
                   self->n);
  }
  self->n_columns = (guint) MIN (self->options->n_columns, self->n);
  self->n_rows = (guint) ((self->n + self->n_columns - 1) / self->n_columns);
  return check_titles (self->options->row_titles, self->n_rows, "row", error) &&
         check_titles (self->options->column_titles, self->n_columns, "column", error);
}

static double
measure_text (const Layout *self, const char *text, double size, gboolean bold)
{
  PangoLayout *layout = ts_figure_new_layout (self->context, self->figure->font, size, bold, text);
  PangoRectangle extents;

  pango_layout_get_extents (layout, NULL, &extents);
  g_object_unref (layout);
  return (double) extents.width / PANGO_SCALE;
}

/* @text, or as much of its start as fits with an ellipsis. */
static char *
fit_text (const Layout *self, const char *text, double size, gboolean bold, double width)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  glong low = 0, high = g_utf8_strlen (valid, -1);

  if (measure_text (self, valid, size, bold) <= width)
    return g_steal_pointer (&valid);
  while (low + 1 < high) {
    glong middle = (low + high) / 2;
    g_autofree char *start = g_utf8_substring (valid, 0, middle);
    g_autofree char *shorter = g_strconcat (start, "…", NULL);

    if (measure_text (self, shorter, size, bold) <= width)
      low = middle;
    else
      high = middle;
  }

  g_autofree char *start = g_utf8_substring (valid, 0, low);

  return g_strconcat (start, "…", NULL);
}

static void
add_text (Layout *self,
          const char *text,
          double x,
          double baseline,
          double size,
          double max_width,
          TsFigureAnchor anchor,
          gboolean bold)
{
  TsFigureText item = {
    fit_text (self, text, size, bold, max_width), x, baseline, size, anchor, bold
  };

  g_array_append_val (self->figure->texts, item);
}

/* The room around the images. */
static gboolean
measure_frame (Layout *self, GError **error)
{
  const TsFigureOptions *options = self->options;
  double line = ceil (self->text_size * LINE_HEIGHT);

  self->left = self->right = self->top = self->margin;
  for (guint i = 0; options->row_titles != NULL && options->row_titles[i] != NULL; i++)
    self->left =
        MAX (self->left, self->margin + 4 * self->pt +
                             measure_text (self, options->row_titles[i], self->text_size, FALSE));
  self->left = ceil (self->left);
  if (options->title != NULL)
    self->top += ceil (self->text_size * TITLE_SIZE * LINE_HEIGHT);
  if (options->column_titles != NULL)
    self->top += line;
  if (options->colorbar) {
    double width = 0;

    if (!ts_figure_bar_measure (self->figure, &self->cell, get_index (self, 0), &self->bar, error))
      return FALSE;
    for (guint i = 0; i < self->bar.n_ticks; i++)
      width = MAX (width, measure_text (self, self->bar.ticks[i].text, self->text_size, FALSE));
    self->right += ceil (TS_FIGURE_BAR_PT * self->pt + width);
  }
  return TRUE;
}

static gboolean
choose_scale (Layout *self, GError **error)
{
  const TsFigureOptions *options = self->options;
  double width = round (options->width_mm / 25.4 * options->dpi);
  double room = width - self->left - self->right - self->gap * (self->n_columns - 1);
  double fit = room / ((double) self->cell.width * self->n_columns);
  double readable = ceil (READABLE_PT * self->pt / MAX (self->cell.width, self->cell.height));

  if (options->width_mm == 0) {
    self->scale = options->scale > 0 ? options->scale : MAX (readable, 1);
    return TRUE;
  }
  /* Pixels of a page cannot be shared; elsewhere images take what there is. */
  if (self->format == TS_FIGURE_PNG)
    fit = floor (fit);
  if (fit <= 0 || fit < options->scale)
    return fail (error,
                 "%u images of %u pixels do not fit in a row of %g mm at %g dpi; choose fewer "
                 "columns, or more width or dpi",
                 self->n_columns, self->cell.width, options->width_mm, options->dpi);
  self->scale = options->scale > 0 ? options->scale : fit;
  return TRUE;
}

static gboolean
set_size (Layout *self, GError **error)
{
  TsFigure *figure = self->figure;
  const TsFigureOptions *options = self->options;
  double grid =
      self->cell.width * self->scale * self->n_columns + self->gap * (self->n_columns - 1);

  figure->width = self->left + grid + self->right;
  if (options->title != NULL && options->width_mm == 0)
    figure->width =
        MAX (figure->width, 2 * self->margin + measure_text (self, options->title,
                                                             self->text_size * TITLE_SIZE, TRUE));
  if (options->width_mm > 0)
    figure->width = MAX (round (options->width_mm / 25.4 * options->dpi), floor (figure->width));
  figure->width = ceil (figure->width);
  self->left += floor ((figure->width - self->left - grid - self->right) / 2);

  self->row_step = self->cell.height * self->scale + self->gap;
  if (self->labels != NULL)
    self->row_step += ceil (self->text_size * LINE_HEIGHT);
  figure->height = ceil (self->top + self->row_step * self->n_rows - self->gap + self->margin);
  if (figure->width > MAX_SIDE || figure->height > MAX_SIDE)
    return fail (error, "a figure of %.0f×%.0f pixels is too large; at most %d a side are possible",
                 figure->width, figure->height, MAX_SIDE);
  return TRUE;
}

/* All in one size, in which the longest fits if possible. */
static gboolean
make_captions (Layout *self,
               GPtrArray *captions,
               double room,
               double *size,
               GCancellable *cancellable,
               GError **error)
{
  double widest = room;

  for (gsize k = 0; self->labels != NULL && k < self->n; k++) {
    char *text = ts_name_template_expand (self->labels, &self->names, get_index (self, k), k,
                                          cancellable, error);

    if (text == NULL)
      return FALSE;
    g_ptr_array_add (captions, text);
    widest = MAX (widest, measure_text (self, text, self->text_size, FALSE));
  }
  *size = self->text_size * MAX (room / widest, LEAST_CAPTION);
  return TRUE;
}

static gboolean
place_images (Layout *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) captions = g_ptr_array_new_with_free_func (g_free);
  double caption_size;
  TsBatch *batch = ts_view_get_batch (self->figure->view);
  double cell_width = self->cell.width * self->scale, cell_height = self->cell.height * self->scale;

  double room = cell_width;

  if (!make_captions (self, captions, room, &caption_size, cancellable, error))
    return FALSE;
  for (gsize k = 0; k < self->n; k++) {
    double x = self->left + (double) (k % self->n_columns) * (cell_width + self->gap);
    double y = self->top + (double) (k / self->n_columns) * self->row_step;
    TsFigureImage image = { .index = get_index (self, k), .scale = self->scale };
    TsImageSize size;

    ts_batch_get_image_size (batch, image.index, &size);
    image.width = size.width;
    image.height = size.height;
    image.x = x + floor ((self->cell.width - size.width) / 2.0 * self->scale);
    image.y = y + floor ((self->cell.height - size.height) / 2.0 * self->scale);
    g_array_append_val (self->figure->images, image);

    if (self->labels != NULL)
      add_text (self, g_ptr_array_index (captions, k), x + cell_width / 2,
                y + cell_height + self->text_size * ASCENT, caption_size, room * 1.02,
                TS_ANCHOR_MIDDLE, FALSE);
  }
  return TRUE;
}

static void
place_titles (Layout *self)
{
  const TsFigureOptions *options = self->options;
  double cell_width = self->cell.width * self->scale, cell_height = self->cell.height * self->scale;

  if (options->title != NULL)
    add_text (self, options->title, self->figure->width / 2,
              self->margin + self->text_size * TITLE_SIZE * 0.9, self->text_size * TITLE_SIZE,
              self->figure->width - 2 * self->margin + 1, TS_ANCHOR_MIDDLE, TRUE);
  for (guint i = 0; options->column_titles != NULL && i < self->n_columns; i++)
    add_text (self, options->column_titles[i],
              self->left + i * (cell_width + self->gap) + cell_width / 2,
              self->top - self->text_size * (LINE_HEIGHT - ASCENT), self->text_size,
              cell_width + self->gap, TS_ANCHOR_MIDDLE, FALSE);
  for (guint i = 0; options->row_titles != NULL && i < self->n_rows; i++)
    add_text (self, options->row_titles[i], self->left - 4 * self->pt,
              self->top + i * self->row_step + cell_height / 2 + self->text_size * 0.35,
              self->text_size, self->left, TS_ANCHOR_END, FALSE);
}

static void
place_bar (Layout *self)
{
  TsFigure *figure = self->figure;
  double grid_width =
      self->cell.width * self->scale * self->n_columns + self->gap * (self->n_columns - 1);
  double line = MAX (round (0.5 * self->pt), 1), tick = round (2 * self->pt);
  TsFigureBox *bar = &figure->bar;

  if (!self->options->colorbar)
    return;
  *bar = (TsFigureBox){ .x = round (self->left + grid_width + 6 * self->pt),
                        .y = self->top,
                        .width = round (7 * self->pt),
                        .height = round (self->row_step * (self->n_rows - 1) +
                                         self->cell.height * self->scale) };
  for (guint i = 0; i < self->bar.n_ticks; i++) {
    const TsFigureTick *at = &self->bar.ticks[i];
    double y = bar->y + (1 - at->fraction) * bar->height;
    TsFigureBox box = { bar->x + bar->width,
                        CLAMP (round (y - line / 2), bar->y, bar->y + bar->height - line), tick,
                        line };

    g_array_append_val (figure->lines, box);
    add_text (self, at->text, box.x + tick + 1.5 * self->pt,
              CLAMP (y + self->text_size * 0.35, bar->y + self->text_size * 0.75,
                     bar->y + bar->height),
              self->text_size, G_MAXDOUBLE, TS_ANCHOR_START, FALSE);
  }
}

static char *
describe (const Layout *self)
{
  g_autofree char *images = ts_indices_to_string (self->indices, self->n);
  GString *out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_object (&writer);
  ts_json_writer_name (&writer, "schema");
  ts_json_writer_string (&writer, "tenscope-figure");
  ts_json_writer_name (&writer, "schema_version");
  ts_json_writer_int (&writer, 1);
  ts_sidecar_write_generator (&writer);
  ts_sidecar_write_source (self->figure->view, NULL, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (self->figure->recipe, NULL, NULL, &writer);
  ts_json_writer_name (&writer, "figure");
  ts_json_writer_begin_object (&writer);
  ts_json_writer_name (&writer, "columns");
  ts_json_writer_uint (&writer, self->options->n_columns);
  ts_json_writer_name (&writer, "scale");
  ts_json_writer_double (&writer, self->scale);
  ts_json_writer_name (&writer, "dpi");
  ts_json_writer_double (&writer, self->options->dpi);
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
  g_autofree guint8 *pixels = g_try_malloc ((gsize) image->width * image->height * 4);
  TsResolved resolved;

  if (pixels == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for an image");
    return NULL;
  }
  if (!ts_resolve (self->recipe, self->stats, image->index, &resolved, cancellable, error) ||
      !ts_render (ts_view_get_batch (self->view), image->index, NULL, self->recipe, &resolved,
                  TS_PIXELS_RGBA8, TS_VALUES_DISPLAY, pixels, (gsize) image->width * 4, NULL,
                  cancellable, error)) {
    g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ", image->index);
    return NULL;
  }
  return g_steal_pointer (&pixels);
}

static gboolean
lay_out (Layout *self, GCancellable *cancellable, GError **error)
{
  const TsFigureOptions *options = self->options;

  self->pt = options->dpi / 72;
  self->text_size = options->font_pt * self->pt;
  self->gap = round (options->gap_pt * self->pt);
  self->margin = round (MARGIN_PT * self->pt);
  if (!measure_images (self, error) || !measure_frame (self, error) ||
      !choose_scale (self, error) || !set_size (self, error))
    return FALSE;
  self->names.n_columns = self->n_columns;
  if (!place_images (self, cancellable, error))
    return FALSE;
  place_titles (self);
  place_bar (self);
  self->figure->metadata = describe (self);
  return TRUE;
}

static void
clear_text (gpointer data)
{
  g_free (((TsFigureText *) data)->text);
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
  TsBatch *batch = ts_view_get_batch (view);
  g_autoptr (GArray) images = g_array_new (FALSE, FALSE, sizeof (TsFigureImage));
  g_autoptr (GArray) texts = g_array_new (FALSE, FALSE, sizeof (TsFigureText));
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (TsFigureBox));
  g_autoptr (TsParams) params = ts_params_new (ts_view_get_pairing (view));
  g_autoptr (TsNameTemplate) labels = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stem = ts_name_dup_stem (ts_document_get_name (ts_view_get_document (view)));
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *channel = NULL;
  g_autofree char *metadata = NULL;
  TsImageSize size;
  GBytes *bytes = NULL;
  TsFigure figure = { .view = view,
                      .stats = stats,
                      .recipe = recipe,
                      .dpi = options->dpi,
                      .paper = options->dark ? 0x1e1e1e : 0xffffff,
                      .ink = options->dark ? 0xf0f0f0 : 0x000000,
                      .font = options->font != NULL ? options->font : "sans-serif",
                      .title = options->title,
                      .images = images,
                      .texts = texts,
                      .lines = lines };
  Layout layout = { .options = options,
                    .figure = &figure,
                    .format = format,
                    .indices = indices,
                    .n = indices != NULL ? n_indices : (gsize) ts_batch_get_n_images (batch) };

  g_array_set_clear_func (texts, clear_text);
  if (!check_options (options, error))
    return NULL;
  if (options->labels != NULL) {
    labels = ts_name_template_new_for_text (options->labels, params, error);
    if (labels == NULL)
      return NULL;
  }
  ts_batch_get_max_size (batch, &size);
  channel = ts_export_describe_channels (recipe, &size);
  layout.labels = labels;
  layout.names = (TsNameContext){ .stem = stem,
                                  .key = ts_node_get_path (ts_view_get_node (view)),
                                  .channel = channel,
                                  .date = date,
                                  .time = time,
                                  .params = params,
                                  .n_images = ts_batch_get_n_images (batch),
                                  .n_total = layout.n };
  layout.context = ts_figure_new_context ();
  if (lay_out (&layout, cancellable, error)) {
    if (format == TS_FIGURE_PNG)
      bytes = ts_figure_draw_png (&figure, cancellable, error);
    else if (format == TS_FIGURE_PDF)
      bytes = ts_figure_draw_pdf (&figure, cancellable, error);
    else
      bytes = ts_figure_draw_svg (&figure, cancellable, error);
  }
  g_object_unref (layout.context);
  metadata = figure.metadata;
  return bytes;
}
