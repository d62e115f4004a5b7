/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether what stands in the folder from before is whole. A killed export leaves nothing torn, for
 * files get their names when they are whole; a machine that lost its power, a full disk elsewhere
 * or a broken copy may. */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-export-job-private.h"

/* Larger files are taken as they are. */
#define MAX_IMAGE_BYTES   ((gsize) 4 << 30)
#define MAX_SIDECAR_BYTES ((gsize) 1 << 30)

TsExportFound
ts_export_verify (const TsExportPlan *plan, TsOutputDir *folder, const char *stem)
{
  g_autofree char *image_name = g_strconcat (stem, plan->encoder->suffix, NULL);
  g_autofree char *sidecar_name =
      g_strconcat (stem, ts_export_plan_get_sidecar_suffix (plan), NULL);
  g_autoptr (GBytes) image = NULL;
  g_autoptr (GBytes) sidecar = NULL;
  gboolean has_digest;

  if (!ts_output_dir_has (folder, image_name))
    return TS_EXPORT_FOUND_NOTHING;
  image = ts_output_dir_load (folder, image_name, MAX_IMAGE_BYTES, NULL);
  if (image == NULL)
    return TS_EXPORT_FOUND_WHOLE; /* no plain file: not ours to replace */
  if (ts_output_dir_has (folder, sidecar_name))
    sidecar = ts_output_dir_load (folder, sidecar_name, MAX_SIDECAR_BYTES, NULL);
  if (sidecar != NULL) {
    if (!ts_sidecar_check (sidecar, image, &has_digest))
      return TS_EXPORT_FOUND_TORN;
    if (has_digest)
      return TS_EXPORT_FOUND_WHOLE;
  }
  return plan->encoder->is_whole (g_bytes_get_data (image, NULL), g_bytes_get_size (image))
             ? TS_EXPORT_FOUND_WHOLE
             : TS_EXPORT_FOUND_TORN;
}
