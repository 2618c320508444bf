/*
 * ident.h - identifiers: syntax, check digits, one canonical form. Sources: domain facts in README.
 *
 * A checker takes what a person typed and gives the canonical form in the arena, or false with a
 * problem code and, in *hint, what would be right (may stay empty).
 */
#ifndef PLEDGED_IDENT_H
#define PLEDGED_IDENT_H
#include "day.h"
#include "err.h"

typedef bool ident_fn(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint);

/* GB 32100-2015: 18 characters, outer check mod 31 and nested organisation code mod 11
 * (GB 11714). Lower case is folded. E_USCC; hint names the check that fails and the character
 * expected. When the outer one alone is off ("#18 = X"), canonical is set all the same. */
ident_fn ident_uscc;
/* The same for who looks a code up: the outer check digit may be off, as a licence may show it. */
ident_fn ident_uscc_any;
/* Patent or trademark, told apart by form, as keyboards and certificates write them: spaces of any
 * kind and signs of full width. Patents: 12 + 1 digits, or 8 + 1 up to 2003, optional ZL or CN,
 * optional dot, check digit mod 11; canonical without prefix and dot ("2021199990019", check X
 * upper case). Trademarks: 1-8 digits or G and 5-7 digits, optional letter, maybe as 第…号;
 * canonical upper case. E_PATENT or E_TRADEMARK. */
ident_fn ident_ip;
/* Patent pledge number ^Y?(19|20)\d{2}\d{2}\d{7}$, or a trademark pledge certificate number: free
 * text of 1-40 printable characters that does not look like the first kind. E_PLEDGE_NO only when
 * it begins like a patent pledge number (Y and a digit) and is not one. */
ident_fn ident_pledge_no;
/* "C3973": section letter A-T whose divisions hold the first two digits, 2 to 4 digits. A bare
 * "3973" gets its letter. E_INDUSTRY. */
ident_fn ident_industry;
/* "https://host:port/path?query", or http: no user, no fragment, printable signs of ASCII, at most
 * 500 of them. E_URL. */
ident_fn ident_url;
/* A district of the city that the ledger is of (city.h), 6 digits. E_DISTRICT. */
ident_fn ident_district;
/* A record's id: a UUID in lower case. Kept as written. */
ident_fn ident_id;
/* The code of an organisation: signs that can be seen, none of "@/". */
ident_fn ident_org;
/* An account of the ledger: parts of letters, digits and '-' joined by ':'. Kept as written. */
ident_fn ident_account;
/* A year or a quarter: "2022", "2022Q3". E_PERIOD. Kept as written. */
ident_fn ident_period;
/* A figure of any unit: "37", "0.75", not negative, at most 15 and 4 digits. E_DECIMAL. Kept as
 * written. */
ident_fn ident_decimal;

/* A symbol of the International Patent Classification: "H01L", "H01L 21/67", the subclass at least.
 * Spaces do not matter. E_IPC. */
ident_fn ident_ipc;

/* Whether a text that should be a person's name holds what may be an identity-card number: 15 or 18
 * digits in a row, the last of 18 may be X. None is ever stored. */
bool ident_has_card_no(struct arena *a, struct str text);

enum ip_kind { IP_INVENTION, IP_UTILITY_MODEL, IP_DESIGN, IP_TRADEMARK };
/* Of a canonical number (ident_ip). */
enum ip_kind ident_ip_kind(struct str canonical);
/* "invention" … */
const char *ip_kind_name(enum ip_kind kind);
/* The last day of the right: invention 20 years from filing, utility model 10, design 15 (10 when
 * filed before 2021-06-01); trademarks false: they run from registration, which is not known here.
 * Patent Law 2020 art. 42. */
MUST_USE bool ip_expiry(enum ip_kind kind, day filed, day *last);
/* The last day of a trademark that was registered on a day: ten years that begin with that day, as
 * certificates print them. Trademark Law 2019 art. 39. */
day trademark_expiry(day registered);

/* The year in a canonical patent number; the right was not filed later. false for trademarks. */
MUST_USE bool ip_number_year(struct str canonical, int *year);
#endif
