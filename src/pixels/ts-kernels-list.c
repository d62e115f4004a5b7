/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-kernels.h"

extern const TsKernels ts_kernels_base;
#if HAVE_KERNELS_V3
#include <cpuid.h>

extern const TsKernels ts_kernels_v3;

/* Asked of the processor itself: not every compiler's __builtin_cpu_supports() knows the word. */
static gboolean
has_f16c (void)
{
  guint a, b, c, d;

  return __get_cpuid (1, &a, &b, &c, &d) && (c & bit_F16C) != 0;
}
#endif

const TsKernels *const *
ts_kernels_list (void)
{
  static const TsKernels *list[3];
  static gsize built;

  if (g_once_init_enter (&built)) {
    guint n = 0;

    list[n++] = &ts_kernels_base;
#if HAVE_KERNELS_V3
    __builtin_cpu_init ();
    if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && has_f16c () &&
        __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2"))
      list[n++] = &ts_kernels_v3;
#endif
    g_once_init_leave (&built, 1);
  }
  return list;
}

const TsKernels *
ts_kernels_get (void)
{
  const TsKernels *const *list = ts_kernels_list ();

  while (list[1] != NULL)
    list++;
  return *list;
}
