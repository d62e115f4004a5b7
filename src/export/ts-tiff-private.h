/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder-private.h"
#include "export/ts-tiff-library.h"

G_BEGIN_DECLS

/* Memory that grows (@fd -1: data is the caller's to free), or an open file. */
typedef struct
{
  int fd;
  guint8 *data;
  guint64 size, capacity;
  guint64 pos;
  int code; /* errno of a write that failed */
  char message[200];
} TsTiffTarget;

/* With handlers of its own, never the process-wide ones. @big: offsets of 64 bits (BigTIFF). */
TIFF *ts_tiff_open (TsTiffTarget *self, gboolean big);

/* The directory entries and the rows of one picture; @description (nullable) as tag 270. */
gboolean ts_tiff_write_picture (TIFF *tiff,
                                const TsPicture *picture,
                                const TsEncodeOptions *options,
                                const char *description);

G_END_DECLS
