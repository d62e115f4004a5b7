/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-pickle-tree.h"

G_BEGIN_DECLS

/* One tree in the making. Nodes are attached to their parents first and filled afterwards. */
typedef struct
{
  TsNode *root;
  GHashTable *first;   /* container value -> the TsNode that showed it first; borrowed */
  GHashTable *numbers; /* list value -> TsTensor */
  gint64 text_left;    /* bytes of text that may still be shown */
  guint n_nodes, max_nodes;
  guint n_again; /* how many of them show something for another time */
  guint depth;
  guint again_depth; /* how many containers above are shown for another time */
} Tree;

/* Whether a text of that many bytes may still be shown in full; counts it. */
gboolean ts_pickle_tree_has_text (Tree *tree, gsize n_bytes);

/* Attaches @node (taken) to @parent, or as root; returns it borrowed. */
TsNode *ts_pickle_tree_attach (Tree *tree, TsNode *parent, TsNode *node);

/* Shows @value of @env as @name below @parent. */
void ts_pickle_tree_add (Tree *tree,
                         TsTorchEnv *env,
                         TsNode *parent,
                         const char *name,
                         TsPickleValue *value);

/* Adds the entries of a list, tuple or set / of a dict below @parent, numbered from @start. */
void ts_pickle_tree_add_items (Tree *tree,
                               TsTorchEnv *env,
                               TsNode *parent,
                               TsPickleValue *const *items,
                               guint n_items,
                               guint start);
void
ts_pickle_tree_add_pairs (Tree *tree, TsTorchEnv *env, TsNode *parent, const TsPickleValue *dict);

/* A call: what it means by the table of names, else an opaque node. */
void ts_pickle_tree_add_call (Tree *tree,
                              TsTorchEnv *env,
                              TsNode *parent,
                              const char *name,
                              TsPickleValue *call);

/* A plain value, or %NULL for one that is none; floating. */
GVariant *ts_pickle_tree_make_scalar (const TsPickleValue *value);

/* Shows a list of plain numbers as one node; %FALSE when it is none. */
gboolean ts_pickle_tree_add_numbers (Tree *tree,
                                     TsNode *parent,
                                     const char *name,
                                     const TsPickleValue *value,
                                     TsPickleValue *const *items,
                                     guint n_items);

/* The text that stands for a key ("3", "(1, 2)", "True"). */
char *ts_pickle_tree_format_key (TsTorchEnv *env, const TsPickleValue *key);

/* A value on one line, for notes and keys. */
void ts_pickle_tree_print (TsTorchEnv *env, const TsPickleValue *value, GString *out);

G_END_DECLS
