-- Why a token ended with which nothing was wrong: another follows it, or its holder had left and was given power anew.
-- Null: it goes on, ran out, or was revoked: what was said by it and waits for others counts no more then.
alter table token add column closed text constraint token_closed_known check (closed in ('rotated', 'left'));
