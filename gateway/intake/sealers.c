#include "gateway/intake/sealers.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "keys/base/secret.h"

#define KEPT_MAX 32

struct sk_sealers {
    pthread_mutex_t mutex;
    struct sk_sealer *kept;
    unsigned count;
};

static void sealer_free(struct sk_sealer *sealer)
{
    if (sealer == NULL) {
        return;
    }
    sk_report_free(sealer->report);
    sk_secret_free(sealer->secrets);
    free(sealer);
}

static struct sk_sealer *sealer_new(void)
{
    struct sk_sealer *sealer = calloc(1, sizeof *sealer);

    if (sealer == NULL) {
        return NULL;
    }
    sealer->report = sk_report_new();
    sealer->secrets = sk_secret_new(sizeof *sealer->secrets);
    if (sealer->report == NULL || sealer->secrets == NULL) {
        sealer_free(sealer);
        return NULL;
    }
    return sealer;
}

struct sk_sealers *sk_sealers_new(void)
{
    struct sk_sealers *sealers = calloc(1, sizeof *sealers);

    if (sealers == NULL || pthread_mutex_init(&sealers->mutex, NULL) != 0) {
        free(sealers);
        return NULL;
    }
    return sealers;
}

void sk_sealers_free(struct sk_sealers *sealers)
{
    if (sealers == NULL) {
        return;
    }
    while (sealers->kept != NULL) {
        struct sk_sealer *sealer = sealers->kept;
        sealers->kept = sealer->next;
        sealer_free(sealer);
    }
    pthread_mutex_destroy(&sealers->mutex);
    free(sealers);
}

struct sk_sealer *sk_sealers_take(struct sk_sealers *sealers)
{
    pthread_mutex_lock(&sealers->mutex);
    struct sk_sealer *sealer = sealers->kept;
    if (sealer != NULL) {
        sealers->kept = sealer->next;
        sealers->count--;
    }
    pthread_mutex_unlock(&sealers->mutex);
    return sealer != NULL ? sealer : sealer_new();
}

void sk_sealers_give(struct sk_sealers *sealers, struct sk_sealer *sealer)
{
    if (sealer == NULL) {
        return;
    }
    sk_report_reset(sealer->report);
    sodium_memzero(sealer->secrets, sizeof *sealer->secrets);
    pthread_mutex_lock(&sealers->mutex);
    bool keep = sealers->count < KEPT_MAX;
    if (keep) {
        sealer->next = sealers->kept;
        sealers->kept = sealer;
        sealers->count++;
    }
    pthread_mutex_unlock(&sealers->mutex);
    if (!keep) {
        sealer_free(sealer);
    }
}
