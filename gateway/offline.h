/* skrynka-gateway --offline: the pages that work without a network, into a folder. */
#ifndef SK_GATEWAY_OFFLINE_H
#define SK_GATEWAY_OFFLINE_H

/* Writes the pages as the gateway of this store would serve them today, all or none, and prints
 * their SHA-256; behind that, as comments of sha256sum, the sums of the pages without the line that
 * holds the organisations, which are the same for every store. Returns the exit code; says what
 * failed. After sk_pages_start. */
int sk_offline_write(const char *store, const char *dir);

#endif
