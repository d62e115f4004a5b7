/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled once for every level of the processor (see meson.build), each time with another
 * TS_KERNELS_NAME and TS_KERNELS_SYMBOL. */
#include "config.h"

#include "pixels/ts-kernels.h"

#include "base/ts-half.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "pixels/ts-kernels-tmpl.h"

extern const TsKernels TS_KERNELS_SYMBOL;

const TsKernels TS_KERNELS_SYMBOL = { TS_KERNELS_NAME, render };
