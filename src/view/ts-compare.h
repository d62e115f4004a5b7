/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-batch.h"

G_BEGIN_DECLS

/**
 * TsCompareOptions:
 * @data_range: R below; above 0
 * @tolerance, @relative: elements a and b count as different when |a - b| > tolerance + relative *
 * |b|; both 0 for the same numbers
 * @nan_differs: two NaN in the same place are a difference
 * @with_ssim: SSIM takes most of the time
 *
 * How images are compared. Set by ts_compare_options_init() to exact comparison, R = 1, with SSIM.
 */
typedef struct
{
  double data_range;
  double tolerance;
  double relative;
  gboolean nan_differs;
  gboolean with_ssim;
} TsCompareOptions;

void ts_compare_options_init (TsCompareOptions *self);

/**
 * TsComparison:
 * @n_elements: of the image; a complex number is two
 * @n_compared: finite in both images; all measures but @n_different are over these alone
 * @n_different: beyond the tolerance, those of @n_special among them
 * @n_special: NaN or infinite in one image and something else in the other
 * @mse: mean of (a - b)^2
 * @mae: mean of |a - b|
 * @max_abs: largest |a - b|
 * @max_x, @max_y, @max_channel: the first element that has it
 * @psnr: 10 log10 (R^2 / mse) in decibels; infinity where mse is 0
 * @ssim: mean structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE Transactions on Image
 * Processing 13(4), 2004, equation 13): Gaussian window of 11 x 11 elements with sigma 1.5 and sum
 * 1, K1 = 0.01, K2 = 0.03, moments of the population, over all places where the window lies in the
 * image and all its elements are finite, each channel alone, then the mean of all. NaN where there
 * is no such place. It is scikit-image's structural_similarity with gaussian_weights=True,
 * sigma=1.5, use_sample_covariance=False and data_range=R.
 *
 * How far two images are from each other. @mse, @mae, @psnr are NaN where nothing was compared.
 */
typedef struct
{
  guint64 n_elements;
  guint64 n_compared;
  guint64 n_different;
  guint64 n_special;
  double mse;
  double mae;
  double max_abs;
  guint max_x, max_y, max_channel;
  double psnr;
  double ssim;
} TsComparison;

/**
 * ts_compare_blocks:
 * @a, @b: images as ts_batch_read_image() gives them: height x width x channels
 *
 * %TS_ERROR_INVALID for different sizes, or complex numbers against others. In doubles, but two
 * 64-bit integers of one type are subtracted as integers. Pure; thread-safe.
 */
gboolean ts_compare_blocks (const TsBlock *a,
                            const TsBlock *b,
                            const TsCompareOptions *options,
                            TsComparison *result,
                            GError **error);

/**
 * TsComparedImage:
 * @index_a, @index_b: of the images, set by the caller
 * @error: (nullable): why they could not be compared
 *
 * A pair of images, and what came of it.
 */
typedef struct
{
  guint64 index_a, index_b;
  TsComparison comparison;
  GError *error;
} TsComparedImage;

/**
 * TsCompareSide:
 * @read: image @index as height x width x channels; called by several threads at once
 * @image_bytes: about what one takes in memory
 *
 * One of two sets of images.
 */
typedef struct
{
  TsBlock *(*read) (gpointer data, guint64 index, GCancellable *cancellable, GError **error);
  gpointer data;
  guint64 image_bytes;
} TsCompareSide;

/* The values of a batch as they stand in the dump; borrows it. */
TsCompareSide ts_compare_side_for_batch (TsBatch *batch);

/**
 * ts_compare_images:
 * @images: @n pairs with their indices; gets the rest. Errors are to be freed by the caller
 * @n_threads: 0 for one a core
 * @n_done: (nullable): atomic counter for progress, added to
 *
 * Compares pair by pair on several threads. %FALSE only when cancelled or without threads.
 */
gboolean ts_compare_images (const TsCompareSide *a,
                            const TsCompareSide *b,
                            const TsCompareOptions *options,
                            TsComparedImage *images,
                            gsize n,
                            guint n_threads,
                            gint *n_done,
                            GCancellable *cancellable,
                            GError **error);

/**
 * ts_compare_get_data_range:
 * @reason: (out): why, static text
 *
 * What to take for R when nobody says: the width of the type for integers of 8 and 16 bits (255,
 * 65535) and bool (1); 1, 2 or 255 for floats that are guessed to lie in 0 to 1, -1 to 1 or 0 to
 * 255; else largest minus smallest finite value of all images of @batch. 1 where that is 0. Blocks.
 */
gboolean ts_compare_get_data_range (TsBatch *batch,
                                    double *range,
                                    const char **reason,
                                    GCancellable *cancellable,
                                    GError **error);

G_END_DECLS
