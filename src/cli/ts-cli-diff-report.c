/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-diff-report.h"

#include "cli/ts-cli-table.h"
#include "export/ts-json-writer.h"

#include <math.h>
#include <stdio.h>

/* Over all images that could be compared. */
typedef struct
{
  gsize n;
  double mean_mse, mean_ssim, min_psnr, max_abs;
} Summary;

static void
summarize (const TsCliPair *pair, Summary *self)
{
  double sum_mse = 0, sum_ssim = 0;
  gsize n_ssim = 0;

  *self = (Summary){ .min_psnr = INFINITY };
  for (gsize i = 0; i < pair->n_images; i++) {
    const TsComparison *result = &pair->images[i].comparison;

    if (pair->images[i].error != NULL || result->n_compared == 0)
      continue;
    self->n++;
    sum_mse += result->mse;
    self->min_psnr = MIN (self->min_psnr, result->psnr);
    self->max_abs = MAX (self->max_abs, result->max_abs);
    if (!isnan (result->ssim)) {
      sum_ssim += result->ssim;
      n_ssim++;
    }
  }
  self->mean_mse = self->n > 0 ? sum_mse / (double) self->n : NAN;
  self->mean_ssim = n_ssim > 0 ? sum_ssim / (double) n_ssim : NAN;
  self->min_psnr = self->n > 0 ? self->min_psnr : NAN;
  self->max_abs = self->n > 0 ? self->max_abs : NAN;
}

/* ---- for people ---- */

static char *
format_number (double value, const char *format)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("-");
  if (isinf (value))
    return g_strdup ("∞");
  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, format, value));
}

static void
add_heading (TsCliTable *table, const char *what)
{
  const char *const titles[] = { what,      "MSE", "PSNR dB", "SSIM",
                                 "max-abs", "at",  "differ",  "not finite" };
  char *cells[G_N_ELEMENTS (titles)];

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++) {
    cells[i] = g_strdup (titles[i]);
    if (i != 5 && i != 7)
      ts_cli_table_set_right (table, i);
  }
  ts_cli_table_take_row (table, cells);
}

/* Of a plain array the number of the element, of an image the place. */
static char *
describe_place (const TsComparison *result, gboolean is_rows)
{
  if (is_rows && result->max_y == 0)
    return g_strdup_printf ("element %u", result->max_x);
  if (is_rows)
    return g_strdup_printf ("row %u, element %u", result->max_y, result->max_x);
  return g_strdup_printf ("x %u, y %u, channel %u", result->max_x, result->max_y,
                          result->max_channel);
}

static void
add_row (TsCliTable *table, const TsComparedImage *image, gboolean is_rows)
{
  const TsComparison *result = &image->comparison;
  char *cells[8] = { g_strdup_printf ("%" G_GUINT64_FORMAT, image->index_a) };

  if (image->error != NULL) {
    g_autofree char *line = g_strdup_printf ("%s: %s", cells[0], image->error->message);

    g_free (cells[0]);
    ts_cli_table_add_line (table, 2, line);
    return;
  }
  cells[1] = format_number (result->mse, "%.6g");
  cells[2] = format_number (result->psnr, "%.2f");
  cells[3] = format_number (result->ssim, "%.5f");
  cells[4] = format_number (result->n_compared > 0 ? result->max_abs : NAN, "%.6g");
  if (result->max_abs > 0)
    cells[5] = describe_place (result, is_rows);
  cells[6] = g_strdup_printf ("%" G_GUINT64_FORMAT, result->n_different);
  if (result->n_compared < result->n_elements)
    cells[7] = g_strdup_printf ("%" G_GUINT64_FORMAT " (%" G_GUINT64_FORMAT " only in one)",
                                result->n_elements - result->n_compared, result->n_special);
  ts_cli_table_take_row (table, cells);
}

static gboolean
has_distance (const TsComparedImage *image)
{
  return image->error != NULL || image->comparison.n_special > 0 || image->comparison.max_abs > 0 ||
         image->comparison.n_different > 0;
}

