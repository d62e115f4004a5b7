/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-reader.h"

G_BEGIN_DECLS

/* The entries of the table; each defined in its own file. */
extern const TsReader ts_reader_exr;
extern const TsReader ts_reader_gzip;
extern const TsReader ts_reader_zlib;
#ifdef HAVE_ZSTD
extern const TsReader ts_reader_zstd;
#endif
extern const TsReader ts_reader_hdf5;
extern const TsReader ts_reader_mat;
extern const TsReader ts_reader_npy;
extern const TsReader ts_reader_npz;
extern const TsReader ts_reader_picture;
extern const TsReader ts_reader_tiff;
extern const TsReader ts_reader_safetensors;
extern const TsReader ts_reader_torch;        /* zip container */
extern const TsReader ts_reader_torch_legacy; /* before 1.6 */
extern const TsReader ts_reader_torch_tar;    /* before 0.1.10 */
extern const TsReader ts_reader_pickle;       /* a plain pickle */

/* As ts_reader_open_source(), with @name in UTF-8 and without it in the error's message: for
 * readers of what wraps a dump. */
TsDocument *ts_reader_open_content (TsSource *source,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All files of a folder that a reader may know, as one document. */
TsDocument *ts_folder_open (const char *path,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What content that no reader knows is, by its first bytes: "an HDF5 file; ...", with what can be
 * done about it. Never %NULL. @error_code: how to report it. */
char *ts_sniff_describe (TsSource *source, const guint8 *head, gsize n_bytes, int *error_code)
    G_GNUC_WARN_UNUSED_RESULT;

/* A TsDocumentCheckFunc for dumps that are zip archives. */
GPtrArray *ts_reader_check_zip (TsSource *source, guint64 max_bytes, GCancellable *cancellable);

G_END_DECLS
