/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loupes: a part of each image once more and larger, with an outline around both and lines from
 * corner to corner. */

#include "config.h"

#include "export/ts-figure-layout.h"

#include <math.h>

#define OUTLINE_PT  0.75
#define LEADER_PT   0.5
#define CORNER_PART 0.45 /* of the shorter side of an image, at most */
#define MOST_ZOOM   64

/* Told apart on any picture, also by people who see no difference of red and green. */
static const guint32 colors[TS_FIGURE_MAX_LOUPES] = { 0xff3b30, 0x1e90ff, 0xffcc00, 0x00c389 };

void
ts_figure_get_rect (const TsFigureLayout *self, guint64 index, TsRect *rect)
{
  TsImageSize size;

  *rect = self->options->crop;
  if (rect->width > 0)
    return;
  ts_batch_get_image_size (ts_view_get_batch (self->figure->view), index, &size);
  *rect = (TsRect){ 0, 0, size.width, size.height };
}

gboolean
ts_figure_check_loupes (const TsFigureLayout *self, guint64 index, GError **error)
{
  TsRect shown;

  ts_figure_get_rect (self, index, &shown);
  for (guint i = 0; i < self->options->n_loupes; i++) {
    const TsRect *rect = &self->options->loupes[i].rect;

    if (rect->width == 0 || rect->height == 0)
      return ts_figure_fail (error, "a loupe shows at least 1 pixel");
    if (rect->x < shown.x || rect->y < shown.y ||
        (guint64) rect->x + rect->width > (guint64) shown.x + shown.width ||
        (guint64) rect->y + rect->height > (guint64) shown.y + shown.height)
      return ts_figure_fail (error,
                             "a loupe at %u,%u of %u×%u pixels does not lie in image "
                             "%" G_GUINT64_FORMAT ", of which %u×%u pixels from %u,%u are shown",
                             rect->x, rect->y, rect->width, rect->height, index, shown.width,
                             shown.height, shown.x, shown.y);
  }
  return TRUE;
}

static double
get_line (const TsFigureLayout *self)
{
  double line = OUTLINE_PT * self->pt;

  return self->figure->whole_pixels ? MAX (round (line), 1) : line;
}

static double
snap (const TsFigureLayout *self, double length)
{
  return self->figure->whole_pixels ? floor (length) : length;
}

/* Less than between images, to show what belongs together. */
static double
get_gap (const TsFigureLayout *self)
{
  return snap (self, self->gap / 2);
}

static double
choose_zoom (const TsFigureLayout *self, const TsFigureLoupe *loupe)
{
  double fit = MIN ((double) self->cell.width / loupe->rect.width,
                    (double) self->cell.height / loupe->rect.height) *
               CORNER_PART;

  return CLAMP (floor (fit), loupe->rect.width * 2 > self->cell.width ? 1 : 2, MOST_ZOOM);
}

/* The corner farthest from the middle of what is shown; below, where it would be covered even so.
 */
static TsFigurePlace
choose_place (const TsFigureLayout *self, const TsFigureLoupe *loupe)
{
  guint left = loupe->rect.x, top = loupe->rect.y;
  double zoom = loupe->zoom > 0 ? loupe->zoom : choose_zoom (self, loupe);

  if (loupe->place != TS_PLACE_AUTO)
    return loupe->place;
  left -= MIN (left, self->options->crop.x);
  top -= MIN (top, self->options->crop.y);

  double right = (double) self->cell.width - left - loupe->rect.width;
  double bottom = (double) self->cell.height - top - loupe->rect.height;
  gboolean at_left = left > right, at_top = top > bottom;

  if (zoom * loupe->rect.width > MAX (left, right) && zoom * loupe->rect.height > MAX (top, bottom))
    return TS_PLACE_BELOW;
  return at_top    ? at_left ? TS_PLACE_TOP_LEFT : TS_PLACE_TOP_RIGHT
         : at_left ? TS_PLACE_BOTTOM_LEFT
                   : TS_PLACE_BOTTOM_RIGHT;
}

