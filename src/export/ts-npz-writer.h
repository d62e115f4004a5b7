/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-output-dir.h"
#include "tensor/ts-block.h"

G_BEGIN_DECLS

/**
 * TsNpzWriter:
 *
 * Arrays as NumPy reads them, written piece by piece: one in a .npy file, or several in a .npz
 * archive (stored, zip64, without times, so that equal arrays are equal bytes). Nothing is kept in
 * memory. The file is staged in a folder and has its name only once it is whole. Not thread-safe.
 */
typedef struct _TsNpzWriter TsNpzWriter;

/* @dir is borrowed for the writer's life. @zip: several arrays. */
TsNpzWriter *
ts_npz_writer_new (TsOutputDir *dir, gboolean zip, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes what was not finished. */
void ts_npz_writer_free (TsNpzWriter *self);

/* The type an array of @dtype is written with: itself, or float32 for floats that NumPy has no name
 * for. %FALSE with %TS_ERROR_INVALID when there is none (complex numbers of two halves). */
gboolean ts_npz_writer_choose_dtype (TsDtype dtype, TsDtype *written, GError **error);

/* Begins the array @name, row-major in native byte order; @dtype as ts_npz_writer_choose_dtype()
 * gives it. Without @zip there is one array and its name does not matter. */
gboolean ts_npz_writer_begin (TsNpzWriter *self,
                              const char *name,
                              TsDtype dtype,
                              const guint64 *dims,
                              guint n_dims,
                              GError **error);

/* The next bytes of the array. */
gboolean ts_npz_writer_write (TsNpzWriter *self, const void *data, gsize n_bytes, GError **error);

/* The next elements, row by row, of a block whose dtype is that of the array or one it is written
 * for. */
gboolean ts_npz_writer_write_block (TsNpzWriter *self, const TsBlock *block, GError **error);

/* All bytes of the open array must have come. See ts_output_dir_commit(). */
gboolean
ts_npz_writer_finish (TsNpzWriter *self, const char *name, gboolean replace, GError **error);

/* Bytes of the file so far. */
guint64 ts_npz_writer_get_n_bytes (TsNpzWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsNpzWriter, ts_npz_writer_free)

G_END_DECLS
