/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lays a figure out: title, column titles, then rows of images with loupes and captions, row titles
 * on the left, colour bar on the right. Lengths are pixels of the page; in a PNG those of images
 * are whole. */

#include "config.h"

#include "export/ts-figure-layout.h"

#include "base/ts-error.h"

#include <math.h>

#define MAX_SIDE        32767
#define MAX_IMAGE_BYTES ((guint64) 1 << 30)
#define MARGIN_PT       5
#define READABLE_PT     54 /* the side of small images, where no scale is asked for */
#define TITLE_SIZE      1.3
#define TITLE_GAP_PT    4

gboolean
ts_figure_fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TS_ERROR, TS_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

static gboolean
check_titles (const char *const *titles, guint n, const char *what, GError **error)
{
  guint n_titles = titles != NULL ? g_strv_length ((char **) titles) : n;

  if (n_titles == n)
    return TRUE;
  return ts_figure_fail (error, "there are %u %ss, but %u %s titles", n, what, n_titles, what);
}

static gboolean
check_crop (const TsRect *crop, const TsImageSize *size, guint64 index, GError **error)
{
  if (crop->width == 0 || (crop->height > 0 && (guint64) crop->x + crop->width <= size->width &&
                           (guint64) crop->y + crop->height <= size->height))
    return TRUE;
  return ts_figure_fail (error,
                         "%u×%u pixels from %u,%u cannot be cut out of image %" G_GUINT64_FORMAT
                         ", which has %u×%u",
                         crop->width, crop->height, crop->x, crop->y, index, size->width,
                         size->height);
}

static gboolean
measure_images (TsFigureLayout *self, GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->figure->view);
  guint64 n_bytes = 0;

  for (guint i = 0; i < self->cells->len; i++) {
    guint64 index = g_array_index (self->cells, TsFigureCell, i).index;
    TsImageSize size;
    TsRect rect;

    ts_batch_get_image_size (batch, index, &size);
    if (!ts_recipe_validate (self->figure->recipe, &size, error) ||
        !check_crop (&self->options->crop, &size, index, error) ||
        !ts_figure_check_loupes (self, index, error))
      return FALSE;
    ts_figure_get_rect (self, index, &rect);
    self->cell.width = MAX (self->cell.width, rect.width);
    self->cell.height = MAX (self->cell.height, rect.height);
    self->cell.n_channels = MAX (self->cell.n_channels, size.n_channels);
    n_bytes += (guint64) rect.width * rect.height * 4;
    if (n_bytes > MAX_IMAGE_BYTES)
      return ts_figure_fail (error, "%u images are too much for a figure; choose fewer",
                             self->cells->len);
  }
  return check_titles (self->row_titles, self->n_rows, "row", error) &&
         check_titles (self->options->column_titles, self->n_columns, "column", error);
}

/* The room around the images. */
static gboolean
measure_frame (TsFigureLayout *self, GError **error)
{
  const TsFigureOptions *options = self->options;
  double line = ceil (self->text_size * TS_FIGURE_LINE_HEIGHT);

  self->left = self->right = self->top = self->margin;
  for (guint i = 0; self->row_titles != NULL && self->row_titles[i] != NULL; i++) {
    double width = options->upright_titles
                       ? self->text_size * TS_FIGURE_ASCENT
                       : ts_figure_measure_text (self, self->row_titles[i], self->text_size, FALSE);

    self->left = MAX (self->left, self->margin + TITLE_GAP_PT * self->pt + width);
  }
  self->left = ceil (self->left);
  if (options->title != NULL)
    self->top += ceil (self->text_size * TITLE_SIZE * TS_FIGURE_LINE_HEIGHT);
  if (options->column_titles != NULL)
    self->top += line;
  if (options->colorbar) {
    double width = 0;

    if (!ts_figure_bar_measure (self->figure, &self->cell,
                                g_array_index (self->cells, TsFigureCell, 0).index, &self->bar,
                                error))
      return FALSE;
    for (guint i = 0; i < self->bar.n_ticks; i++)
      width = MAX (width,
                   ts_figure_measure_text (self, self->bar.ticks[i].text, self->text_size, FALSE));
    self->right += ceil (TS_FIGURE_BAR_PT * self->pt + width);
  }
  return TRUE;
}

