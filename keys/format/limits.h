/*
 * What a body may hold so that a desk can read it: one definition for the desk's parser
 * (keys/parse), for whoever takes a body in or makes one (gateway, keys/report), and for the pages'
 * scripts, whose build reads the numbers from here (gateway/client/bundle.mjs). A body beyond one
 * of them is refused, with words, before it is stored; one within all of them is read whole.
 */
#ifndef SK_KEYS_FORMAT_LIMITS_H
#define SK_KEYS_FORMAT_LIMITS_H

/* Parts: the fields of a form and its files. */
#define SK_BODY_PARTS_MAX 1000u
/* What people are told: so many files leave room for all the fields. */
#define SK_BODY_FILES_SAID 900u
/* The header lines of a part, with the empty line behind them. */
#define SK_BODY_HEAD_MAX 16384u
/* A name, as it is sent: of a field, of a file, of a type. */
#define SK_BODY_NAME_MAX 1024u
/* A header line of a part without its CRLF: a file's name of that length in
 * `Content-Disposition: form-data; name="file"; filename=""`. */
#define SK_BODY_LINE_MAX 1080u
/* Blanks behind a boundary; browsers write none. */
#define SK_BODY_PADDING_MAX 64u

#endif
