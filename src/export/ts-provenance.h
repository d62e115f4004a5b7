/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-settings.h"

G_BEGIN_DECLS

/**
 * TsProvenance:
 * @file: name of the dump, without a folder
 * @raw: (nullable): what its bytes were said to mean
 * @key, @layout: the array and how its axes were read
 * @shape, @dtype: of the array
 * @index: the image, or -1 for a picture of several (contact sheet, figure)
 * @recipe: how it was looked at; a range that was taken of a selection is the numbers it came to
 * @range_images: (nullable): that selection, for ts_indices_from_string(), and
 * @range_mode: how the range was taken of it
 *
 * What a picture that Tenscope wrote says of itself: where it came from and how it was looked at.
 * All of it comes from the file and may be invented. A plain value but for its strings.
 */
typedef struct
{
  char *file;
  char *raw;
  char *key;
  char *layout;
  char *dtype;
  TsShape shape;
  gint64 index;
  TsRecipe recipe;
  char *range_images;
  TsRangeMode range_mode;

  /*< private >*/
  char *image_file;
  char *format;
  int bits;
  int values;
  gboolean palette;
  TsEncodeOptions encode;
  char **latents;
  gboolean has_stats;
  TsStats stats; /* counts, min and max only */
} TsProvenance;

/* From a sidecar, the text inside a picture, or the object around it in a TIFF. %TS_ERROR_INVALID
 * names the member that is wrong or missing. */
TsProvenance *
ts_provenance_read (const char *json, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of the picture at @path; %NULL when it is no picture that Tenscope wrote. Reads a little. */
TsProvenance *ts_provenance_read_picture (const char *path,
                                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

void ts_provenance_free (TsProvenance *self);

/**
 * ts_provenance_find:
 * @picture: path of the picture
 * @folder: (nullable): one more folder to look in
 * @changed: (out): whether the image has other values now than then
 *
 * Looks for a dump of that name in the folder of the picture, in the two above it and in @folder,
 * never elsewhere, and opens the array in it as it was looked at. It must have the shape and type
 * that it had; one whose image has the same values still is preferred. %TS_ERROR_NOT_FOUND says
 * which dump is missing.
 */
TsView *ts_provenance_find (const TsProvenance *self,
                            const char *picture,
                            const char *folder,
                            gboolean *changed,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The range as it was taken of a selection, which *@images gets as guint64 (%NULL is all of them):
 * for those who can keep a selection beside the images they look at. %FALSE, and all stays as it
 * is, where it was not, or the selection is none of these @n_images. */
gboolean ts_provenance_restore_range (const TsProvenance *self,
                                      guint64 n_images,
                                      TsRecipe *recipe,
                                      GArray **images);

/* What writes this image again. %TS_ERROR_UNSUPPORTED for a picture of several images. */
TsExportSettings *ts_provenance_to_settings (const TsProvenance *self,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsProvenance, ts_provenance_free)

G_END_DECLS