/* Of the images with their loupes at @scale, without what stands around all of them. */
static double
measure_grid (TsFigureLayout *self, double scale)
{
  ts_figure_measure_loupes (self, scale);
  self->scale = scale;
  self->column_step = self->cell.width * scale + self->beside + self->gap;
  self->row_step = self->cell.height * scale + self->below + self->gap;
  if (self->labels != NULL)
    self->row_step += ceil (self->text_size * TS_FIGURE_LINE_HEIGHT);
  return self->column_step * self->n_columns - self->gap;
}

/* The largest scale at which the grid is not wider than @room; 0 where there is none. */
static double
fit_scale (TsFigureLayout *self, double room)
{
  double none = measure_grid (self, 0), slope = measure_grid (self, 1) - none;
  double scale;

  if (!self->figure->whole_pixels) {
    scale = (room - none) / slope;
    /* loupes beside images begin to grow at a certain size only */
    for (guint i = 0; i < 60 && scale > 0 && measure_grid (self, scale) > room * (1 + 1e-9); i++)
      scale *= room / measure_grid (self, scale);
    return scale;
  }
  scale = floor (room / ((double) self->cell.width * self->n_columns));
  while (scale >= 1 && measure_grid (self, scale) > room)
    scale--;
  return MAX (scale, 0);
}

static gboolean
choose_scale (TsFigureLayout *self, GError **error)
{
  const TsFigureOptions *options = self->options;
  double readable = ceil (READABLE_PT * self->pt / MAX (self->cell.width, self->cell.height));
  double room, fit;

  if (options->width_mm == 0) {
    measure_grid (self, options->scale > 0 ? options->scale : MAX (readable, 1));
    return TRUE;
  }
  room = round (options->width_mm / 25.4 * options->dpi) - self->left - self->right;
  fit = fit_scale (self, room);
  if (fit <= 0 || fit < options->scale)
    return ts_figure_fail (
        error,
        "%u images of %u pixels do not fit in a row of %g mm at %g dpi; choose fewer columns, or "
        "more width or dpi",
        self->n_columns, self->cell.width, options->width_mm, options->dpi);
  measure_grid (self, options->scale > 0 ? options->scale : fit);
  return TRUE;
}

static gboolean
set_size (TsFigureLayout *self, GError **error)
{
  TsFigure *figure = self->figure;
  const TsFigureOptions *options = self->options;
  double grid = self->column_step * self->n_columns - self->gap;

  figure->width = self->left + grid + self->right;
  if (options->title != NULL && options->width_mm == 0)
    figure->width =
        MAX (figure->width,
             2 * self->margin +
                 ts_figure_measure_text (self, options->title, self->text_size * TITLE_SIZE, TRUE));
  if (options->width_mm > 0)
    figure->width = MAX (round (options->width_mm / 25.4 * options->dpi), floor (figure->width));
  figure->width = ceil (figure->width);
  self->left += floor ((figure->width - self->left - grid - self->right) / 2);
  figure->height = ceil (self->top + self->row_step * self->n_rows - self->gap + self->margin);
  if (figure->width > MAX_SIDE || figure->height > MAX_SIDE)
    return ts_figure_fail (
        error, "a figure of %.0f×%.0f pixels is too large; at most %d a side are possible",
        figure->width, figure->height, MAX_SIDE);
  return TRUE;
}

static gboolean
place_images (TsFigureLayout *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) captions = g_ptr_array_new_with_free_func (g_free);
  double caption_size, room = self->cell.width * self->scale + self->beside;
  double cell_width = self->cell.width * self->scale, cell_height = self->cell.height * self->scale;

  if (!ts_figure_make_captions (self, captions, room, &caption_size, cancellable, error))
    return FALSE;
  for (guint i = 0; i < self->cells->len; i++) {
    const TsFigureCell *cell = &g_array_index (self->cells, TsFigureCell, i);
    double x = self->left + cell->column * self->column_step;
    double y = self->top + cell->row * self->row_step;
    TsFigureImage image = { .index = cell->index, .scale = self->scale };

    ts_figure_get_rect (self, cell->index, &image.rect);
    image.x = x + floor ((cell_width - image.rect.width * self->scale) / 2);
    image.y = y + floor ((cell_height - image.rect.height * self->scale) / 2);
    g_array_append_val (self->figure->images, image);
    ts_figure_place_loupes (self, &image, x, y);
    if (self->labels != NULL) {
      TsFigureText text = { g_ptr_array_index (captions, i),
                            x + room / 2,
                            y + cell_height + self->below + self->text_size * TS_FIGURE_ASCENT,
                            caption_size,
                            TS_ANCHOR_MIDDLE,
                            FALSE,
                            FALSE };

      ts_figure_add_text (self, &text, room * 1.02);
    }
  }
  return TRUE;
}

