/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-recipe.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>

/* How published code normalises images before a network sees them; y = x * std + mean undoes it.
 * Channels in the order of storage, so blue first where @order is BGR. */
/* clang-format off */
const TsPreset ts_presets[] = {
  { "unit", "[0, 1]", 1, { 0 }, { 1 }, 1, TS_ORDER_RGB },
  { "tanh", "tanh [−1, 1]", 1, { .5 }, { .5 }, 1, TS_ORDER_RGB },
  { "u8", "[0, 255]", 1, { 0 }, { 1.0 / 255 }, 1, TS_ORDER_RGB },
  { "imagenet", "ImageNet", 3, { .485, .456, .406 }, { .229, .224, .225 }, 1, TS_ORDER_RGB },
  { "clip", "CLIP", 3, { .48145466, .4578275, .40821073 }, { .26862954, .26130258, .27577711 }, 1, TS_ORDER_RGB },
  { "cifar10", "CIFAR-10", 3, { .4914, .4822, .4465 }, { .2470, .2435, .2616 }, 1, TS_ORDER_RGB },
  { "cifar10-common", "CIFAR-10 (std .2023)", 3, { .4914, .4822, .4465 }, { .2023, .1994, .2010 }, 1, TS_ORDER_RGB },
  { "cifar100", "CIFAR-100", 3, { .5071, .4867, .4408 }, { .2675, .2565, .2761 }, 1, TS_ORDER_RGB },
  { "svhn", "SVHN", 3, { .4377, .4438, .4728 }, { .1980, .2010, .1970 }, 1, TS_ORDER_RGB },
  { "mnist", "MNIST", 1, { .1307 }, { .3081 }, 1, TS_ORDER_RGB },
  { "fashion-mnist", "Fashion-MNIST", 1, { .2860 }, { .3530 }, 1, TS_ORDER_RGB },
  { "sam", "SAM", 3, { 123.675, 116.28, 103.53 }, { 58.395, 57.12, 57.375 }, 255, TS_ORDER_RGB },
  { "detectron2", "Detectron2 (BGR)", 3, { 103.53, 116.28, 123.675 }, { 1, 1, 1 }, 255, TS_ORDER_BGR },
  { "caffe", "Caffe (BGR)", 3, { 103.939, 116.779, 123.68 }, { 1, 1, 1 }, 255, TS_ORDER_BGR },
  { NULL },
};
/* clang-format on */

const TsPreset *
ts_preset_find (const char *id)
{
  for (const TsPreset *preset = ts_presets; preset->id != NULL; preset++) {
    if (g_strcmp0 (preset->id, id) == 0)
      return preset;
  }
  return NULL;
}

gboolean
ts_recipe_set_preset (TsRecipe *self, const char *id, GError **error)
{
  const TsPreset *preset = ts_preset_find (id);

  if (preset == NULL) {
    g_autoptr (GString) known = g_string_new (NULL);

    for (preset = ts_presets; preset->id != NULL; preset++)
      g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", preset->id);
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("There is no preset “%s”; there are %s"), id != NULL ? id : "", known->str);
    return FALSE;
  }
  self->preset = preset->id;
  self->n_norm = preset->n;
  for (guint c = 0; c < TS_RECIPE_MAX_CHANNELS; c++) {
    self->mean[c] = preset->mean[c < preset->n ? c : 0];
    self->std[c] = preset->std[c < preset->n ? c : 0];
    self->lo[c] = 0;
    self->hi[c] = 1;
  }
  self->value_scale = preset->value_scale;
  self->order = preset->order;
  self->range_mode = TS_RANGE_FIXED;
  self->n_range = 1;
  return TRUE;
}
