/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-node.h"

G_BEGIN_DECLS

/**
 * TsOrigin:
 *
 * Which world wrote the dump: a prior for the order of axes.
 */
typedef enum {
  TS_ORIGIN_NUMPY,  /* npy, npz, raw, hdf5: uint8 channel-last, float channel-first */
  TS_ORIGIN_TORCH,  /* torch, safetensors: channel-first */
  TS_ORIGIN_KERAS,  /* channel-last */
  TS_ORIGIN_MATLAB, /* H, W, C, N */
} TsOrigin;

/**
 * TsDocument:
 *
 * What one dump holds: a tree of named nodes. Also a GListModel of the root's children, or of the
 * root itself when the dump is one bare array. Immutable and thread-safe once handed out by the
 * reader.
 */
#define TS_TYPE_DOCUMENT (ts_document_get_type ())
G_DECLARE_FINAL_TYPE (TsDocument, ts_document, TS, DOCUMENT, GObject)

/**
 * ts_document_new:
 * @source: the file; kept for the life of the document
 * @name: what people call it ("cells.pt"), UTF-8
 * @format_id: the reader's id: "npy", "npz", "torch", "pickle", "safetensors"
 */
TsDocument *ts_document_new (TsSource *source,
                             const char *name,
                             const char *format_id,
                             TsOrigin origin,
                             TsNode *root) G_GNUC_WARN_UNUSED_RESULT;

/* For the reader, before handing out: (nullable) absolute path; a remark on the whole file ("2
 * bytes after the end were ignored"). */
void ts_document_set_path (TsDocument *self, const char *path);
/* (nullable) what the user said the bytes mean, where the file itself does not: as
 * ts_raw_options_to_string() writes it. */
void ts_document_set_raw (TsDocument *self, const char *raw);
void ts_document_add_warning (TsDocument *self, const char *warning);

/**
 * TsDocumentCheckFunc:
 *
 * Looks for damage that shows only when all bytes are read, at most about @max_bytes of them.
 * Remarks for people (element-type utf8).
 */
typedef GPtrArray *(*TsDocumentCheckFunc) (TsSource *source,
                                           guint64 max_bytes,
                                           GCancellable *cancellable);

/* For the reader, before handing out: how ts_document_check() does it. */
void ts_document_set_check (TsDocument *self, TsDocumentCheckFunc check);

/* Checksums and the like, for those who have the time: remarks on what is wrong, none when all is
 * well or there is nothing to check by. Blocks; cancellable. */
GPtrArray *ts_document_check (TsDocument *self,
                              guint64 max_bytes,
                              GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

const char *ts_document_get_name (TsDocument *self);
const char *ts_document_get_path (TsDocument *self);
const char *ts_document_get_raw (TsDocument *self);
const char *ts_document_get_format_id (TsDocument *self);
TsOrigin ts_document_get_origin (TsDocument *self);
TsNode *ts_document_get_root (TsDocument *self);
TsSource *ts_document_get_source (TsDocument *self);
/* Borrowed strings. */
GPtrArray *ts_document_get_warnings (TsDocument *self);

/* All nodes of kind tensor or error in document order, each once; borrowed, elements TsNode. */
GPtrArray *ts_document_get_arrays (TsDocument *self);

/* The node of that path; (nullable). "images", "G/conv0/weight", "" is the root. A key that has a
 * "/" in it is found too. */
TsNode *ts_document_find (TsDocument *self, const char *path);

G_END_DECLS