static void
print_summary (const TsCliPair *pair, const char *what)
{
  g_autofree char *range = format_number (pair->data_range, "%.6g");
  Summary summary;

  printf ("  %" G_GSIZE_FORMAT " %s%s, %" G_GSIZE_FORMAT " differ", pair->n_images, what,
          pair->n_images == 1 ? "" : "s", pair->n_different);
  summarize (pair, &summary);
  if (summary.max_abs > 0) {
    g_autofree char *mse = format_number (summary.mean_mse, "%.6g");
    g_autofree char *psnr = format_number (summary.min_psnr, "%.2f");
    g_autofree char *ssim = format_number (summary.mean_ssim, "%.5f");
    g_autofree char *max = format_number (summary.max_abs, "%.6g");

    printf ("; mean MSE %s, least PSNR %s dB, mean SSIM %s, max-abs %s", mse, psnr, ssim, max);
  }
  printf ("\n  data range %s: %s\n", range, pair->data_range_reason);
}

static void
print_pair (const TsCliPair *pair)
{
  const char *path_a = pair->a.path, *path_b = pair->b.path;
  const char *path = path_a != NULL ? path_a : path_b;
  g_autofree char *name = ts_cli_escape (*path != '\0' ? path : "array", 60);
  const char *what = pair->a.is_rows ? "row" : "image";
  g_autoptr (TsCliTable) table = ts_cli_table_new (8);
  gboolean has_rows = FALSE;

  printf ("%s", name);
  if (path_a != NULL && path_b != NULL && !g_str_equal (path_a, path_b)) {
    g_autofree char *other = ts_cli_escape (*path_b != '\0' ? path_b : "array", 60);

    printf (" and %s", other);
  }
  if (pair->problem != NULL) {
    g_autofree char *problem = ts_cli_escape (pair->problem, 200);

    printf (": %s", problem);
  } else {
    printf (": %s", pair->is_same ? "the same" : "different");
  }
  if (pair->images != NULL && pair->a.dtype != pair->b.dtype)
    printf (" (%s and %s)", ts_dtype_get_name (pair->a.dtype), ts_dtype_get_name (pair->b.dtype));
  printf ("\n");
  if (pair->images == NULL)
    return;
  add_heading (table, what);
  for (gsize i = 0; i < pair->n_images; i++) {
    if (has_distance (&pair->images[i])) {
      add_row (table, &pair->images[i], pair->a.is_rows);
      has_rows = TRUE;
    }
  }
  if (has_rows)
    ts_cli_table_print (table, stdout);
  print_summary (pair, what);
}

void
ts_cli_diff_print (GPtrArray *pairs, const TsCliDiffRules *rules)
{
  gsize n_same = 0;

  for (guint i = 0; i < pairs->len; i++) {
    const TsCliPair *pair = g_ptr_array_index (pairs, i);

    n_same += pair->is_same;
    if (!pair->is_same || pairs->len == 1)
      print_pair (pair);
  }
  if (pairs->len != 1)
    printf ("%" G_GSIZE_FORMAT " of %u are the same\n", n_same, pairs->len);
}

/* ---- for programs ---- */

static void
write_double_or_null (TsJsonWriter *json, const char *name, double value)
{
  ts_json_writer_name (json, name);
  if (isnan (value))
    ts_json_writer_null (json);
  else
    ts_json_writer_double (json, value);
}

static void
write_uint (TsJsonWriter *json, const char *name, guint64 value)
{
  ts_json_writer_name (json, name);
  ts_json_writer_uint (json, value);
}

