/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-view.h"

/* A dump made in memory: "images" float32 N x 3 x H x W in [-1, 1], "z" float32 N x 8 with odd
 * values, "labels" int64 (two classes), "seeds" int64, "truncation_psi" 0.7, "model" text. */

#define DUMP_LATENTS 8

static inline TsNode *
dump_tensor (const char *name, gpointer data, gsize n_bytes, TsDtype dtype, const TsShape *shape)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n_bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) tensor = ts_tensor_new_from_bytes (bytes, dtype, shape, &error);

  g_assert_no_error (error);
  return ts_node_new_tensor (name, tensor);
}

static inline float
dump_latent (guint i)
{
  static const guint32 odd[] = { 0x7fc00000, 0x7f800000, 0xff800000, 0x80000000,
                                 0x00000001, 0x7f7fffff, 0x3dcccccd, 0x33d6bf95 };
  union
  {
    guint32 u;
    float f;
  } value = { .u = i % 3 == 0 ? odd[i / 3 % 8] : 0x3f800000 + i * 2654435761u % 0x400000 };

  return value.f;
}

static inline float
dump_value (gsize i)
{
  return (float) ((double) (i * 2654435761u % 100003) / 50001.5 - 1);
}

static inline TsDocument *
dump_new (guint n, guint height, guint width)
{
  gsize n_values = (gsize) n * 3 * height * width;
  float *values = g_new (float, n_values);
  float *z = g_new (float, n *DUMP_LATENTS);
  gint64 *labels = g_new (gint64, n), *seeds = g_new (gint64, n);
  TsNode *root = ts_node_new_container ("", "dict");
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  TsShape shape;

  for (gsize i = 0; i < n_values; i++)
    values[i] = dump_value (i);
  for (guint i = 0; i < n * DUMP_LATENTS; i++)
    z[i] = dump_latent (i);
  for (guint i = 0; i < n; i++) {
    labels[i] = i % 2;
    seeds[i] = 100 + i;
  }
  ts_shape_init (&shape, 4, (const guint64[]){ n, 3, height, width });
  ts_node_take_child (root, dump_tensor ("images", values, n_values * 4, TS_DTYPE_FLOAT32, &shape));
  ts_shape_init (&shape, 2, (const guint64[]){ n, DUMP_LATENTS });
  ts_node_take_child (root,
                      dump_tensor ("z", z, (gsize) n * DUMP_LATENTS * 4, TS_DTYPE_FLOAT32, &shape));
  ts_shape_init (&shape, 1, (const guint64[]){ n });
  ts_node_take_child (root, dump_tensor ("labels", labels, (gsize) n * 8, TS_DTYPE_INT64, &shape));
  ts_node_take_child (root, dump_tensor ("seeds", seeds, (gsize) n * 8, TS_DTYPE_INT64, &shape));
  ts_node_take_child (root, ts_node_new_scalar ("truncation_psi", g_variant_new_double (0.7)));
  ts_node_take_child (root, ts_node_new_text ("model", "tiny \xc3\xa4 \"quoted\""));
  return ts_document_new (source, "run.7.pt", "torch", TS_ORIGIN_TORCH, root);
}

static inline TsView *
dump_view (TsDocument *document, const char *key)
{
  g_autoptr (GError) error = NULL;
  TsNode *node = ts_document_find (document, key);
  TsView *view = ts_view_new (document, node, NULL, NULL, &error);

  g_assert_no_error (error);
  return view;
}
