/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"
#include "export/ts-params.h"
#include "pixels/ts-render.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

#define TS_SIDECAR_SCHEMA         "tenscope-sidecar"
#define TS_SIDECAR_SCHEMA_VERSION 1

/**
 * TsSidecarImage:
 * @file: name of the image file
 * @format: the encoder's id
 * @width, @height, @n_channels, @bits: of the file
 * @palette: whether its numbers are labels with a palette
 * @data: (nullable): the bytes of the file, of which the sidecar keeps the length and a checksum
 * @encode: (nullable): how it is encoded
 * @values: what a float file holds
 * @index: of the image in the view
 * @resolved: the numbers it was rendered with
 * @stats: raw values of the image
 * @marks: what was met while rendering
 *
 * One image as it was written. A plain value that borrows everything.
 */
typedef struct
{
  const char *file;
  const char *format;
  guint width, height, n_channels, bits;
  gboolean is_float;
  gboolean palette;
  GBytes *data;
  const TsEncodeOptions *encode;
  TsValues values;
  guint64 index;
  const TsResolved *resolved;
  const TsStats *stats;
  const TsMarks *marks;
} TsSidecarImage;

extern const char *const ts_values_names[];

/**
 * TsSidecarWriter:
 *
 * Says everything about an exported image: where it came from, how it was looked at, its label,
 * seed and latents, as schema 1 of the sidecar format. Immutable; thread-safe.
 */
typedef struct _TsSidecarWriter TsSidecarWriter;

/* @params is borrowed for the writer's life. @latents: (nullable) names of arrays; %NULL is all
 * latents of the dump. @created: the time to record, ISO 8601. %TS_ERROR_NOT_FOUND for an array
 * that is not there (the message lists those that are). */
TsSidecarWriter *ts_sidecar_writer_new (TsView *view,
                                        TsParams *params,
                                        const TsRecipe *recipe,
                                        const char *const *latents,
                                        const char *created,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_sidecar_writer_free (TsSidecarWriter *self);

/* Says in every sidecar which images an automatic range was taken of: "0,3,8-20", copied. Before
 * the first is written. */
void ts_sidecar_writer_set_range_images (TsSidecarWriter *self, const char *images);

/* The arrays that go into the sidecars, borrowed TsFields. */
GPtrArray *ts_sidecar_writer_get_latents (TsSidecarWriter *self);

/* The sidecar of one image. Reads its latents and other rows: blocks; cancellable. */
GString *ts_sidecar_write (TsSidecarWriter *self,
                           const TsSidecarImage *image,
                           GCancellable *cancellable,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for inside the image file: in one line, without the numbers of the latents and without
 * the time, so that equal settings give equal bytes. */
GString *ts_sidecar_write_embedded (TsSidecarWriter *self,
                                    const TsSidecarImage *image,
                                    GCancellable *cancellable,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line for metadata.jsonl (with the line end): the file's name, index and scalars. */
GString *ts_sidecar_write_line (TsSidecarWriter *self,
                                const TsSidecarImage *image,
                                GCancellable *cancellable,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @sidecar (JSON or YAML, to its end) is whole and speaks of these bytes; %FALSE in
 * @has_digest when it is of an older version, which said nothing of them. */
gboolean ts_sidecar_check (GBytes *sidecar, GBytes *image, gboolean *has_digest);

/* Rough size of one sidecar in bytes. */
guint64 ts_sidecar_estimate_bytes (TsSidecarWriter *self);

/* "source": the file's name, the array, its shape, dtype and layout; @index (nullable) of one
 * image. Without the folder. */
void ts_sidecar_write_source (TsView *view, const guint64 *index, TsJsonWriter *writer);
/* How each record of ours begins: "schema", "schema_version", and "generator" with name and version
 * of the program. */
void ts_sidecar_write_schema (TsJsonWriter *writer, const char *schema, int version);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsSidecarWriter, ts_sidecar_writer_free)

G_END_DECLS