static void
write_image (TsJsonWriter *json, const TsComparedImage *image, gboolean is_same)
{
  const TsComparison *result = &image->comparison;

  ts_json_writer_begin_object (json);
  write_uint (json, "index", image->index_a);
  ts_json_writer_name (json, "same");
  ts_json_writer_boolean (json, is_same);
  if (image->error != NULL) {
    ts_json_writer_name (json, "error");
    ts_json_writer_string (json, image->error->message);
    ts_json_writer_end_object (json);
    return;
  }
  write_double_or_null (json, "mse", result->mse);
  write_double_or_null (json, "mae", result->mae);
  write_double_or_null (json, "psnr", result->psnr);
  write_double_or_null (json, "ssim", result->ssim);
  write_double_or_null (json, "max_abs", result->n_compared > 0 ? result->max_abs : NAN);
  ts_json_writer_name (json, "max_at");
  if (result->max_abs > 0)
    ts_json_writer_uints (json,
                          (const guint64[]){ result->max_x, result->max_y, result->max_channel },
                          3);
  else
    ts_json_writer_null (json);
  write_uint (json, "n_elements", result->n_elements);
  write_uint (json, "n_compared", result->n_compared);
  write_uint (json, "n_different", result->n_different);
  write_uint (json, "n_special", result->n_special);
  ts_json_writer_end_object (json);
}

static void
write_side (TsJsonWriter *json, const char *name, const TsCliSide *side)
{
  ts_json_writer_name (json, name);
  if (side->path == NULL) {
    ts_json_writer_null (json);
    return;
  }
  ts_json_writer_begin_object (json);
  ts_json_writer_name (json, "path");
  ts_json_writer_string (json, side->path);
  if (side->batch != NULL) {
    ts_json_writer_name (json, "dtype");
    ts_json_writer_string (json, ts_dtype_get_name (side->dtype));
    ts_json_writer_name (json, "layout");
    ts_json_writer_string (json, side->is_rows ? NULL : ts_batch_get_layout (side->batch)->roles);
    write_uint (json, "n_images", ts_batch_get_n_images (side->batch));
  }
  ts_json_writer_end_object (json);
}

static void
write_pair (TsJsonWriter *json, const TsCliPair *pair, const TsCliDiffRules *rules)
{
  Summary summary;

  ts_json_writer_begin_object (json);
  write_side (json, "a", &pair->a);
  write_side (json, "b", &pair->b);
  ts_json_writer_name (json, "same");
  ts_json_writer_boolean (json, pair->is_same);
  if (pair->problem != NULL) {
    ts_json_writer_name (json, pair->is_unreadable ? "error" : "difference");
    ts_json_writer_string (json, pair->problem);
  }
  if (pair->images != NULL) {
    summarize (pair, &summary);
    write_double_or_null (json, "data_range", pair->data_range);
    ts_json_writer_name (json, "data_range_reason");
    ts_json_writer_string (json, pair->data_range_reason);
    write_uint (json, "n_images", pair->n_images);
    write_uint (json, "n_different", pair->n_different);
    write_double_or_null (json, "mean_mse", summary.mean_mse);
    write_double_or_null (json, "min_psnr", summary.min_psnr);
    write_double_or_null (json, "mean_ssim", summary.mean_ssim);
    write_double_or_null (json, "max_abs", summary.max_abs);
    ts_json_writer_name (json, "images");
    ts_json_writer_begin_array (json);
    for (gsize i = 0; i < pair->n_images; i++)
      write_image (json, &pair->images[i], ts_cli_diff_rules_accept (rules, &pair->images[i]));
    ts_json_writer_end_array (json);
  }
  ts_json_writer_end_object (json);
}

void
ts_cli_diff_print_json (const char *file_a,
                        const char *file_b,
                        GPtrArray *pairs,
                        const TsCliDiffRules *rules)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_same = TRUE;
  TsJsonWriter json;

  for (guint i = 0; i < pairs->len; i++)
    is_same = is_same && ((const TsCliPair *) g_ptr_array_index (pairs, i))->is_same;
  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file_a");
  ts_json_writer_string (&json, file_a);
  ts_json_writer_name (&json, "file_b");
  ts_json_writer_string (&json, file_b);
  ts_json_writer_name (&json, "same");
  ts_json_writer_boolean (&json, is_same);
  ts_json_writer_name (&json, "arrays");
  ts_json_writer_begin_array (&json);
  for (guint i = 0; i < pairs->len; i++)
    write_pair (&json, g_ptr_array_index (pairs, i), rules);
  ts_json_writer_end_array (&json);
  ts_json_writer_end_object (&json);
  printf ("%s\n", out->str);
}
