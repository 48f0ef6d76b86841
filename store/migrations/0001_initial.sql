-- Sites, keys, settings, policies, contacts, requests and what happened to them.
-- Needs no extension; runs on Postgres 15 to 18.

CREATE TABLE sites (
    site text PRIMARY KEY CHECK (site ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    owner_email text,
    mail_from text,
    -- Since when, and why, mail of this site does not go out; null while it does.
    mail_trouble_since timestamptz,
    mail_trouble text,
    -- Signs the cursors of listings: 244 random bits.
    cursor_key bytea NOT NULL DEFAULT
        decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
    created_date timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    scope text NOT NULL CHECK (scope IN ('storefront', 'inventory', 'owner')),
    -- SHA-256 of the key: keys hold 192 random bits, so a slow hash would protect nothing more.
    digest bytea NOT NULL UNIQUE,
    label text NOT NULL DEFAULT '',
    created_date timestamptz NOT NULL DEFAULT now(),
    revoked_date timestamptz
);

CREATE TABLE collection_settings (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    app_id text NOT NULL,
    collecting boolean NOT NULL,
    PRIMARY KEY (site, app_id)
);

-- Only what differs from the defaults in domain/policy.py. An empty item key is the whole site.
CREATE TABLE policies (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    item_key text NOT NULL DEFAULT '',
    policy jsonb NOT NULL,
    PRIMARY KEY (site, item_key)
);

CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    email text NOT NULL,
    address_key text NOT NULL,
    locale text,
    attributes jsonb NOT NULL DEFAULT '{}',
    consent jsonb,
    created_date timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site, address_key)
);

CREATE TABLE requests (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    app_id text NOT NULL,
    catalog_item_id text NOT NULL,
    options jsonb,
    item_key text NOT NULL,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    email text NOT NULL,
    address_key text NOT NULL,
    locale text,
    external_id text,
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
    item_url text,
    -- The item as the shopper saw it: name, price, imageUrl.
    item jsonb NOT NULL,
    status text NOT NULL DEFAULT 'RECEIVED'
        CHECK (status IN ('RECEIVED', 'PROCESSING', 'NOTIFICATION_SENT', 'FAILED')),
    auto_notified boolean,
    -- The last restock that claimed it, and the page of that restock.
    restock_id uuid,
    restock_page integer,
    -- False until its workflow is known to have started.
    workflow_started boolean NOT NULL DEFAULT false,
    -- In milliseconds, as clients of JavaScript read it, and ask for it again.
    created_date timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
    updated_date timestamptz NOT NULL DEFAULT now()
);

-- At most one open request per shopper and item.
CREATE UNIQUE INDEX requests_open ON requests (site, item_key, address_key)
    WHERE status IN ('RECEIVED', 'PROCESSING');
-- The queue of an item, in its order.
CREATE INDEX requests_waiting ON requests (site, item_key, created_date, id)
    WHERE status = 'RECEIVED';
CREATE INDEX requests_restock ON requests (restock_id, restock_page) WHERE restock_id IS NOT NULL;
CREATE INDEX requests_not_started ON requests (created_date) WHERE NOT workflow_started;
CREATE INDEX requests_contact ON requests (contact_id);
-- One for every filter and sort of the query language, spelt as domain/query writes them; what
-- each serves is in docs/decisions/0003-query-language.md.
CREATE INDEX requests_by_id ON requests (site, id);
CREATE INDEX requests_by_created ON requests (site, created_date, id);
CREATE INDEX requests_by_status ON requests (site, (status COLLATE "C"), id);
CREATE INDEX requests_by_status_created
    ON requests (site, (status COLLATE "C"), created_date, id);
CREATE INDEX requests_by_contact ON requests (site, contact_id, id);
CREATE INDEX requests_by_notified ON requests (site, (coalesce(auto_notified::integer, -1)), id);
CREATE INDEX requests_by_notified_created
    ON requests (site, (coalesce(auto_notified::integer, -1)), created_date, id);
CREATE INDEX requests_by_url
    ON requests (site, (coalesce('=' || item_url, '') COLLATE "C"), id);
CREATE INDEX requests_by_url_prefix
    ON requests (site, (lower(coalesce('=' || item_url, '') COLLATE "C")));

CREATE TABLE timeline (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES requests ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    detail text NOT NULL DEFAULT ''
);
CREATE INDEX timeline_request ON timeline (request_id, id);

-- claimed: a mail may be under way; deferred: it did not leave and will be tried again;
-- held: nothing was sent and the request waits on; accepted, refused, unknown: settled.
CREATE TABLE deliveries (
    request_id uuid NOT NULL REFERENCES requests ON DELETE CASCADE,
    restock_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'claimed'
        CHECK (state IN ('claimed', 'deferred', 'held', 'accepted', 'refused', 'unknown')),
    message_id text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    -- How many of the attempts ended without anyone knowing whether the mail left.
    unknown_attempts integer NOT NULL DEFAULT 0,
    reply text NOT NULL DEFAULT '',
    claimed_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    PRIMARY KEY (request_id, restock_id)
);

-- The owner's inbox: lines of one thread per shopper; a line without a contact is about the shop.
CREATE TABLE conversations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    contact_id uuid REFERENCES contacts ON DELETE CASCADE,
    request_id uuid REFERENCES requests ON DELETE SET NULL,
    at timestamptz NOT NULL DEFAULT now(),
    author text NOT NULL CHECK (author IN ('shopper', 'restock', 'owner')),
    text text NOT NULL,
    -- Keeps a line that is written again by a retry from appearing twice.
    once_key text UNIQUE
);
CREATE INDEX conversations_site ON conversations (site, id);
CREATE INDEX conversations_contact ON conversations (contact_id, id);
CREATE INDEX conversations_request ON conversations (request_id) WHERE request_id IS NOT NULL;

-- What was answered to a call with an Idempotency-Key, for 24 hours.
CREATE TABLE idempotency_keys (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    operation text NOT NULL,
    key text NOT NULL,
    -- SHA-256 of the body the key was first used with.
    body_digest bytea NOT NULL,
    reply jsonb,
    created_date timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site, operation, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_date);

-- Deleted requests whose workflow has not been told yet.
CREATE TABLE withdrawals (
    request_id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now()
);
