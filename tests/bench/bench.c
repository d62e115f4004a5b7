/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Measures all cases in turn, round after round, so that what disturbs one disturbs all; prints
 * medians, and ratios against the memory's own speed and against what researchers use today. Times
 * are of this machine and moment, ratios carry over. */

#define MAX_CASES 128
#define FRAME_MS  (1000.0 / 60)

volatile double bench_sink;

static int option_rounds = 9;
static gboolean option_cpu, option_json, option_peers, option_list, option_once;
static char **option_names;

static const GOptionEntry entries[] = {
  { "peers", 0, 0, G_OPTION_ARG_NONE, &option_peers,
    "Measure NumPy, torch, OpenCV and Pillow too, where installed", NULL },
  { "cpu", 0, 0, G_OPTION_ARG_NONE, &option_cpu,
    "Count processor time, for a machine that is busy with other things", NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, "Print one JSON object", NULL },
  { "list", 0, 0, G_OPTION_ARG_NONE, &option_list, "Print the names of the cases", NULL },
  { "once", 0, 0, G_OPTION_ARG_NONE, &option_once,
    "Run each case once without measuring, for a tool that counts instructions", NULL },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &option_rounds, "How often each case is measured", "N" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_names, NULL, "[NAME…]" },
  { NULL },
};

/* One line of the table: a case of ours, or @peer doing the same as the case @bench. */
typedef struct
{
  const BenchCase *bench;
  char *peer; /* (nullable) "numpy" */
  double *times_ms;
  guint64 n_bytes;
  guint64 n_peak_bytes;
  /* of a program that was started; 0: none was */ /* written by the last run; 0: none */
} Line;

static Line lines[MAX_CASES];
static guint n_lines;
static GSubprocess *peers;
static GDataInputStream *peers_out;

/* ---- what is measured on ---- */

static void *
allocate (gsize n)
{
  void *memory = aligned_alloc (64, (n + 63) & ~(gsize) 63);

  if (memory == NULL)
    g_error ("no memory for %" G_GSIZE_FORMAT " bytes", n);
  return memory;
}

static void
store (TsDtype dtype, guint8 *out, float value)
{
  double wide = (double) value;
  guint32 bits;
  guint16 top;

  memcpy (&bits, &value, sizeof bits);
  top = (guint16) (bits >> 16);
  switch ((int) dtype) {
  case TS_DTYPE_FLOAT32:
    memcpy (out, &value, sizeof value);
    break;
  case TS_DTYPE_FLOAT64:
    memcpy (out, &wide, sizeof wide);
    break;
  case TS_DTYPE_BFLOAT16:
    memcpy (out, &top, sizeof top);
    break;
  case TS_DTYPE_FLOAT16: /* sign, an exponent for about 0.5 .. 1, ten bits of anything */
    top = (guint16) ((top & 0x8000) | 0x3800 | (bits >> 5 & 0x3ff));
    memcpy (out, &top, sizeof top);
    break;
  default:
    *out = (guint8) bits;
    break;
  }
}

const void *
bench_get_elements (TsDtype dtype)
{
  static guint8 *made[TS_N_DTYPES];
  guint32 state = 1;
  gsize size = ts_dtype_get_size (dtype);

  if (made[dtype] != NULL)
    return made[dtype];
  made[dtype] = allocate (size * BENCH_N_ELEMENTS);
  for (gsize i = 0; i < BENCH_N_ELEMENTS; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    store (dtype, made[dtype] + i * size, (float) ((state >> 8) * (2.4 / 16777216) - 1.2));
  }
  return made[dtype];
}

guint8 *
bench_get_output (void)
{
  static guint8 *output;

  if (output == NULL) {
    output = allocate ((gsize) BENCH_N_IMAGES * BENCH_PLANE * 4);
    memset (output, 0, (gsize) BENCH_N_IMAGES * BENCH_PLANE * 4);
  }
  return output;
}

/* ---- other programs ---- */

/* Answers of peers.py: a line of text, or %NULL when it ended. */
static char *
ask_peers (const char *question)
{
  GOutputStream *in = g_subprocess_get_stdin_pipe (peers);
  g_autofree char *line = g_strdup_printf ("%s\n", question);

  if (!g_output_stream_write_all (in, line, strlen (line), NULL, NULL, NULL) ||
      !g_output_stream_flush (in, NULL, NULL))
    return NULL;
  return g_data_input_stream_read_line (peers_out, NULL, NULL, NULL);
}

