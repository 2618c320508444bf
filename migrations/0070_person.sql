-- One identity over offices. A person is one whatever offices he sits in; a post is his place in one of them, and its
-- name is what stands in signatures (name@CODE). Names are compared in the form of text_form (base.sql), whose
-- expression is said once more here since columns are made before functions.

create table person (
    id uuid primary key,
    name text not null constraint person_name_form check (name ~ '^[^[:cntrl:]]{1,60}$'),
    id_hash bytea constraint person_id_hash_unique unique constraint person_id_hash_length check (length(id_hash) = 32),
    created_at timestamptz not null default now(),
    disabled_at timestamptz
);
create table post (
    org_id bigint not null references org,
    name text not null constraint post_name_length check (length(name) between 1 and 60),
    name_form text not null constraint post_name_seen check (name_form <> '') generated always as (
        case when name ~ '^[!-~]*$' then lower(name collate "C") collate "default"
             else normalize(lower(upper(regexp_replace(normalize(name, nfkc), '[\s\u0085\u00a0\u00ad\u034f\u0600-\u0605'
                  '\u061c\u06dd\u070f\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f'
                  '\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000E0000-\U000E0FFF]', '', 'g')
                  collate "und-x-icu") collate "und-x-icu") collate "default", nfkc) end) stored,
    person uuid not null references person,
    staff_no text constraint post_staff_no_length check (length(staff_no) between 1 and 40),
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    constraint post_name_unique primary key (org_id, name_form),
    constraint post_person_unique unique (org_id, person),
    constraint post_staff_no_unique unique (org_id, staff_no)
);
create index post_by_person on post (person);

-- What only this installation knows, and of its database the owner alone: identity numbers are hashed by it.
create table installation (
    one boolean not null primary key default true constraint installation_once check (one),
    secret bytea not null
);
insert into installation (secret) select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());

-- What a token may be used for beside reading; none: it reads only.
alter table token
    add column person_id uuid references person,
    add column duties text[] not null default '{submit,decide,pay,administer}'
        constraint token_duties_known check (duties <@ '{submit,decide,pay,administer}'::text[]);

-- Those who had tokens: one person for each name of an organisation, however it was written.
do $$
declare
    t record;
    known uuid;
begin
    for t in select x.org_id, x.person, min(x.created_at) as first_at from token x group by 1, 2 order by 3, 2 loop
        known := gen_random_uuid();
        insert into person (id, name, created_at) values (known, t.person, t.first_at);
        insert into post (org_id, name, person, created_at) values (t.org_id, t.person, known, t.first_at)
        on conflict on constraint post_name_unique do nothing;
        if not found then
            delete from person where id = known;
            insert into post (org_id, name, person) values (t.org_id, t.person, known)
            on conflict on constraint post_name_unique do update set created_at = post.created_at
            returning person into known;
        end if;
        update token set person_id = known where org_id = t.org_id and person = t.person;
    end loop;
end $$;
alter table token alter column person_id set not null;

alter table org add column disabled_at timestamptz;

grant select on person, post to pledged_app;
