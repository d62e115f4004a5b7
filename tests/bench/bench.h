/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-kernels.h"

G_BEGIN_DECLS

/**
 * BenchCase:
 * @name: how it is chosen on the command line
 * @what: for people
 * @limit: (nullable): name of the case that moves the same bytes and does nothing else
 * @goal: (nullable): what is to be reached, in words
 * @run: does it once; the first call is not measured
 * @get_bytes: (nullable): how much the last run wrote
 * @get_peak: (nullable): the most memory that the program started by the last run had, in bytes
 *
 * One thing that is measured.
 */
typedef struct
{
  const char *name;
  const char *what;
  const char *limit;
  const char *goal;
  void (*run) (void);
  guint64 (*get_bytes) (void);
  guint64 (*get_peak) (void);
} BenchCase;

/* Ended by a name of %NULL. */
extern const BenchCase bench_render_cases[];
extern const BenchCase bench_stats_cases[];
extern const BenchCase bench_export_cases[];
extern const BenchCase bench_start_cases[];

/* Where exports are written and what others are to read lies; made when first asked for. */
const char *bench_export_get_folder (void);
void bench_export_clean (void);

/* The elements that all cases share, 64 images of 3 x 256 x 256, made when first asked for. */
#define BENCH_N_IMAGES   64
#define BENCH_SIDE       256
#define BENCH_PLANE      (BENCH_SIDE * BENCH_SIDE)
#define BENCH_N_ELEMENTS (BENCH_N_IMAGES * 3 * BENCH_PLANE)

const void *bench_get_elements (TsDtype dtype);

/* Room for 64 images of RGBA8. */
guint8 *bench_get_output (void);

/* Keeps a result alive. */
extern volatile double bench_sink;

G_END_DECLS