static void
start_peers (void)
{
  g_autofree char *script = g_build_filename (BENCH_SOURCE_DIR, "peers.py", NULL);
  g_autoptr (GError) error = NULL;

  peers = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                            "/usr/bin/python3", script, option_cpu ? "--cpu" : NULL, NULL);
  if (peers == NULL) {
    g_printerr ("No peers: %s\n", error->message);
    return;
  }
  peers_out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (peers));
}

/* ---- measuring ---- */

static gboolean
is_wanted (const BenchCase *bench)
{
  return option_names == NULL || g_strv_contains ((const char *const *) option_names, bench->name);
}

static void
add_line (const BenchCase *bench, const char *peer)
{
  if (n_lines == MAX_CASES)
    g_error ("more than %d lines", MAX_CASES);
  lines[n_lines++] =
      (Line){ bench, g_strdup (peer), g_new0 (double, (gsize) MAX (option_rounds, 1)) };
}

static void
add_cases (const BenchCase *cases)
{
  for (const BenchCase *bench = cases; bench->name != NULL; bench++) {
    g_autofree char *question = g_strdup_printf ("who %s", bench->name);
    g_autofree char *who = NULL;
    g_auto (GStrv) names = NULL;

    if (!is_wanted (bench))
      continue;
    add_line (bench, NULL);
    /* Before we take any memory ourselves: a program that is started inherits the peak. */
    if (bench->get_peak != NULL && !option_list) {
      bench->run ();
      lines[n_lines - 1].n_peak_bytes = bench->get_peak ();
    }
    who = peers != NULL ? ask_peers (question) : NULL;
    names = g_strsplit_set (who != NULL ? who : "", " ", -1);
    for (guint i = 0; names[i] != NULL && names[i][0] != '\0'; i++)
      add_line (bench, names[i]);
  }
}

