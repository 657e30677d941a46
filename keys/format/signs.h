/* Signs that other programs leave in a text (FORMAT section 3; the table is signs.def). */
#ifndef SK_KEYS_FORMAT_SIGNS_H
#define SK_KEYS_FORMAT_SIGNS_H

enum sk_sign_kind {
    SK_SIGN_OTHER, /* somebody meant it */
    SK_SIGN_BLANK,
    SK_SIGN_INVISIBLE,
    SK_SIGN_QUOTE,
    SK_SIGN_DASH
};

/* point: a character's code point. */
enum sk_sign_kind sk_sign_kind(unsigned point);

#endif
