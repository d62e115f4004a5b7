/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper/ts-helper.h"

#include <hdf5.h>

G_BEGIN_DECLS

/* What a dataset id stands for. */
typedef struct
{
  char *path;
  char *member; /* of a compound, or NULL */
  TsDtype dtype;
  gsize element_bytes; /* more than one of the dtype where the elements are arrays */
} TsHdf5Dataset;

/* The one file that this program reads. */
typedef struct
{
  hid_t file;
  GPtrArray *datasets;     /* TsHdf5Dataset */
  GHashTable *open_groups; /* addresses of the groups and cells being walked */
  guint n_objects;
  guint depth, n_references; /* how deep references are being followed, and how many were */
  gboolean is_matlab;
  /* the dataset that was read last */
  guint32 last_id;
  hid_t last, last_space, last_type;
} TsHdf5;

extern TsHdf5 ts_hdf5;

/* @what with the innermost message of the library, whose errors it clears. */
char *ts_hdf5_take_error (const char *what) G_GNUC_WARN_UNUSED_RESULT;

/* Lists what is in @group, at @path of the file. @depth: how many groups are above. */
void ts_hdf5_list_group (GByteArray *out, const char *path, hid_t group, guint depth);

/* FALSE when elements of @type are not numbers. @note: (out): static, or %NULL: what was assumed.
 */
gboolean ts_hdf5_get_dtype (hid_t type, TsDtype *dtype, const char **note);

/* The type to read with: the same numbers in native byte order. The caller closes it. */
hid_t ts_hdf5_make_memory_type (hid_t file_type, TsDtype dtype);

G_END_DECLS
