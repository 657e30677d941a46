/* The state of the service for the service manager: one datagram to NOTIFY_SOCKET (sd_notify(3)).
 */
#ifndef SK_GATEWAY_HTTP_NOTIFY_H
#define SK_GATEWAY_HTTP_NOTIFY_H

/* state: "READY=1", "STOPPING=1". Does nothing without NOTIFY_SOCKET. */
void sk_notify(const char *state);

#endif
