/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-plan.h"

#include <math.h>
#include <string.h>

#define REAL    float
#define FIELD   f
#define NAME(x) x##_f
#include "pixels/ts-pipeline-tmpl.h"
#include "pixels/ts-reference-tmpl.h"
#undef REAL
#undef FIELD
#undef NAME

#define REAL    double
#define FIELD   d
#define NAME(x) x##_d
#include "pixels/ts-pipeline-tmpl.h"
#include "pixels/ts-reference-tmpl.h"
#undef REAL
#undef FIELD
#undef NAME

void
ts_reference_render (const TsPlan *plan,
                     const TsBlock *image,
                     guint64 y,
                     guint64 x,
                     gsize n,
                     guint8 *out,
                     TsMarks *marks)
{
  if (plan->is_wide)
    render_pixels_d (plan, image, y, x, n, out, marks);
  else
    render_pixels_f (plan, image, y, x, n, out, marks);
}

double
ts_transform_unnormalise (const TsTransform *self, gboolean is_wide, double x)
{
  return is_wide ? unnormalise_d (self, x) : (double) unnormalise_f (self, (float) x);
}

guint
ts_plan_quantise_curve (const TsPlan *self, const TsQuantiser *quantiser, float t)
{
  return quantise_f (quantiser, bend_f (self, t));
}
