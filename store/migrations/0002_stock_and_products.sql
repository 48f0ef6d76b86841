-- Stock levels, product feeds, purchases, contacts in full, and the log of restocks.

-- The key of the locale that stands in where a request names none; see domain/locales.py.
ALTER TABLE sites ADD COLUMN locale text;

ALTER TABLE contacts
    ADD COLUMN first_name text,
    ADD COLUMN last_name text,
    ADD COLUMN updated_date timestamptz NOT NULL DEFAULT now();

-- skus: what an inventory or a feed may call the item, the closest first (CatalogReference.skus).
-- locales: where its product data is looked for, the closest first (domain/locales.py).
-- audience_key: tells the open requests of one shopper for one item apart (Wanted.audience_key).
ALTER TABLE requests
    ADD COLUMN skus text[] NOT NULL DEFAULT '{}',
    ADD COLUMN locales text[] NOT NULL DEFAULT '{}',
    ADD COLUMN audience_key text NOT NULL DEFAULT '';
UPDATE requests
SET skus = array_remove(ARRAY[options ->> 'variantId', options ->> 'sku', catalog_item_id], NULL);

DROP INDEX requests_open;
CREATE UNIQUE INDEX requests_open ON requests (site, item_key, address_key, audience_key)
    WHERE status IN ('RECEIVED', 'PROCESSING');
CREATE INDEX requests_waiting_skus ON requests USING gin (skus) WHERE status = 'RECEIVED';

-- An empty locale or external id: the level is not about one.
CREATE TABLE stock_levels (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    sku text NOT NULL,
    locale text NOT NULL,
    external_id text NOT NULL,
    quantity integer NOT NULL CHECK (quantity >= 0),
    -- Of when it is, by its source's clock, and when it came, by ours.
    at timestamptz NOT NULL,
    received_date timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site, sku, locale, external_id)
);

-- Items that came in and whose restock has not been started yet: written by the transaction that
-- stored the level or the feed, so that a crash after it loses nothing. One per item and audience.
CREATE TABLE arrivals (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    item_key text NOT NULL,
    locale text NOT NULL,
    external_id text NOT NULL,
    feed text NOT NULL,
    sku text NOT NULL,
    -- Null: the source gave no count.
    quantity integer,
    -- The restock it will be.
    restock_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site, item_key, locale, external_id, feed)
);
CREATE INDEX arrivals_age ON arrivals (at);

-- Each announcement: of what, to whom, and how it went page by page.
CREATE TABLE restocks (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    item_key text NOT NULL,
    sku text NOT NULL,
    locale text NOT NULL,
    external_id text NOT NULL,
    source text NOT NULL CHECK (source IN ('report', 'stock_level', 'product_feed')),
    quantity integer,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX restocks_site ON restocks (site, at, id);
CREATE INDEX restocks_age ON restocks (at);

CREATE TABLE restock_pages (
    restock_id uuid NOT NULL REFERENCES restocks ON DELETE CASCADE,
    page integer NOT NULL,
    handed_over integer NOT NULL,
    -- How many were stopped, by reason.
    stopped jsonb NOT NULL,
    -- How the restock goes on from it, for a retry; a PageResult of domain/contracts.py.
    result jsonb NOT NULL,
    PRIMARY KEY (restock_id, page)
);

-- The last purchase of an item by an address.
CREATE TABLE purchases (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    address_key text NOT NULL,
    sku text NOT NULL,
    purchased_date timestamptz NOT NULL,
    PRIMARY KEY (site, address_key, sku)
);

-- One feed per locale: read from `url`, or from the parts of an upload.
CREATE TABLE product_feeds (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    locale text NOT NULL,
    -- As the owner spelt it.
    shown_locale text NOT NULL,
    url text,
    upload_id uuid,
    content_type text NOT NULL DEFAULT '',
    -- Whether the owner said that this source may lack most of the items known so far.
    accept_shrink boolean NOT NULL DEFAULT false,
    etag text NOT NULL DEFAULT '',
    last_modified text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'ok', 'failed', 'suspicious')),
    -- Why the last reading changed nothing, and what it found wrong with single items.
    trouble text NOT NULL DEFAULT '',
    -- Whether the owner has been told of trouble, and not yet that it is over.
    trouble_told boolean NOT NULL DEFAULT false,
    problems jsonb NOT NULL DEFAULT '[]',
    skipped integer NOT NULL DEFAULT 0,
    items integer NOT NULL DEFAULT 0,
    in_stock integer NOT NULL DEFAULT 0,
    created_date timestamptz NOT NULL DEFAULT now(),
    -- When it was last looked at, and when its content was last taken over.
    checked_date timestamptz,
    imported_date timestamptz,
    PRIMARY KEY (site, locale)
);

CREATE TABLE feed_uploads (
    upload_id uuid NOT NULL,
    part integer NOT NULL,
    content bytea NOT NULL,
    created_date timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (upload_id, part)
);

CREATE TABLE products (
    site text NOT NULL,
    locale text NOT NULL,
    sku text NOT NULL,
    -- An item that stands for all variants of its group; made by Restock, not in the feed.
    is_group boolean NOT NULL,
    name text NOT NULL,
    price text NOT NULL,
    currency text NOT NULL,
    image_url text NOT NULL,
    url text NOT NULL,
    availability text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (site, sku, locale),
    FOREIGN KEY (site, locale) REFERENCES product_feeds ON DELETE CASCADE
);
CREATE INDEX products_feed ON products (site, locale);

-- The product data of a request: of its locale, of its language, or of the site's default (which
-- is that of its first feed where the site names none).
CREATE VIEW request_products AS
SELECT r.id AS request_id, p.*
FROM requests r
JOIN sites s ON s.site = r.site
CROSS JOIN LATERAL (
    SELECT r.locales || coalesce(s.locale, (
        SELECT f.locale FROM product_feeds f WHERE f.site = r.site
        ORDER BY f.created_date, f.locale LIMIT 1)) AS chain
) looked
CROSS JOIN LATERAL (
    SELECT * FROM products p
    WHERE p.site = r.site AND p.sku = ANY (r.skus) AND p.locale = ANY (looked.chain)
    ORDER BY array_position(looked.chain, p.locale), array_position(r.skus, p.sku)
    LIMIT 1
) p;

-- All that decides whether a restock is announced to a request; see domain/announcing.py.
CREATE VIEW candidates AS
SELECT r.id, r.site, r.item_key, r.address_key, r.audience_key, r.status, r.restock_id,
       r.created_date, r.quantity, r.app_id, r.catalog_item_id, r.skus, r.locales, r.locale, r.external_id,
       EXISTS (
           SELECT FROM product_feeds f WHERE f.site = r.site AND f.locale = ANY (r.locales)
       ) AS has_feed,
       p.product, p.product_locale, k.attributes AS contact,
       (SELECT max(b.purchased_date) FROM purchases b
        WHERE b.site = r.site AND b.address_key = r.address_key AND b.sku = ANY (r.skus)
       ) AS purchased_date,
       (SELECT l.quantity FROM stock_levels l
        WHERE l.site = r.site AND l.sku = ANY (r.skus)
          AND (l.locale = '' OR r.locales = '{}' OR l.locale = r.locales[1])
          AND l.external_id IN ('', coalesce(r.external_id, ''))
        ORDER BY l.at DESC LIMIT 1
       ) AS known_quantity
FROM requests r
JOIN contacts k ON k.id = r.contact_id
LEFT JOIN LATERAL (
    SELECT p.locale AS product_locale, to_jsonb(p) AS product
    FROM request_products p WHERE p.request_id = r.id
) p ON true;