static double
get_now_ms (void)
{
  struct timespec now;
  struct rusage children = { 0 };

  /* Programs that a case starts count too. */
  if (option_cpu)
    getrusage (RUSAGE_CHILDREN, &children);
  clock_gettime (option_cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return (double) (now.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1e3 +
         (double) (children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1e-3 +
         (double) now.tv_nsec * 1e-6;
}

static double
measure (Line *line)
{
  if (line->peer != NULL) {
    g_autofree char *question = g_strdup_printf ("run %s %s", line->bench->name, line->peer);
    g_autofree char *answer = ask_peers (question);

    /* milliseconds, and where something is written how many bytes */
    char *rest = NULL;
    double ms = answer != NULL ? g_ascii_strtod (answer, &rest) : 0;

    line->n_bytes = rest != NULL ? g_ascii_strtoull (rest, NULL, 10) : 0;
    return ms;
  } else {
    double begin = get_now_ms ();
    guint n = 0;

    /* Repeat what is too short for the clock. */
    do {
      line->bench->run ();
      n++;
    } while (get_now_ms () - begin < 1);
    double ms = (get_now_ms () - begin) / n;

    line->n_bytes = line->bench->get_bytes != NULL ? line->bench->get_bytes () : 0;
    return ms;
  }
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (const Line *line)
{
  return line->times_ms[option_rounds / 2];
}

static const Line *
find_line (const char *name)
{
  for (guint i = 0; i < n_lines; i++) {
    if (lines[i].peer == NULL && g_strcmp0 (lines[i].bench->name, name) == 0)
      return &lines[i];
  }
  return NULL;
}

/* The median, or the best on a machine that others use too. */
static double
get_time (const Line *line, gboolean best)
{
  return best ? line->times_ms[0] : get_median (line);
}

static double
find_limit (const char *name, gboolean best)
{
  const Line *line = find_line (name);

  if (g_strcmp0 (name, "frame") == 0)
    return FRAME_MS;
  return line != NULL ? get_time (line, best) : 0;
}

/* ---- what comes out ---- */

static void
print_table (void)
{
  g_print ("%-13s %-45s %9s %9s  %s\n", "case", "what", "median ms", "best ms",
           "ratio of medians (of bests)");
  for (guint i = 0; i < n_lines; i++) {
    const BenchCase *bench = lines[i].bench;
    gboolean is_peer = lines[i].peer != NULL;
    const char *other = is_peer ? bench->name : bench->limit;
    double limit = find_limit (other, FALSE);

    g_print ("%-13s %s%-*s %9.3f %9.3f", is_peer ? "" : bench->name, is_peer ? "  " : "",
             is_peer ? 43 : 45, is_peer ? lines[i].peer : bench->what, get_time (&lines[i], FALSE),
             get_time (&lines[i], TRUE));
    if (limit > 0)
      g_print ("  %.2fx (%.2fx) %s", get_time (&lines[i], FALSE) / limit,
               get_time (&lines[i], TRUE) / find_limit (other, TRUE), is_peer ? "ours" : other);
    if (is_peer && lines[i].n_bytes > 0 && find_line (bench->name) != NULL)
      g_print (", %.1f %% of its bytes",
               100.0 * (double) find_line (bench->name)->n_bytes / (double) lines[i].n_bytes);
    if ((limit > 0 || bench->limit == NULL) && !is_peer && bench->goal != NULL)
      g_print ("%sto reach %s", limit > 0 ? ", " : "  ", bench->goal);
    if (lines[i].n_peak_bytes > 0)
      g_print ("  %.0f MiB at most", (double) lines[i].n_peak_bytes / (1 << 20));
    g_print ("\n");
  }
}

/* How far the middle half of the rounds of our own cases spreads, in the median case. */
static double
get_noise_percent (void)
{
  double spreads[MAX_CASES];
  guint n = 0;

  for (guint i = 0; i < n_lines; i++) {
    const double *times = lines[i].times_ms;

    if (lines[i].peer == NULL)
      spreads[n++] =
          100 * (times[option_rounds * 3 / 4] - times[option_rounds / 4]) / get_median (&lines[i]);
  }
  if (n == 0)
    return 0;
  qsort (spreads, n, sizeof *spreads, compare_doubles);
  return spreads[n / 2];
}

static void
print_json (void)
{
  g_print ("{\"version\": \"" TS_VERSION "\", \"kernels\": \"%s\", \"rounds\": %d, "
           "\"noise_percent\": %.1f, \"ms\": {",
           ts_kernels_get ()->name, option_rounds, get_noise_percent ());
  for (guint i = 0; i < n_lines; i++)
    g_print ("%s\"%s%s%s\": %.4f", i > 0 ? ", " : "", lines[i].bench->name,
             lines[i].peer != NULL ? " " : "", lines[i].peer != NULL ? lines[i].peer : "",
             get_median (&lines[i]));
  g_print ("}}\n");
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C");
  g_option_context_set_summary (context, "Measures what Tenscope does with elements and pixels.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  option_rounds = CLAMP (option_rounds, 1, 1000);
  if (option_peers && !option_list) {
    g_setenv ("TS_BENCH_FOLDER", bench_export_get_folder (), TRUE);
    start_peers ();
  }
  add_cases (bench_render_cases);
  add_cases (bench_stats_cases);
  add_cases (bench_export_cases);
  add_cases (bench_start_cases);
  if (n_lines == 0) {
    g_printerr ("There is no case of that name\n");
    return 2;
  }
  for (guint i = 0; i < n_lines && (option_list || option_once); i++) {
    if (option_list)
      g_print ("%s\n", lines[i].bench->name);
    else
      lines[i].bench->run ();
  }
  if (option_list || option_once) {
    bench_export_clean ();
    return 0;
  }
  for (int round = -1; round < option_rounds; round++) {
    for (guint i = 0; i < n_lines; i++) {
      double ms = measure (&lines[i]);

      if (round >= 0)
        lines[i].times_ms[round] = ms;
    }
  }
  for (guint i = 0; i < n_lines; i++)
    qsort (lines[i].times_ms, (gsize) option_rounds, sizeof (double), compare_doubles);
  if (option_json) {
    print_json ();
  } else {
    print_table ();
    g_print ("\nkernels %s; medians of %d interleaved rounds; noise: half of the rounds lie within "
             "%.1f %% of each other\n",
             ts_kernels_get ()->name, option_rounds, get_noise_percent ());
  }
  bench_export_clean ();
  return 0;
}
