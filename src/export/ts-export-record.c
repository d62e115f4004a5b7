/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-export-record.h"

#include "export/ts-recipe-json.h"

const char *const ts_collision_names[] = {
  [TS_COLLISION_FAIL] = "fail",
  [TS_COLLISION_SKIP] = "skip",
  [TS_COLLISION_OVERWRITE] = "overwrite",
  [TS_COLLISION_NUMBER] = "number",
  NULL,
};

static void
write_source (const TsExportPlan *plan, TsJsonWriter *writer)
{
  TsDocument *document = ts_view_get_document (plan->view);
  TsBatch *batch = ts_view_get_batch (plan->view);
  const char *path = ts_document_get_path (document);
  g_autofree char *absolute = path != NULL ? g_canonicalize_filename (path, NULL) : NULL;

  ts_json_writer_name (writer, "source");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "file");
  ts_json_writer_string (writer, ts_document_get_name (document));
  ts_json_writer_name (writer, "path");
  ts_json_writer_string (writer, absolute);
  ts_json_writer_name (writer, "format");
  ts_json_writer_string (writer, ts_document_get_format_id (document));
  if (ts_document_get_raw (document) != NULL) {
    ts_json_writer_name (writer, "raw");
    ts_json_writer_string (writer, ts_document_get_raw (document));
  }
  ts_json_writer_name (writer, "size_bytes");
  ts_json_writer_uint (writer, ts_source_get_size (ts_document_get_source (document)));
  ts_json_writer_name (writer, "key");
  ts_json_writer_string (writer, ts_node_get_path (ts_view_get_node (plan->view)));
  ts_json_writer_name (writer, "layout");
  ts_json_writer_string (writer, ts_batch_get_layout (batch)->roles);
  ts_json_writer_name (writer, "dtype");
  ts_json_writer_string (writer, ts_dtype_get_name (ts_batch_get_dtype (batch)));
  ts_json_writer_name (writer, "images");
  ts_json_writer_uint (writer, ts_batch_get_n_images (batch));
  ts_json_writer_end_object (writer);
}

/* What most exports are not, and then do not say. */
static void
write_flag (const char *name, gboolean value, TsJsonWriter *writer)
{
  if (!value)
    return;
  ts_json_writer_name (writer, name);
  ts_json_writer_boolean (writer, TRUE);
}

static void
write_output (const TsExportPlan *plan, TsJsonWriter *writer)
{
  g_autofree char *selection = ts_export_plan_describe_selection (plan);

  ts_json_writer_name (writer, "output");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "format");
  ts_json_writer_string (writer, plan->encoder->id);
  ts_json_writer_name (writer, "depth");
  ts_json_writer_string (writer, ts_depth_to_string (plan->depth, plan->half));
  ts_json_writer_name (writer, "values");
  ts_json_writer_string (writer, ts_values_names[plan->values]);
  ts_json_writer_name (writer, "quality");
  ts_json_writer_int (writer, plan->quality);
  ts_json_writer_name (writer, "lossless");
  ts_json_writer_boolean (writer, plan->lossless);
  ts_json_writer_name (writer, "compression");
  ts_json_writer_string (writer, ts_compression_names[plan->compression]);
  if (plan->codec != TS_CODEC_AUTO) {
    ts_json_writer_name (writer, "codec");
    ts_json_writer_string (writer, ts_codec_names[plan->codec]);
  }
  if (plan->subsampling != 0) {
    ts_json_writer_name (writer, "subsampling");
    ts_json_writer_string (writer, ts_subsampling_names[plan->subsampling]);
  }
  write_flag ("progressive", plan->progressive, writer);
  write_flag ("palette", plan->palette != NULL, writer);
  write_flag ("stack", plan->stack, writer);
  if (plan->subdirs > 0) {
    ts_json_writer_name (writer, "subdirs");
    ts_json_writer_uint (writer, plan->subdirs);
  }
  ts_json_writer_name (writer, "name");
  ts_json_writer_string (writer, plan->name_template);
  ts_json_writer_name (writer, "latents");
  if (plan->latents == NULL) {
    ts_json_writer_string (writer, "auto");
  } else {
    ts_json_writer_begin_array (writer);
    for (gsize i = 0; plan->latents[i] != NULL; i++)
      ts_json_writer_string (writer, plan->latents[i]);
    ts_json_writer_end_array (writer);
  }
  ts_json_writer_name (writer, "sidecar");
  ts_json_writer_string (writer, !plan->sidecar ? "none" : plan->yaml ? "yaml" : "json");
  write_flag ("latents_npz", plan->latents_npz, writer);
  ts_json_writer_name (writer, "images");
  ts_json_writer_string (writer, selection);
  if (plan->n_shards > 0) {
    guint64 shard[] = { plan->shard, plan->n_shards };

    ts_json_writer_name (writer, "shard");
    ts_json_writer_uints (writer, shard, 2);
  }
  ts_json_writer_end_object (writer);
}

static void
write_result (const TsExportPlan *plan, const TsExportResult *result, TsJsonWriter *writer)
{
  ts_json_writer_name (writer, "result");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "total");
  ts_json_writer_uint (writer, plan->n);
  ts_json_writer_name (writer, "written");
  ts_json_writer_uint (writer, result->n_done);
  ts_json_writer_name (writer, "skipped");
  ts_json_writer_uint (writer, result->n_skipped);
  ts_json_writer_name (writer, "failed");
  ts_json_writer_uint (writer, result->n_failed);
  ts_json_writer_name (writer, "cancelled");
  ts_json_writer_boolean (writer, result->cancelled);
  ts_json_writer_name (writer, "failures");
  ts_json_writer_begin_array (writer);
  for (guint i = 0; i < result->failures->len; i++)
    ts_json_writer_string (writer, g_ptr_array_index (result->failures, i));
  ts_json_writer_end_array (writer);
  ts_json_writer_end_object (writer);
}

GString *
ts_export_record_write (const TsExportPlan *plan, const TsExportResult *result)
{
  GString *out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 2);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, TS_EXPORT_SCHEMA, TS_EXPORT_SCHEMA_VERSION);
  ts_json_writer_name (&writer, "created");
  ts_json_writer_string (&writer, plan->created);
  write_source (plan, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (&plan->recipe, NULL, NULL, &writer);
  if (plan->range_images != NULL) {
    ts_json_writer_name (&writer, TS_RANGE_IMAGES);
    ts_json_writer_string (&writer, plan->range_images);
  }
  write_output (plan, &writer);
  write_result (plan, result, &writer);
  ts_json_writer_end_object (&writer);
  g_string_append_c (out, '\n');
  return out;
}
