/* One sample of every page, for tests that look at all of them and for people who do. */
#ifndef SK_TESTS_PAGE_SAMPLES_H
#define SK_TESTS_PAGE_SAMPLES_H

#include "gateway/pages/page_courier.h"
#include "gateway/pages/page_form.h"
#include "gateway/pages/page_help.h"
#include "gateway/pages/page_offline.h"
#include "gateway/pages/page_problem.h"
#include "gateway/pages/page_receipt.h"
#include "gateway/pages/page_status.h"
#include "gateway/pages/pages.h"

/* What the samples are filled with where it comes from outside: markup that must not survive. */
#define SAMPLE_HOSTILE "<b title=\"x\">Org & 'Co'</b>"

/* name: "form-one" and so on; NULL past the last. out is untouched then. */
const char *sample_name(size_t i);
enum sk_error sample_make(size_t i, enum sk_lang lang, struct sk_page *out);

#endif
