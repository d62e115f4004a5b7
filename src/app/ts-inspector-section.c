/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector-section.h"

typedef struct
{
  TsSession *session; /* owned */
  guint updating;
} TsInspectorSectionPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TsInspectorSection,
                                     ts_inspector_section,
                                     ADW_TYPE_PREFERENCES_GROUP)

static TsInspectorSectionPrivate *
get_private (TsInspectorSection *self)
{
  return ts_inspector_section_get_instance_private (self);
}

TsSession *
ts_inspector_section_get_session (TsInspectorSection *self)
{
  return get_private (self)->session;
}

gboolean
ts_inspector_section_is_updating (TsInspectorSection *self)
{
  TsInspectorSectionPrivate *priv = get_private (self);

  return priv->updating > 0 || priv->session == NULL;
}

TsRecipe
ts_inspector_section_get_recipe (TsInspectorSection *self)
{
  TsInspectorSectionPrivate *priv = get_private (self);
  TsRecipe recipe;

  if (priv->session != NULL)
    return *ts_session_get_recipe (priv->session);
  ts_recipe_init (&recipe);
  return recipe;
}

static gboolean
get_size (TsInspectorSection *self, TsImageSize *size)
{
  TsInspectorSectionPrivate *priv = get_private (self);
  TsView *view = priv->session != NULL ? ts_session_get_view (priv->session) : NULL;

  if (view == NULL)
    return FALSE;
  ts_batch_get_max_size (ts_view_get_batch (view), size);
  return TRUE;
}

guint
ts_inspector_section_get_n_channels (TsInspectorSection *self)
{
  TsImageSize size;

  return get_size (self, &size) ? MAX (size.n_channels, 1) : 1;
}

void
ts_inspector_section_commit (TsInspectorSection *self, const TsRecipe *recipe, const char *gesture)
{
  TsImageSize size;

  if (get_size (self, &size) && ts_recipe_validate (recipe, &size, NULL))
    ts_session_set_recipe (get_private (self)->session, recipe, gesture);
}

static void
recipe_changed_cb (TsInspectorSection *self)
{
  TsInspectorSectionPrivate *priv = get_private (self);
  TsInspectorSectionClass *klass = TS_INSPECTOR_SECTION_GET_CLASS (self);

  priv->updating++;
  if (klass->update != NULL)
    klass->update (self, ts_session_get_recipe (priv->session));
  priv->updating--;
}

static void
view_changed_cb (TsInspectorSection *self)
{
  TsInspectorSectionPrivate *priv = get_private (self);
  TsInspectorSectionClass *klass = TS_INSPECTOR_SECTION_GET_CLASS (self);

  priv->updating++;
  if (klass->view_changed != NULL)
    klass->view_changed (self);
  priv->updating--;
  recipe_changed_cb (self);
}

static void
resolved_cb (TsInspectorSection *self)
{
  TsInspectorSectionPrivate *priv = get_private (self);
  TsInspectorSectionClass *klass = TS_INSPECTOR_SECTION_GET_CLASS (self);

  priv->updating++;
  if (klass->resolved != NULL)
    klass->resolved (self);
  priv->updating--;
}

void
ts_inspector_section_set_session (TsInspectorSection *self, TsSession *session)
{
  g_return_if_fail (TS_IS_INSPECTOR_SECTION (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&get_private (self)->session, session))
    return;
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recipe-changed", G_CALLBACK (recipe_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::resolved", G_CALLBACK (resolved_cb), self,
                           G_CONNECT_SWAPPED);
  view_changed_cb (self);
}

static void
ts_inspector_section_dispose (GObject *object)
{
  TsInspectorSectionPrivate *priv = get_private (TS_INSPECTOR_SECTION (object));

  if (priv->session != NULL)
    g_signal_handlers_disconnect_by_data (priv->session, object);
  g_clear_object (&priv->session);

  G_OBJECT_CLASS (ts_inspector_section_parent_class)->dispose (object);
}

static void
ts_inspector_section_class_init (TsInspectorSectionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ts_inspector_section_dispose;
}

static void
ts_inspector_section_init (TsInspectorSection *self)
{
}
