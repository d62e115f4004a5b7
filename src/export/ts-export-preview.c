/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an export would make, asked before it runs. */

#include "config.h"

#include "export/ts-export-job-private.h"

char **
ts_export_job_preview_names (TsExportJob *self, gsize n)
{
  gsize n_names = MIN (n, self->plan->n);
  char **names = g_new0 (char *, n_names + 1);

  for (gsize i = 0; i < n_names; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *stem = ts_export_plan_dup_stem (self->plan, i, NULL, &error);

    names[i] = stem != NULL ? g_strconcat (stem, self->plan->encoder->suffix, NULL)
                            : g_strdup (error->message);
  }
  return names;
}

guint64
ts_export_job_estimate_bytes (TsExportJob *self)
{
  /* of the plain pixels; typical of generated pictures */
  static const struct
  {
    const char *id;
    double ratio;
  } ratios[] = {
    { "png", 0.7 }, { "jpeg", 0.15 }, { "webp", 0.08 }, { "tiff", 0.75 }, { "exr", 0.8 }
  };
  const TsExportPlan *plan = self->plan;
  double n_bytes = 0, ratio = 1;
  gsize n_sampled = MIN (plan->n, 1000);

  for (gsize i = 0; i < G_N_ELEMENTS (ratios); i++)
    if (g_str_equal (ratios[i].id, plan->encoder->id))
      ratio = plan->lossless                 ? 0.6
              : plan->codec == TS_CODEC_NONE ? 1
              : plan->depth == 32            ? 0.9
                                             : ratios[i].ratio;
  for (gsize i = 0; i < n_sampled; i++) {
    TsImageSize size;

    ts_batch_get_image_size (ts_view_get_batch (plan->view), ts_export_plan_get_index (plan, i),
                             &size);
    if (plan->half)
      n_bytes -= (double) size.width * size.height *
                 (double) ts_pixel_format_get_size (ts_export_plan_get_format (plan, &size)) *
                 ratio / 2;
    n_bytes += (double) size.width * size.height *
                   (double) ts_pixel_format_get_size (ts_export_plan_get_format (plan, &size)) *
                   ratio +
               1200;
    if (plan->sidecar)
      n_bytes += (double) ts_sidecar_estimate_bytes (plan->sidecar_writer);
  }
  return n_sampled > 0 ? (guint64) (n_bytes / (double) n_sampled * (double) plan->n) : 0;
}

char **
ts_export_template_fields (TsView *view)
{
  g_autoptr (TsParams) params = ts_params_new (ts_view_get_pairing (view));
  GPtrArray *fields = g_ptr_array_new ();

  for (gsize i = 0; ts_name_builtin_fields[i] != NULL; i++)
    g_ptr_array_add (fields, g_strdup (ts_name_builtin_fields[i]));
  for (guint i = 0; i < ts_params_get_n (params); i++)
    if (ts_params_is_scalar (params, i))
      g_ptr_array_add (fields, g_strdup (ts_params_get_key (params, i)));
  g_ptr_array_add (fields, NULL);
  return (char **) g_ptr_array_free (fields, FALSE);
}
