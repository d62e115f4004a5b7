/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-roles.h"

struct _TsCliRoles
{
  TsView *view;          /* nullable */
  GHashTable *by_path;   /* path -> role, both borrowed from the view */
  GHashTable *companion; /* set of TsNode */
};

TsCliRoles *
ts_cli_roles_new (TsDocument *document)
{
  TsCliRoles *self = g_new0 (TsCliRoles, 1);
  TsNode *node = ts_view_choose_node (document);
  TsPairing *pairing;
  GPtrArray *companions;

  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->companion = g_hash_table_new (NULL, NULL);
  if (node != NULL)
    self->view = ts_view_new (document, node, NULL, NULL, NULL);
  if (self->view == NULL)
    return self;
  pairing = ts_view_get_pairing (self->view);
  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);

    g_hash_table_insert (self->by_path, (char *) field->name,
                         (char *) ts_field_role_to_string (field->role));
  }
  companions = ts_pairing_get_companions (pairing);
  for (guint i = 0; i < companions->len; i++)
    g_hash_table_add (self->companion, g_ptr_array_index (companions, i));
  return self;
}

void
ts_cli_roles_free (TsCliRoles *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->view);
  g_hash_table_unref (self->by_path);
  g_hash_table_unref (self->companion);
  g_free (self);
}

TsView *
ts_cli_roles_get_view (TsCliRoles *self)
{
  return self->view;
}

static const char *
get_image_role (TsNode *node,
                const TsLayoutGuess *guess,
                const TsValueRange *range,
                gboolean is_companion)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  gboolean has_one_channel = guess->color == TS_COLOR_NONE || guess->color == TS_COLOR_GRAY;

  if (range != NULL && range->kind == TS_VALUE_RANGE_LABELS)
    return "mask";
  if (tensor != NULL && ts_tensor_get_dtype (tensor) == TS_DTYPE_BOOL && has_one_channel)
    return "mask";
  return is_companion && has_one_channel ? "mask" : "image";
}

const char *
ts_cli_roles_get (TsCliRoles *self,
                  TsNode *node,
                  const TsLayoutGuess *guess,
                  const TsValueRange *range)
{
  TsNode *shown = self->view != NULL ? ts_view_get_node (self->view) : NULL;

  /* The node itself, or a list it is in. */
  for (TsNode *at = node; at != NULL; at = ts_node_get_parent (at)) {
    const char *role = g_hash_table_lookup (self->by_path, ts_node_get_path (at));

    if (at == shown)
      return get_image_role (node, guess, range, FALSE);
    if (role != NULL)
      return role;
    if (g_hash_table_contains (self->companion, at))
      return get_image_role (node, guess, range, TRUE);
  }
  return guess->confidence != TS_CONFIDENCE_NONE ? get_image_role (node, guess, range, FALSE)
                                                 : "other";
}
