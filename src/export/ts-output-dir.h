/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TsOutputDir:
 *
 * A folder that files are written into, held open, so that nothing can land elsewhere. A file is
 * staged under a temporary name first and committed in one step when it is whole; readers never see
 * half a file. Nothing is flushed to the disk (no fsync): a power cut may lose what was written
 * last, as with cp. Thread-safe. Errors of the system are %G_IO_ERROR with its sentence, so that a
 * full disk can be told from a taken name.
 */
typedef struct _TsOutputDir TsOutputDir;

/* Makes @path (and its parents) when missing. */
TsOutputDir *ts_output_dir_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_output_dir_free (TsOutputDir *self);

/* The folder @name in it, made when missing; never a symbolic link. Its temporary files are kept in
 * @self, so that cleaning that is enough. */
TsOutputDir *ts_output_dir_new_child (TsOutputDir *self,
                                      const char *name,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *ts_output_dir_get_path (TsOutputDir *self);

/* Removes temporary files of processes of this machine that are no more. */
void ts_output_dir_clean (TsOutputDir *self);

/* Waits until no other process or thread holds the folder so. A file system that has no such locks
 * stops nobody from writing. */
void ts_output_dir_lock (TsOutputDir *self);
void ts_output_dir_unlock (TsOutputDir *self);

/* Whether there is anything of that name (without "/"). */
gboolean ts_output_dir_has (TsOutputDir *self, const char *name);

/* Writes a temporary file; its name, to be committed or discarded. */
char *ts_output_dir_stage (TsOutputDir *self, const void *data, gsize n_bytes, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Gives a staged file its name. Without @replace, a file that is there already stays as it is and
 * the error is %TS_ERROR_EXISTS, also when another process made it a moment ago; the staged file
 * then still exists. */
gboolean ts_output_dir_commit (TsOutputDir *self,
                               const char *staged,
                               const char *name,
                               gboolean replace,
                               GError **error);

/* Removes a file; no error when there is none. */
void ts_output_dir_discard (TsOutputDir *self, const char *name);

/* Stage and commit in one. */
gboolean ts_output_dir_write (TsOutputDir *self,
                              const char *name,
                              const void *data,
                              gsize n_bytes,
                              gboolean replace,
                              GError **error);

/* A stream to a temporary file, for content that is made piece by piece; *@staged is its name. */
GOutputStream *ts_output_dir_stage_stream (TsOutputDir *self,
                                           char **staged,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same as a file descriptor for reading and writing, -1 on failure. */
int ts_output_dir_stage_fd (TsOutputDir *self, char **staged, GError **error);

/* Writes over a part of a staged file; what came through its stream must have been flushed. */
gboolean ts_output_dir_patch (TsOutputDir *self,
                              const char *staged,
                              guint64 offset,
                              const void *data,
                              gsize n_bytes,
                              GError **error);

/* The whole of an existing file, at most @max_bytes of it (%TS_ERROR_REFUSED). */
GBytes *ts_output_dir_load (TsOutputDir *self, const char *name, gsize max_bytes, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Opens an existing file of the folder for reading; does not follow a symbolic link. */
GInputStream *
ts_output_dir_read (TsOutputDir *self, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether an error means that no further file can be written there either (disk full, read-only,
 * no permission). */
gboolean ts_output_dir_is_fatal (const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsOutputDir, ts_output_dir_free)

G_END_DECLS
