/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"

G_BEGIN_DECLS

/**
 * TsCliRedraw:
 * @picture: path of a sheet, figure or animation that was written earlier
 * @output: (nullable): file or existing folder; %NULL is @picture itself
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

G_END_DECLS
