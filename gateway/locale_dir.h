/* Where this program finds the translations, unless it is told. */
#ifndef SK_GATEWAY_LOCALE_DIR_H
#define SK_GATEWAY_LOCALE_DIR_H

/* In a build tree those that were built there, else where they were installed. Static memory. */
const char *sk_locale_dir(void);

#endif
