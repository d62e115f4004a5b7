/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"
#include "export/ts-json-reader.h"

G_BEGIN_DECLS

/**
 * TsCliRedraw:
 * @picture: path of a sheet, figure or animation that was written earlier; of a record, that of the
 * record
 * @output: (nullable): file or existing folder; %NULL is @picture itself. Of a record, the folder
 * @source: (nullable): the dump; %NULL looks for it near the picture
 */
typedef struct
{
  const char *picture;
  const char *output;
  const char *source;
  TsCollision collision;
  gboolean quiet;
  gboolean as_json;
} TsCliRedraw;

/* Runs the command again that has drawn the picture, with the settings that the picture holds;
 * *@status is its exit status. %FALSE when the picture is none of several images. */
gboolean ts_cli_redraw (const TsCliRedraw *self, int *status);

/* Draws again all that a record (export.json) says was drawn, each in a process of its own, into
 * figures/ of the folder @output. *@status is the highest exit status; %FALSE when there is none.
 */
gboolean ts_cli_redraw_record (const TsCliRedraw *self, JsonObject *record, int *status);

G_END_DECLS
