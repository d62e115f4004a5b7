/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-dtype.h"

G_BEGIN_DECLS

/* Room for any number ts_digits_format() makes, with the final zero. */
#define TS_DIGITS_SIZE 40

/**
 * ts_digits_format:
 * @value: finite; a value that @dtype can hold
 * @dtype: a float dtype; others are taken as float64
 *
 * The shortest decimal number that reads back to exactly the same @dtype value, also when it is
 * first read as a double: what a JSON reader does. Independent of the locale. Integers have no
 * point; the negative zero is "-0.0", so that readers that know integers keep its sign. Returns
 * the length. Thread-safe.
 */
gsize ts_digits_format (char out[TS_DIGITS_SIZE], double value, TsDtype dtype);

G_END_DECLS
