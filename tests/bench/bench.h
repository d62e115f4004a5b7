/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-kernels.h"

G_BEGIN_DECLS

typedef enum {
  BENCH_TIME,      /* against another case: at most so many times as long; a peer: at least */
  BENCH_BYTES,     /* at most so many percent of what the peer writes */
  BENCH_MEMORY,    /* at most so many MiB, against nobody */
  BENCH_MEMORY_OF, /* at most so many times the memory of another case */
} BenchMeasure;

/**
 * BenchRatio:
 * @to: name of another case, or of a peer; %NULL ends a list
 * @goal: what is to be reached; 0 is nothing, only printed
 *
 * What a case is compared with.
 */
typedef struct
{
  const char *to;
  double goal;
  BenchMeasure measure;
} BenchRatio;

#define BENCH_MAX_RATIOS 6

/**
 * BenchCase:
 * @name: how it is chosen on the command line
 * @what: for people
 * @run: does it once; the first call is not measured
 * @get_bytes: (nullable): how much the last run wrote
 * @get_peak: (nullable): the most memory that the program started by the last run had, in bytes
 * @ratios: ended by no name
 *
 * One thing that is measured.
 */
typedef struct
{
  const char *name;
  const char *what;
  void (*run) (void);
  guint64 (*get_bytes) (void);
  guint64 (*get_peak) (void);
  BenchRatio ratios[BENCH_MAX_RATIOS + 1];
} BenchCase;

/* Ended by a name of %NULL. */
extern const BenchCase bench_render_cases[];
extern const BenchCase bench_stats_cases[];
extern const BenchCase bench_export_cases[];
extern const BenchCase bench_start_cases[];
extern const BenchCase bench_many_cases[];

/* One line of the table: a case of ours, or @peer doing the same as the case @bench. */
typedef struct
{
  const BenchCase *bench;
  char *peer;       /* (nullable) "numpy" */
  double *times_ms; /* in their order, when all rounds are over */
  guint n_times;
  guint64 n_bytes;      /* written by the last run; 0: none */
  guint64 n_peak_bytes; /* of a program that was started; 0: none was */
} BenchLine;

/* The table for people; how far the middle half of the rounds of our own cases spreads, in the
 * median case; all as one JSON object. */
void bench_print_table (const BenchLine *lines, guint n_lines);
void bench_print_json (const BenchLine *lines, guint n_lines, guint n_rounds);
double bench_get_noise_percent (const BenchLine *lines, guint n_lines);

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

/* Calls @func for all images, on two threads of the pool that the program uses: each takes the next
 * one when it is done with one. */
void bench_on_two_threads (void (*func) (guint k, gpointer data), gpointer data);

/* Starts tenscope-cli with these arguments, waits until it has ended, and returns the most memory
 * that it had. */
guint64 bench_run_program (const char *const *arguments);

/* Keeps a result alive. */
extern volatile double bench_sink;

G_END_DECLS
