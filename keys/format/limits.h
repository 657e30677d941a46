/*
 * Limits of a body. The desk's parser (keys/parse) reads every body within them; gateway,
 * skrynka-report and the pages' scripts, whose build reads the numbers from here
 * (gateway/client/bundle.mjs), refuse every other before it is stored.
 */
#ifndef SK_KEYS_FORMAT_LIMITS_H
#define SK_KEYS_FORMAT_LIMITS_H

/* Parts: the fields of a form and its files. */
#define SK_BODY_PARTS_MAX 1000u
/* The number of files that messages name: it leaves room for all fields. */
#define SK_BODY_FILES_SAID 900u
/* The header lines of a part and the empty line behind them. */
#define SK_BODY_HEAD_MAX 16384u
/* The name of a field, a file or a type, as sent. */
#define SK_BODY_NAME_MAX 1024u
/* A header line of a part without its CRLF: it fits a file name of that length in
 * `Content-Disposition: form-data; name="file"; filename=""`. */
#define SK_BODY_LINE_MAX 1080u
/* Transport padding (RFC 2046) behind a boundary; browsers write none. */
#define SK_BODY_PADDING_MAX 64u

#endif
