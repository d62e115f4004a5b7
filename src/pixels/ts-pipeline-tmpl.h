/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of one element, for REAL float (with FIELD f) or double (with FIELD d). NAME (x)
 * makes the name. The one definition that the reference, the tables and the ranges use. */

static inline REAL
NAME (unnormalise) (const TsTransform *transform, REAL x)
{
  REAL std = transform->FIELD.std, mean = transform->FIELD.mean;

  return transform->divides ? x / std + mean : x * std + mean;
}

static inline REAL
NAME (to_range) (const TsTransform *transform, REAL y)
{
  REAL lo = transform->FIELD.lo;

  if (transform->is_step)
    return y > lo ? 1 : y <= lo ? 0 : y;
  return (y - lo) / transform->FIELD.width;
}

/* Curve and inversion; odd, so that values below the range keep their sign. */
static inline REAL
NAME (bend) (const TsPlan *plan, REAL t)
{
  if (plan->has_curve) {
    double bent = ts_plan_apply_curve (plan, fabs ((double) t));

    t = (REAL) (t < 0 ? -bent : bent);
  }
  if (plan->invert && plan->kind != TS_PLAN_MAP)
    t = 1 - t;
  return t;
}

static inline guint
NAME (quantise) (const TsQuantiser *quantiser, REAL t)
{
  REAL v = t * quantiser->mul + quantiser->add;

  v = v > 0 ? v : 0; /* also NaN */
  v = v < quantiser->max ? v : quantiser->max;
  if (quantiser->half_even)
    v = (REAL) rint ((double) v);
  return (guint) v;
}
