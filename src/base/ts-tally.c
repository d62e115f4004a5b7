/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-tally.h"

typedef _Atomic guint64 Tally;

static G_DEFINE_QUARK (ts_tally, tally);

static Tally *
find (GCancellable *cancellable)
{
  return cancellable != NULL ? g_object_get_qdata (G_OBJECT (cancellable), tally_quark ()) : NULL;
}

void
ts_tally_attach (GCancellable *cancellable)
{
  g_return_if_fail (G_IS_CANCELLABLE (cancellable));

  g_object_set_qdata_full (G_OBJECT (cancellable), tally_quark (), g_new0 (Tally, 1), g_free);
}

void
ts_tally_add (GCancellable *cancellable, guint64 n)
{
  Tally *tally = find (cancellable);

  if (tally != NULL)
    *tally += n;
}

guint64
ts_tally_get (GCancellable *cancellable)
{
  Tally *tally = find (cancellable);

  return tally != NULL ? *tally : 0;
}
