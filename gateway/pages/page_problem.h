/* The page of a refused request (http/problem.def). */
#ifndef SK_GATEWAY_PAGES_PAGE_PROBLEM_H
#define SK_GATEWAY_PAGES_PAGE_PROBLEM_H

#include "gateway/http/page.h"
#include "gateway/http/problem.h"
#include "keys/base/error.h"
#include "keys/base/language.h"

/* MEMORY. */
enum sk_error sk_page_problem(struct sk_page *out, enum sk_lang lang, enum sk_problem problem);

#endif
