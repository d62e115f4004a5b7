/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-figure-private.h"

#include <cairo-pdf.h>

/* A time is part of every PDF unless one is given: equal figures are equal bytes. */
#define PDF_TIME "1980-01-01T00:00:00Z"

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

GBytes *
ts_figure_draw_pdf (const TsFigure *self, GCancellable *cancellable, GError **error)
{
  GByteArray *out = g_byte_array_new ();
  double unit = 72 / self->dpi;
  cairo_surface_t *surface =
      cairo_pdf_surface_create_for_stream (write_cb, out, self->width * unit, self->height * unit);
  cairo_t *cr = cairo_create (surface);
  gboolean ok;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, PDF_TIME);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Tenscope " TS_VERSION);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, self->metadata);
  if (self->title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, self->title);
  cairo_scale (cr, unit, unit);
  ok = ts_figure_draw_page (self, cr, CAIRO_FILTER_NEAREST, cancellable, error);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  ok = ok && ts_figure_check_surface (surface, error);
  cairo_surface_destroy (surface);
  if (!ok) {
    g_byte_array_unref (out);
    return NULL;
  }
  return g_byte_array_free_to_bytes (out);
}