/* Loupes below share the width, those at the right the height. */
static guint
count (const TsFigureLayout *self, TsFigurePlace place)
{
  guint n = 0;

  for (guint i = 0; i < self->options->n_loupes; i++)
    n += self->insets[i].place == place;
  return n;
}

static double
fit_scale (const TsFigureLayout *self, TsFigurePlace place, const TsRect *rect, double scale)
{
  gboolean below = place == TS_PLACE_BELOW;
  guint n = count (self, place);
  double side = (below ? self->cell.width : self->cell.height) * scale;
  double room = (side - 2 * n * self->line - (n - 1) * get_gap (self)) / n;

  return MAX (snap (self, room / (below ? rect->width : rect->height)),
              self->figure->whole_pixels ? 1 : 0);
}

void
ts_figure_measure_loupes (TsFigureLayout *self, double scale)
{
  double at_x = 0, at_y = 0;

  self->below = self->beside = 0;
  self->line = get_line (self);
  for (guint i = 0; i < self->options->n_loupes; i++)
    self->insets[i].place = choose_place (self, &self->options->loupes[i]);
  for (guint i = 0; i < self->options->n_loupes; i++) {
    const TsFigureLoupe *loupe = &self->options->loupes[i];
    TsFigureInset *inset = &self->insets[i];

    inset->color = loupe->color >= 0 ? (guint32) loupe->color : colors[i];
    inset->scale = (loupe->zoom > 0 ? loupe->zoom : choose_zoom (self, loupe)) * scale;
    if (inset->place == TS_PLACE_BELOW || inset->place == TS_PLACE_RIGHT) {
      double fit = fit_scale (self, inset->place, &loupe->rect, scale);

      inset->scale = loupe->zoom > 0 ? MIN (inset->scale, fit) : fit;
    }
    inset->width = loupe->rect.width * inset->scale;
    inset->height = loupe->rect.height * inset->scale;
    if (inset->place == TS_PLACE_BELOW) {
      inset->x = at_x + self->line;
      at_x += inset->width + 2 * self->line + get_gap (self);
      self->below = MAX (self->below, inset->height + 2 * self->line + get_gap (self));
    } else if (inset->place == TS_PLACE_RIGHT) {
      inset->y = at_y + self->line;
      at_y += inset->height + 2 * self->line + get_gap (self);
      self->beside = MAX (self->beside, inset->width + 2 * self->line + get_gap (self));
    }
  }

  /* What stands side by side is centred as a whole. */
  double spare_x = self->cell.width * scale - (at_x - get_gap (self));
  double spare_y = self->cell.height * scale - (at_y - get_gap (self));

  for (guint i = 0; i < self->options->n_loupes; i++) {
    TsFigureInset *inset = &self->insets[i];

    if (inset->place == TS_PLACE_BELOW)
      inset->x += snap (self, MAX (spare_x, 0) / 2);
    else if (inset->place == TS_PLACE_RIGHT)
      inset->y += snap (self, MAX (spare_y, 0) / 2);
  }
}

/* Four bars around a box, all outside of it. */
static void
add_frame (GArray *boxes, const TsFigureBox *inner, double line, guint32 color)
{
  const TsFigureBox bars[] = {
    { inner->x - line, inner->y - line, inner->width + 2 * line, line, color },
    { inner->x - line, inner->y + inner->height, inner->width + 2 * line, line, color },
    { inner->x - line, inner->y, line, inner->height, color },
    { inner->x + inner->width, inner->y, line, inner->height, color },
  };

  g_array_append_vals (boxes, bars, G_N_ELEMENTS (bars));
}

/* From corner to corner: to the near side of what stands beside the image, and from like to like
 * corner where that runs outside of both boxes. */
