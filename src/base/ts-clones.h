/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Before a function whose loops are compiled a second time for processors with AVX2; the loader
 * chooses. The file needs config.h, and is to be compiled with the flags of kernels (no operation
 * is fused), so both give the same numbers. */
#ifdef HAVE_TARGET_CLONES
#define TS_CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3")))
#else
#define TS_CLONES
#endif
