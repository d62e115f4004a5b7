/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

/* The keyboard. */

#define TYPING_PAUSE_US G_TIME_SPAN_SECOND

static gboolean
handle_digit (TsGrid *self, guint digit)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->typed_us > TYPING_PAUSE_US || self->typed > G_MAXUINT / 10)
    self->typed = 0;
  self->typed = self->typed * 10 + digit;
  self->typed_us = now_us;
  ts_grid_move_to (self, self->typed, 0);
  return GDK_EVENT_STOP;
}

static gboolean
handle_control_key (TsGrid *self, guint keyval, GdkModifierType state)
{
  switch (keyval) {
  case GDK_KEY_a:
    ts_grid_select_all (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_A:
    ts_grid_select_none (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_i:
    ts_grid_invert_selection (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_plus:
  case GDK_KEY_equal:
  case GDK_KEY_KP_Add:
    ts_grid_zoom (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_minus:
  case GDK_KEY_KP_Subtract:
    ts_grid_zoom (self, -1);
    return GDK_EVENT_STOP;
  case GDK_KEY_0:
  case GDK_KEY_KP_0:
    ts_grid_zoom (self, 0);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

gboolean
ts_grid_handle_key (TsGrid *self, guint keyval, GdkModifierType state)
{
  const TsGridLayout *layout = &self->layout;

  if (self->pictures->batch == NULL || layout->n_images == 0 || layout->columns == 0)
    return GDK_EVENT_PROPAGATE;
  state &= gtk_accelerator_get_default_mod_mask ();
  if (state & (GDK_ALT_MASK | GDK_SUPER_MASK))
    return GDK_EVENT_PROPAGATE;

  gint64 current = ts_session_get_current (self->pictures->session), target = current;
  gint64 columns = layout->columns, last = (gint64) layout->n_images - 1;
  gint64 page = columns * MAX (1, layout->viewport_height / layout->row_height);
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  switch (keyval) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    target = current + (rtl ? 1 : -1);
    break;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    target = current + (rtl ? -1 : 1);
    break;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    target = current >= columns ? current - columns : current;
    break;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    /* from above a short last row to its end */
    target = current / columns < last / columns ? current + columns : current;
    break;
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    target = 0;
    break;
  case GDK_KEY_End:
  case GDK_KEY_KP_End:
    target = last;
    break;
  case GDK_KEY_Page_Up:
  case GDK_KEY_KP_Page_Up:
    target = current - page >= 0 ? current - page : current % columns;
    break;
  case GDK_KEY_Page_Down:
  case GDK_KEY_KP_Page_Down:
    target = current + page;
    break;
  case GDK_KEY_space:
  case GDK_KEY_KP_Space:
    if (state & GDK_SHIFT_MASK) {
      ts_grid_select_range (self, self->select_anchor, (guint) current, FALSE);
    } else {
      ts_grid_toggle (self, (guint) current);
      self->select_anchor = (guint) current;
    }
    return GDK_EVENT_STOP;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_ISO_Enter:
    if (state != 0)
      return GDK_EVENT_PROPAGATE;
    g_signal_emit_by_name (self, "activate", (guint) current);
    return GDK_EVENT_STOP;
  default:
    if (state & GDK_CONTROL_MASK)
      return handle_control_key (self, keyval, state);
    if (state == 0 && keyval >= GDK_KEY_0 && keyval <= GDK_KEY_9)
      return handle_digit (self, keyval - GDK_KEY_0);
    if (state == 0 && keyval >= GDK_KEY_KP_0 && keyval <= GDK_KEY_KP_9)
      return handle_digit (self, keyval - GDK_KEY_KP_0);
    return GDK_EVENT_PROPAGATE;
  }

  ts_grid_move_to (self, (guint64) CLAMP (target, 0, last), state);
  return GDK_EVENT_STOP;
}
