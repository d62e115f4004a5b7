/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-names-private.h"

#include <string.h>

static const struct
{
  const char *word;
  TsNameKind kind;
} words[] = {
  { "image", TS_NAME_IMAGE },    { "img", TS_NAME_IMAGE },         { "rgb", TS_NAME_IMAGE },
  { "pixel", TS_NAME_IMAGE },    { "photo", TS_NAME_IMAGE },       { "frame", TS_NAME_IMAGE },
  { "fake", TS_NAME_IMAGE },     { "real", TS_NAME_IMAGE },        { "sample", TS_NAME_IMAGE },
  { "recon", TS_NAME_IMAGE },    { "render", TS_NAME_IMAGE },      { "mask", TS_NAME_MAP },
  { "seg", TS_NAME_MAP },        { "depth", TS_NAME_MAP },         { "alpha", TS_NAME_MAP },
  { "target", TS_NAME_LABEL },   { "label", TS_NAME_LABEL },       { "latent", TS_NAME_LATENT },
  { "noise", TS_NAME_LATENT },   { "embed", TS_NAME_LATENT },      { "z", TS_NAME_LATENT },
  { "w", TS_NAME_LATENT },       { "ws", TS_NAME_LATENT },         { "zs", TS_NAME_LATENT },
  { "feat", TS_NAME_FEATURE },   { "logit", TS_NAME_FEATURE },     { "weight", TS_NAME_PARAMETER },
  { "bias", TS_NAME_PARAMETER }, { "running", TS_NAME_PARAMETER }, { "kernel", TS_NAME_PARAMETER },
  { "y", TS_NAME_LABEL },        { "class", TS_NAME_LABEL },       { "cls", TS_NAME_LABEL },
  { "categor", TS_NAME_LABEL },  { "seed", TS_NAME_SEED },         { "score", TS_NAME_SCORE },
  { "fid", TS_NAME_SCORE },      { "loss", TS_NAME_SCORE },        { "clip", TS_NAME_SCORE },
  { "prob", TS_NAME_SCORE },     { "psnr", TS_NAME_SCORE },        { "ssim", TS_NAME_SCORE },
  { "lpips", TS_NAME_SCORE },    { "reward", TS_NAME_SCORE },
};

/* @word: lower case, letters only. */
static TsNameKind
classify_word (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strlen (words[i].word) <= 2 ? g_str_equal (word, words[i].word)
                                    : strstr (word, words[i].word) != NULL)
      return words[i].kind;
  }
  return TS_NAME_NONE;
}

/* The words of one key, last first: "clip_embeds" is about embeds. */
static TsNameKind
classify_key (const char *key, gsize length)
{
  char word[64];
  gsize end = length;

  while (end > 0) {
    gsize start;

    while (end > 0 && !g_ascii_isalpha (key[end - 1]))
      end--;
    start = end;
    /* A capital after a small letter starts a word: "fakeImages". */
    while (start > 0 && g_ascii_isalpha (key[start - 1]) &&
           !(start < end && g_ascii_isupper (key[start]) && g_ascii_islower (key[start - 1])))
      start--;
    if (end > start && end - start < sizeof word) {
      TsNameKind kind;

      for (gsize i = start; i < end; i++)
        word[i - start] = g_ascii_tolower (key[i]);
      word[end - start] = '\0';
      kind = classify_word (word);
      if (kind != TS_NAME_NONE)
        return kind;
    }
    end = start;
  }
  return TS_NAME_NONE;
}

TsNameKind
ts_name_classify (const char *path)
{
  gsize end;

  if (path == NULL)
    return TS_NAME_NONE;
  end = MIN (strlen (path), 4096);
  for (;;) {
    gsize start = end;
    TsNameKind kind;

    while (start > 0 && path[start - 1] != '/')
      start--;
    kind = classify_key (path + start, end - start);
    if (kind != TS_NAME_NONE || start == 0)
      return kind;
    end = start - 1;
  }
}

gboolean
ts_name_is_positional (const char *path)
{
  const char *key = path != NULL ? strrchr (path, '/') : NULL;

  key = key != NULL ? key + 1 : path;
  if (key == NULL)
    return TRUE;
  if (g_str_has_prefix (key, "arr_"))
    key += 4;
  return strspn (key, "0123456789") == strlen (key);
}
