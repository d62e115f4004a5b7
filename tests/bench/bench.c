/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"

#include "base/ts-pool.h"

#include <locale.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

/* Measures all cases in turn, round after round, so that what disturbs one disturbs all; prints
 * medians, and ratios against the memory's own speed and against what researchers use today. Times
 * are of this machine and moment, ratios carry over. */

#define MAX_CASES 128
/* What takes longer than this is not measured in every round. */
#define SLOW_MS     400
#define SLOW_ROUNDS 3
/* What takes less is done once unmeasured after a peer's turn. */
#define SHORT_MS 50
/* And this long, only once. */
#define LONG_MS 3000

extern char **environ;

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

static BenchLine lines[MAX_CASES];
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

/* ---- threads and programs of ours ---- */

typedef struct
{
  void (*func) (guint k, gpointer data);
  gpointer data;
  gint next; /* atomic */
} Shared;

static void
take_images (guint part, gpointer data)
{
  Shared *shared = data;
  guint k;

  while ((k = (guint) g_atomic_int_add (&shared->next, 1)) < BENCH_N_IMAGES)
    shared->func (k, shared->data);
}

void
bench_on_two_threads (void (*func) (guint k, gpointer data), gpointer data)
{
  Shared shared = { .func = func, .data = data };

  ts_pool_run (2, take_images, &shared);
}

guint64
bench_run_program (const char *const *arguments)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self);
  g_autofree char *program =
      g_build_filename (folder, "..", "..", "src", "cli", "tenscope-cli", NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  struct rusage usage;
  int status, failure;
  pid_t pid;

  g_ptr_array_add (argv, program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  failure = posix_spawn (&pid, program, NULL, NULL, (char *const *) argv->pdata, environ);
  if (failure != 0)
    g_error ("%s: %s", program, g_strerror (failure));
  if (wait4 (pid, &status, 0, &usage) != pid || status != 0)
    g_error ("%s %s %s failed", program, arguments[0], arguments[1]);
  return (guint64) usage.ru_maxrss << 10;
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
      (BenchLine){ bench, g_strdup (peer), g_new0 (double, (gsize) MAX (option_rounds, 1)) };
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
measure (BenchLine *line)
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

/* How often a line is measured, by its first time. */
static guint
get_n_rounds (const BenchLine *line)
{
  guint n = (guint) option_rounds;

  if (line->n_times == 0 || line->times_ms[0] < SLOW_MS)
    return n;
  return line->times_ms[0] < LONG_MS ? MIN (n, SLOW_ROUNDS) : 1;
}

/* All lines in turn; the first time, which makes what is measured on, is not counted. */
static void
run_round (int round)
{
  for (guint i = 0; i < n_lines; i++) {
    BenchLine *line = &lines[i];
    double ms;

    if (line->n_times == get_n_rounds (line))
      continue;
    /* Another program had the processors and their caches. */
    if (i > 0 && lines[i - 1].peer != NULL && line->peer == NULL && line->n_times > 0 &&
        line->times_ms[0] < SHORT_MS)
      line->bench->run ();
    ms = measure (line);
    if (round >= 0)
      line->times_ms[line->n_times++] = ms;
  }
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
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
  add_cases (bench_many_cases);
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
  for (int round = -1; round < option_rounds; round++)
    run_round (round);
  for (guint i = 0; i < n_lines; i++)
    qsort (lines[i].times_ms, lines[i].n_times, sizeof (double), compare_doubles);
  if (option_json) {
    bench_print_json (lines, n_lines, (guint) option_rounds);
  } else {
    bench_print_table (lines, n_lines);
    g_print ("\nkernels %s; medians of %d interleaved rounds (%d of what takes %d ms and more); "
             "noise: half of the rounds lie within %.1f %% of each other\n",
             ts_kernels_get ()->name, option_rounds, SLOW_ROUNDS, SLOW_MS,
             bench_get_noise_percent (lines, n_lines));
  }
  bench_export_clean ();
  return 0;
}
