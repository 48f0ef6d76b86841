-- What shoppers agreed to, when, and where.

-- Each text once for a site, however many agreed to it.
CREATE TABLE consent_texts (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    -- SHA-256 of the text.
    digest bytea NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (site, digest)
);

CREATE TABLE consents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    -- Kept where the request is deleted: it was given all the same.
    request_id uuid REFERENCES requests ON DELETE SET NULL,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL CHECK (kind IN ('given', 'imported', 'confirmed', 'withdrawn')),
    -- By which door: a key, a file.
    source text NOT NULL,
    -- The shopper's network, an IPv4 /24 or an IPv6 /48; null where a server called.
    network text,
    -- What was read, and on which page; null where nobody said.
    text_digest bytea,
    url text,
    locale text,
    FOREIGN KEY (site, text_digest) REFERENCES consent_texts
);
CREATE INDEX consents_contact ON consents (contact_id, id);
CREATE INDEX consents_request ON consents (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX consents_text ON consents (site, text_digest);
