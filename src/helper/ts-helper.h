/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-array-protocol.h"
#include "tensor/ts-dtype.h"

G_BEGIN_DECLS

/* Gives up everything but reading the one descriptor: limits on memory, time and files, and a
 * system call filter (seccomp) that refuses opening, connecting and executing. %FALSE where the
 * kernel cannot filter; the limits hold all the same. */
gboolean ts_cage_enter (void);

/* Listing records, appended to @out. */
void ts_listing_begin_group (GByteArray *out, const char *name);
void ts_listing_end_group (GByteArray *out);
void ts_listing_dataset (GByteArray *out,
                         const char *name,
                         guint32 id,
                         TsDtype dtype,
                         char order,
                         guint n_dims,
                         const guint64 *dims,
                         guint64 offset,
                         gboolean is_big,
                         const char *note);
void ts_listing_text (GByteArray *out, const char *name, const char *text);
void ts_listing_opaque (GByteArray *out, const char *name, const char *type, const char *note);
void ts_listing_error (GByteArray *out, const char *name, const char *message);

/**
 * TsHelperBackend:
 * @id: first argument of the helper
 * @list: appends the listing records of the file; %NULL or a message why it cannot be read
 * @read: exactly @n_bytes of a dataset from byte @start on, or a message; for formats with random
 *   access
 * @decode: all bytes of a dataset in new memory, or a message; for the others. The helper keeps
 *   what was decoded last
 *
 * One library. Either @read or @decode is set.
 */
typedef struct
{
  const char *id;
  char *(*list) (GByteArray *out);
  char *(*read) (guint32 id, guint64 start, guint64 n_bytes, guint8 *out);
  char *(*decode) (guint32 id, guint8 **out, guint64 *n_bytes);
} TsHelperBackend;

/* One reply on @fd: @n_bytes of @payload, or @error, which is taken. %FALSE when nobody listens. */
gboolean ts_helper_send_reply (int fd, char *error, const void *payload, gsize n_bytes);

/* Answers requests from @in_fd on @out_fd until there are no more. %FALSE when one made no sense or
 * nobody listens any longer. */
gboolean ts_helper_serve (const TsHelperBackend *backend, int in_fd, int out_fd);

extern const TsHelperBackend ts_helper_hdf5;
extern const TsHelperBackend ts_helper_exr;
extern const TsHelperBackend ts_helper_mat;
extern const TsHelperBackend ts_helper_picture;
extern const TsHelperBackend ts_helper_tiff;

G_END_DECLS
