/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-provenance.h"

G_BEGIN_DECLS

/* One load of a session: opening a file, reloading it, or showing another node. Set up on the main
 * thread, run in another, and read again on the main thread. */
typedef struct
{
  /* in */
  char *path;        /* opens this file, else shows @node of @document */
  char *raw;         /* (nullable) what the bytes of the file mean */
  char *node_path;   /* (nullable) reload: the node to come back to */
  char *layout;      /* (nullable) */
  char *memory_path; /* (nullable) the file of @node, to remember @layout for */
  char *folder;      /* (nullable) where the dump of a picture may be too */
  gboolean as_is;    /* a picture that was exported: itself, not its dump */
  gboolean forget_layout;
  gboolean is_reload;   /* a failure leaves what is there */
  gboolean keep_recipe; /* reload, other layout: settings survive where they still fit */
  /* in or out */
  TsDocument *document;
  TsNode *node;
  /* out */
  TsView *view;
  char *error;
  TsProvenance *provenance; /* of a picture that was exported; its dump if @restored */
  gboolean restored;
  gboolean changed; /* other values than then */
} TsLoadJob;

void ts_load_job_free (TsLoadJob *job);

/* A GTaskThreadFunc over the task's data: fills in the job, and returns %TRUE also when there is a
 * document but no view of it (@error says why); an error when there is nothing. */
void ts_load_job_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable);

G_END_DECLS
