/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"

#include <stdlib.h>

/* What comes out: medians, and the bests for a machine that others use too. */

static double
get_median (const BenchLine *line)
{
  return line->times_ms[line->n_times / 2];
}

static const BenchLine *
find_line (const BenchLine *lines, guint n_lines, const char *name)
{
  for (guint i = 0; i < n_lines; i++) {
    if (lines[i].peer == NULL && g_strcmp0 (lines[i].bench->name, name) == 0)
      return &lines[i];
  }
  return NULL;
}

static double
get_percent_of_bytes (const BenchLine *own, const BenchLine *peer)
{
  return 100.0 * (double) own->n_bytes / (double) peer->n_bytes;
}

static double
to_mib (guint64 n_bytes)
{
  return (double) n_bytes / (1 << 20);
}

/* The goal of a number that is to be small, or large, and whether it was met. */
static void
append_goal (GString *out, double found, double goal, gboolean is_least, const char *unit)
{
  gboolean is_met = is_least ? found >= goal : found <= goal;

  if (goal > 0)
    g_string_append_printf (out, " (goal %s %g%s%s)", is_least ? ">=" : "<=", goal, unit,
                            is_met ? "" : ": MISSED");
}

static void
append_own (GString *out,
            const BenchLine *line,
            const BenchRatio *ratio,
            const BenchLine *lines,
            guint n_lines)
{
  const BenchLine *other = find_line (lines, n_lines, ratio->to);
  double found;

  if (ratio->measure == BENCH_MEMORY) {
    append_goal (out, to_mib (line->n_peak_bytes), ratio->goal, FALSE, " MiB");
    return;
  }
  if (other == NULL)
    return;
  if (ratio->measure == BENCH_MEMORY_OF) {
    found = (double) line->n_peak_bytes / (double) other->n_peak_bytes;
    g_string_append_printf (out, "  %.2fx memory of %s", found, ratio->to);
  } else {
    found = get_median (line) / get_median (other);
    g_string_append_printf (out, "  %.2fx (%.2fx) %s", found,
                            line->times_ms[0] / other->times_ms[0], ratio->to);
  }
  append_goal (out, found, ratio->goal, FALSE, "x");
}

static void
append_peer (GString *out, const BenchLine *line, const BenchLine *own)
{
  double found = get_median (line) / get_median (own);

  g_string_append_printf (out, "  %.2fx (%.2fx) ours", found, line->times_ms[0] / own->times_ms[0]);
  for (const BenchRatio *ratio = own->bench->ratios; ratio->to != NULL; ratio++) {
    if (ratio->measure == BENCH_TIME && g_str_equal (ratio->to, line->peer))
      append_goal (out, found, ratio->goal, TRUE, "x");
  }
  if (line->n_bytes == 0)
    return;
  g_string_append_printf (out, "; ours writes %.1f %% of its bytes",
                          get_percent_of_bytes (own, line));
  for (const BenchRatio *ratio = own->bench->ratios; ratio->to != NULL; ratio++) {
    if (ratio->measure == BENCH_BYTES && g_str_equal (ratio->to, line->peer))
      append_goal (out, get_percent_of_bytes (own, line), ratio->goal, FALSE, " %");
  }
}

void
bench_print_table (const BenchLine *lines, guint n_lines)
{
  g_print ("%-15s %-48s %9s %9s  %s\n", "case", "what", "median ms", "best ms",
           "ratio of medians (of bests)");
  for (guint i = 0; i < n_lines; i++) {
    const BenchLine *line = &lines[i];
    const BenchCase *bench = line->bench;
    g_autoptr (GString) ratios = g_string_new (NULL);

    if (line->n_peak_bytes > 0)
      g_string_append_printf (ratios, "  %.1f MiB at most", to_mib (line->n_peak_bytes));
    if (line->peer != NULL) {
      append_peer (ratios, line, find_line (lines, n_lines, bench->name));
    } else {
      for (const BenchRatio *ratio = bench->ratios; ratio->to != NULL; ratio++)
        append_own (ratios, line, ratio, lines, n_lines);
    }
    g_print ("%-15s %s%-*s %9.3f %9.3f%s\n", line->peer != NULL ? "" : bench->name,
             line->peer != NULL ? "  " : "", line->peer != NULL ? 46 : 48,
             line->peer != NULL ? line->peer : bench->what, get_median (line), line->times_ms[0],
             ratios->str);
  }
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Of the middle half of the rounds. */
static double
get_spread_percent (const BenchLine *line)
{
  guint n = line->n_times;

  return 100 * (line->times_ms[n * 3 / 4] - line->times_ms[n / 4]) / get_median (line);
}

double
bench_get_noise_percent (const BenchLine *lines, guint n_lines)
{
  g_autofree double *spreads = g_new (double, n_lines);
  guint n = 0;

  for (guint i = 0; i < n_lines; i++) {
    if (lines[i].peer == NULL)
      spreads[n++] = get_spread_percent (&lines[i]);
  }
  if (n == 0)
    return 0;
  qsort (spreads, n, sizeof *spreads, compare_doubles);
  return spreads[n / 2];
}

void
bench_print_json (const BenchLine *lines, guint n_lines, guint n_rounds)
{
  g_print ("{\"version\": \"" TS_VERSION "\", \"kernels\": \"%s\", \"rounds\": %u, "
           "\"noise_percent\": %.1f,\n \"cases\": {",
           ts_kernels_get ()->name, n_rounds, bench_get_noise_percent (lines, n_lines));
  for (guint i = 0; i < n_lines; i++) {
    const BenchLine *line = &lines[i];

    g_print ("%s\n  \"%s%s%s\": {\"ms\": %.4f, \"best_ms\": %.4f, \"spread_percent\": %.1f",
             i > 0 ? "," : "", line->bench->name, line->peer != NULL ? " " : "",
             line->peer != NULL ? line->peer : "", get_median (line), line->times_ms[0],
             get_spread_percent (line));
    if (line->n_bytes > 0)
      g_print (", \"bytes\": %" G_GUINT64_FORMAT, line->n_bytes);
    if (line->n_peak_bytes > 0)
      g_print (", \"peak_bytes\": %" G_GUINT64_FORMAT, line->n_peak_bytes);
    g_print ("}");
  }
  g_print ("}}\n");
}