static void
place_titles (TsFigureLayout *self)
{
  const TsFigureOptions *options = self->options;
  double cell_width = self->cell.width * self->scale + self->beside;
  double cell_height = self->cell.height * self->scale + self->below;
  TsFigureText text = { (char *) options->title,
                        self->figure->width / 2,
                        self->margin + self->text_size * TITLE_SIZE * 0.9,
                        self->text_size * TITLE_SIZE,
                        TS_ANCHOR_MIDDLE,
                        TRUE,
                        FALSE };

  if (options->title != NULL)
    ts_figure_add_text (self, &text, self->figure->width - 2 * self->margin + 1);
  text.size = self->text_size;
  text.bold = FALSE;
  for (guint i = 0; options->column_titles != NULL && i < self->n_columns; i++) {
    text.text = (char *) options->column_titles[i];
    text.x = self->left + i * self->column_step + cell_width / 2;
    text.baseline = self->top - self->text_size * (TS_FIGURE_LINE_HEIGHT - TS_FIGURE_ASCENT);
    ts_figure_add_text (self, &text, cell_width + self->gap);
  }
  text.upright = options->upright_titles;
  text.anchor = text.upright ? TS_ANCHOR_MIDDLE : TS_ANCHOR_END;
  for (guint i = 0; self->row_titles != NULL && i < self->n_rows; i++) {
    double middle = self->top + i * self->row_step + cell_height / 2;

    text.text = (char *) self->row_titles[i];
    text.x = self->left - TITLE_GAP_PT * self->pt;
    text.baseline = text.upright ? middle : middle + self->text_size * 0.35;
    ts_figure_add_text (self, &text, text.upright ? self->row_step : self->left);
  }
}

static void
place_bar (TsFigureLayout *self)
{
  TsFigure *figure = self->figure;
  double grid_width = self->column_step * self->n_columns - self->gap;
  double line = MAX (round (0.5 * self->pt), 1), tick = round (2 * self->pt);
  TsFigureBox *bar = &figure->bar;

  if (!self->options->colorbar)
    return;
  *bar = (TsFigureBox){ .x = round (self->left + grid_width + 6 * self->pt),
                        .y = self->top,
                        .width = round (7 * self->pt),
                        .height = round (self->row_step * (self->n_rows - 1) + self->below +
                                         self->cell.height * self->scale) };
  for (guint i = 0; i < self->bar.n_ticks; i++) {
    const TsFigureTick *at = &self->bar.ticks[i];
    double y = bar->y + (1 - at->fraction) * bar->height;
    TsFigureBox box = { bar->x + bar->width,
                        CLAMP (round (y - line / 2), bar->y, bar->y + bar->height - line), tick,
                        line, figure->ink };
    TsFigureText text = { .text = (char *) at->text,
                          .x = box.x + tick + 1.5 * self->pt,
                          .baseline = CLAMP (y + self->text_size * 0.35, self->text_size * 0.75,
                                             figure->height - self->text_size * 0.1),
                          .size = self->text_size };

    g_array_append_val (figure->ticks, box);
    ts_figure_add_text (self, &text, G_MAXDOUBLE);
  }
}

gboolean
ts_figure_lay_out (TsFigureLayout *self,
                   TsParams *params,
                   GCancellable *cancellable,
                   GError **error)
{
  const TsFigureOptions *options = self->options;

  self->pt = options->dpi / 72;
  self->text_size = options->font_pt * self->pt;
  self->gap = round (options->gap_pt * self->pt);
  self->margin = round (MARGIN_PT * self->pt);
  if (!ts_figure_arrange (self, params, cancellable, error) || !measure_images (self, error) ||
      !measure_frame (self, error) || !choose_scale (self, error) || !set_size (self, error))
    return FALSE;
  self->names.n_columns = self->n_columns;
  if (!place_images (self, cancellable, error))
    return FALSE;
  place_titles (self);
  place_bar (self);
  return TRUE;
}