static void
add_leaders (TsFigureLayout *self,
             TsFigurePlace place,
             const TsFigureBox *from,
             const TsFigureBox *to,
             guint32 color)
{
  gboolean right_at_left = from->x < to->x, below_at_top = from->y < to->y;
  gboolean right_at_right = from->x + from->width < to->x + to->width;
  gboolean below_at_bottom = from->y + from->height < to->y + to->height;
  gboolean below = place == TS_PLACE_BELOW, right = place == TS_PLACE_RIGHT;
  gboolean inside = !below && !right;
  const struct
  {
    gboolean is_wanted;
    double from_x, from_y, to_x, to_y; /* which corners, in parts of the boxes */
  } leaders[] = {
    { inside && right_at_left != below_at_top, 0, 0, 0, 0 },
    { inside && right_at_right == below_at_top, 1, 0, 1, 0 },
    { inside && right_at_left == below_at_bottom, 0, 1, 0, 1 },
    { inside && right_at_right != below_at_bottom, 1, 1, 1, 1 },
    { below, 0, 1, 0, 0 },
    { below, 1, 1, 1, 0 },
    { right, 1, 0, 0, 0 },
    { right, 1, 1, 0, 1 },
  };
  double width = MAX (LEADER_PT * self->pt, self->figure->whole_pixels ? 1 : 0);

  for (gsize i = 0; i < G_N_ELEMENTS (leaders); i++) {
    TsFigureLine line = { from->x + leaders[i].from_x * from->width,
                          from->y + leaders[i].from_y * from->height,
                          to->x + leaders[i].to_x * to->width,
                          to->y + leaders[i].to_y * to->height,
                          width,
                          color };

    if (leaders[i].is_wanted)
      g_array_append_val (self->figure->leaders, line);
  }
}

static void
place_inset (TsFigureLayout *self,
             const TsFigureInset *inset,
             const TsFigureImage *image,
             double x,
             double y,
             TsFigureBox *box)
{
  double right = image->x + image->rect.width * image->scale;
  double bottom = image->y + image->rect.height * image->scale;
  gboolean at_right = inset->place == TS_PLACE_TOP_RIGHT || inset->place == TS_PLACE_BOTTOM_RIGHT;
  gboolean at_bottom =
      inset->place == TS_PLACE_BOTTOM_LEFT || inset->place == TS_PLACE_BOTTOM_RIGHT;

  *box = (TsFigureBox){ .width = inset->width, .height = inset->height };
  if (inset->place == TS_PLACE_BELOW) {
    box->x = x + inset->x;
    box->y = y + self->cell.height * self->scale + get_gap (self) + self->line;
  } else if (inset->place == TS_PLACE_RIGHT) {
    box->x = x + self->cell.width * self->scale + get_gap (self) + self->line;
    box->y = y + inset->y;
  } else {
    box->x = at_right ? right - self->line - inset->width : image->x + self->line;
    box->y = at_bottom ? bottom - self->line - inset->height : image->y + self->line;
  }
}

void
ts_figure_place_loupes (TsFigureLayout *self, const TsFigureImage *image, double x, double y)
{
  for (guint i = 0; i < self->options->n_loupes; i++) {
    const TsFigureInset *inset = &self->insets[i];
    const TsRect *rect = &self->options->loupes[i].rect;
    TsFigureBox from = { image->x + (rect->x - image->rect.x) * image->scale,
                         image->y + (rect->y - image->rect.y) * image->scale,
                         rect->width * image->scale, rect->height * image->scale, 0 };
    TsFigureBox outer = { from.x - self->line, from.y - self->line, from.width + 2 * self->line,
                          from.height + 2 * self->line, 0 };
    TsFigureBox box;
    TsFigureImage enlarged = { .index = image->index, .rect = *rect, .scale = inset->scale };

    place_inset (self, inset, image, x, y, &box);
    enlarged.x = box.x;
    enlarged.y = box.y;
    add_frame (self->figure->outlines, &from, self->line, inset->color);
    add_leaders (self, inset->place, &outer, &box, inset->color);
    add_frame (self->figure->frames, &box, self->line, inset->color);
    g_array_append_val (self->figure->insets, enlarged);
  }
}
